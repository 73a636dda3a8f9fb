# SPDX-License-Identifier: LGPL-2.1-or-later
# The torture test finds each fault of tests/plugins/wrong.c and nothing in plugins that are good.
. "$srcdir/tests/support/tap.sh"
bad=$builddir/tests/plugins/.libs
page=$srcdir/man/segkit-plugin.1

"$SEGKIT" plugin verify --seconds 1 --json "$bad/wrong.so" >"$tmp/wrong.json"
check "a plugin with faults gives exit code 1" test $? -eq 1
# a line a stage: its name and all that was found
sed -n 's/.*"stage": "wrong\.\(.*\)".*/\1/p; s/.*"finding": "\(.*\)".*/=\1/p' "$tmp/wrong.json" |
    awk '/^=/ { line = line " " substr($0, 2); next } { if (line) print line; line = $0 } END { print line }' >"$tmp/found"
sed -n 's/.*\[VERIFY_[A-Z_]*\] = {"\([a-z_]*\)".*/\1/p' "$srcdir/core/verify/report.c" >"$tmp/kinds"
check "there are findings" test "$(wc -l <"$tmp/kinds")" -gt 20
for kind in $(cat "$tmp/kinds"); do
    check "wrong.$kind has that finding and no other" grep -qx "$kind $kind" "$tmp/found"
    check "the manual page explains $kind" grep -qx "\.It Sy $kind" "$page"
done
says "a finding is told with what it was found with" 1 \
    'with image image u8, 33 x 21, allocation [0-9]* fails$' "$SEGKIT" plugin verify --stage wrong.memory "$bad/wrong.so"
check "a good plugin passes" "$SEGKIT" plugin verify "$bad/good.so"
for stage in gray level split grow half find draw; do
    check "toy.$stage passes" "$SEGKIT" plugin verify --stage "toy.$stage" "$bad/toy.so"
done
says "what a budget leaves out is told" 0 '^  [1-9][0-9]* of [1-9][0-9]* cases were left out after' \
    "$SEGKIT" plugin verify --budget 1 --stage contour.snake "$builddir/plugins/.libs/contour.so"
says "a stage that requires a file is left out" 0 "^cnn.semantic: left out: it requires 'model'" \
    "$SEGKIT" plugin verify --stage cnn.semantic "$builddir/plugins/.libs/cnn.so"
gives "a file that is no plugin" 6 "segkit: '$bad/noentry.so': not a segkit plugin: it has no 'segkit_plugin_v1'" \
    "$SEGKIT" plugin verify "$bad/noentry.so"
gives "a stage that it does not have" 2 "segkit: no stage 'good.two' in '$bad/good.so'" \
    "$SEGKIT" plugin verify --stage good.two "$bad/good.so"
done_testing
