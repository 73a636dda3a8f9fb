# SPDX-License-Identifier: LGPL-2.1-or-later
# Each pipeline in segkit-pipeline(5) is one: its YAML and its words are checked.
. "$srcdir/tests/support/tap.sh"
printf 'P5 2 2 255\n\1\1\2\2' >"$tmp/seeds.pgm"
awk -v dir="$tmp" '
    /^\.Bd -literal/ { file = sprintf("%s/%02d.block", dir, ++n); next }
    /^\.Ed/ { close(file); file = ""; next }
    file { gsub(/ \\e$/, ""); print > file }' "$srcdir/man/segkit-pipeline.5"
for block in "$tmp"/*.block; do
    name=$(basename "$block" .block)
    case $(head -1 "$block") in
    'segkit: 1')
        check "YAML of block $name" "$SEGKIT" check --in given:labels="$tmp/seeds.pgm" -p "$block" ;;
    *=*' ! '*)
        # shellcheck disable=SC2046 # words are what is wanted
        check "words of block $name" "$SEGKIT" check -- $(cat "$block") ;;
    esac
done
check "there are pipelines in it" test "$tests" -ge 5
done_testing
