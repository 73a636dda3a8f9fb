# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion knows what the tables know.
. "$srcdir/tests/support/tap.sh"
offers() { says "$1" 0 "$2" "$SEGKIT" complete -- "$3" ${4+"$4"} ${5+"$5"} ${6+"$6"} ${7+"$7"}; }
offers "commands" '^bench	' b
offers "second words" '^doctor	' plugin d
offers "options" '^--threads	' run --t
offers "stages behind --" '^threshold.otsu	' run a.png -- thr
offers "stages of 'stages'" '^threshold.otsu	' stages thr
offers "parameters of the stage being typed" '^sigma=	' run a.png -- filter.gaussian s
offers "choices" '^connectivity=4	' run a.png -- mask.components connectivity=
offers "out" '^out=	' run a.png -- threshold.otsu o
check "an option's argument is left to the shell" test -z "$("$SEGKIT" complete -- run -p '')"
check "nonsense offers nothing" test -z "$("$SEGKIT" complete -- xyzzy plugh '')"
if command -v bash >/dev/null; then
    check "the script for bash parses" bash -n "$srcdir/core/cli/completion/segkit.bash"
else skip "the script for bash parses" "no bash"; fi
done_testing
