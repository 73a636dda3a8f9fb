# SPDX-License-Identifier: LGPL-2.1-or-later
# Command lines that are wrong, and help.
. "$srcdir/tests/support/tap.sh"
image=$srcdir/tests/cases/images/gray.pgm

gives "no command" 2 "usage: segkit COMMAND [OPTION]... [ARGUMENT]..." "$SEGKIT"
gives "misspelt command" 2 "segkit: no command 'rnu'; did you mean 'run'?" "$SEGKIT" rnu
gives "half a command" 2 "segkit: 'plugin' needs one more word: list, doctor, new, verify" "$SEGKIT" plugin
gives "another half" 2 "segkit: 'model' has no command 'run': there are info, forward, bench, check, probe" \
    "$SEGKIT" model run
gives "misspelt option" 2 "segkit: no option '--thread'; did you mean '--threads'?" \
    "$SEGKIT" run --thread 2 "$image"
gives "option without its argument" 2 "segkit: option '--threads' needs N" "$SEGKIT" run --threads
gives "number that is none" 2 "segkit: option '--threads': 'two' is not a number in 1..1024" \
    "$SEGKIT" run --threads two "$image"
gives "number out of range" 2 "segkit: option '--threads': '0' is not a number in 1..1024" \
    "$SEGKIT" run --threads=0 "$image"
gives "flag with an argument" 2 "segkit: option '--quiet' takes no argument" "$SEGKIT" run --quiet=yes
gives "no image" 2 "segkit: no image" "$SEGKIT" run -o x.png -- threshold.otsu
gives "no pipeline" 2 "segkit: no pipeline: give -p FILE, or stages behind '--'" \
    "$SEGKIT" run "$image" -o "$tmp/x.png"
gives "two pipelines" 2 "segkit: give a pipeline by -p or behind '--', not both" \
    "$SEGKIT" run "$image" -o "$tmp/x.png" -p a.yaml -- threshold.otsu
gives "no output" 2 "segkit: nothing to write: give -o FILE" "$SEGKIT" run "$image" -- threshold.otsu
gives "many images into one file" 2 \
    "segkit: output '$tmp/x.png': for 2 images give a folder, DIR/, or a name with {name}" \
    "$SEGKIT" run "$image" "$image" -o "$tmp/x.png" -- threshold.otsu
gives "input without a file" 2 "segkit: option '--in': 'seeds' is not NAME=FILE or NAME:KIND=FILE" \
    "$SEGKIT" run "$image" --in seeds -o "$tmp/x.png" -- threshold.otsu
gives "input of no kind" 2 \
    "segkit: option '--in': no kind 'lables'; there are image, mask, labels, scores and instances" \
    "$SEGKIT" run "$image" --in seeds:lables=a.png -o "$tmp/x.png" -- threshold.otsu

for command in run check stages show bench "plugin list" "plugin doctor" version; do
    # shellcheck disable=SC2086
    "$SEGKIT" $command -h >"$tmp/help"
    check "$command -h exits with 0" test $? -eq 0
    check "$command -h fits a screen" test "$(wc -l <"$tmp/help")" -le 24
done
"$SEGKIT" run -h | sed -n 's/^ .*--\([a-z-]*\).*/\1/p' >"$tmp/options"
while read -r option; do
    check "run --$option is in the manual" \
        grep -q "Fl .*-$option" "$srcdir/man/segkit-run.1" "$srcdir/man/segkit.1"
done <"$tmp/options"
says "version names the ABI" 0 'plugin ABI 1\.0' "$SEGKIT" version
says "--version is the same" 0 '^segkit [0-9]' "$SEGKIT" --version
done_testing
