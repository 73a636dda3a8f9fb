# SPDX-License-Identifier: LGPL-2.1-or-later
# Stages in processes of their own: the same results, and failures that stay where they are.
. "$srcdir/tests/support/tap.sh"
image=$srcdir/tests/cases/images/gray.pgm
nuclei=$srcdir/examples/images/nuclei.png
pipeline=$srcdir/examples/pipelines/nuclei.yaml
plugin=$builddir/tests/plugins/.libs/wild.so
cd "$tmp" || exit 99
unset SEGKIT_ISOLATE
# a sanitizer would end the process itself, in its own words
ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:handle_abort=0:allocator_may_return_null=1"
export ASAN_OPTIONS

for when in never auto always; do
    check "a run, isolated $when" "$SEGKIT" run -q --isolate $when --threads 2 "$nuclei" -p "$pipeline" \
        -o $when.npy -o $when.csv --report $when.json
done
check "isolated or not, the bytes are the same" cmp never.npy always.npy
check "so is what lies outside the installed folder" cmp never.npy auto.npy
check "the regions too" cmp never.csv always.csv
values() { grep -o '"threshold[a-z]*": *[0-9][0-9.]*' "$1"; }
check "and the values" test "$(values never.json)" = "$(values always.json)" -a -n "$(values never.json)"
gives "a word that is none" 2 "segkit: option '--isolate': 'sometimes' is not one of auto, always, never" \
    "$SEGKIT" run --isolate sometimes "$image" -o x.png -- threshold.otsu
gives "nor in the environment" 2 "segkit: SEGKIT_ISOLATE: 'no' is not one of auto, always, never" \
    env SEGKIT_ISOLATE=no "$SEGKIT" run "$image" -o x.png -- threshold.otsu

# ways of running wild, each of them the stage's own failure
wild() { # WAY [OPTION]...
    wild_way=$1; shift
    "$SEGKIT" run --plugin "$plugin" "$@" "$image" -o x.png -- threshold.otsu ! wild.run way="$wild_way"
}
fails() { # WAY TEXT [OPTION]...
    fails_way=$1 fails_text=$2; shift 2
    gives "way: $fails_way" 5 "segkit: $image: word 3 'wild.run': stage 'wild.run': $fails_text" wild "$fails_way" "$@"
}
fails crash "it crashed: Segmentation fault"
fails abort "it crashed: Aborted"
fails exit "it ended its process with code 3"
fails hang "it was ended after 1 seconds; --stage-seconds gives it more" --stage-seconds 1
fails lose "it lost its way 7"
check "nothing was left behind" test ! -e x.png
says "one that behaves is heard" 0 "wild.run: back from the wild" wild none -v
wild print -q >printed
check "what it prints is not seen" test ! -s printed

# what the kernel forbids; old ones know less
could() { # WAY
    wild "$1" -q --report could.json --stage-memory 200 >/dev/null 2>&1
    sed -n 's/.*"could": *\([01]\).*/\1/p' could.json
}
for way in connect start signal eat; do
    if [ "$way" = eat ] && grep -q __asan_init "$SEGKIT"; then
        skip "it cannot $way" "a sanitizer's own memory is beyond any limit"
    elif grep -q '^Seccomp:' /proc/self/status; then check "it cannot $way" test "$(could $way)" = 0
    else skip "it cannot $way" "no seccomp"; fi
done
if [ "$(could write)" = 0 ]; then
    check "it writes nothing" test ! -e wild-file -a ! -e wild-folder
else skip "it writes nothing" "no landlock"; fi

# a batch goes on, an interrupt ends it
cp "$image" a.pgm; cp "$image" b.pgm
check "a batch with crashes exits with 7" sh -c \
    '"$1" run --plugin "$2" a.pgm b.pgm -o out/ -- threshold.otsu ! wild.run way=crash; test $? -eq 7' sh "$SEGKIT" "$plugin"
"$SEGKIT" run -q --plugin "$plugin" "$image" -o x.png -- threshold.otsu ! wild.run way=hang 2>log &
sleep 1
kill -INT $!
wait $!
check "an interrupt ends one that hangs" test $? -eq 130
says "one that crashes when it is opened is refused" 6 \
    "plugin refused: '.*/wildopen.so': when it was opened: it crashed: Aborted" \
    "$SEGKIT" plugin list --plugin "$builddir/tests/plugins/open/.libs/wildopen.so"
done_testing
