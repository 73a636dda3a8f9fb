# SPDX-License-Identifier: LGPL-2.1-or-later
# The layout of the plugin ABI is what the committed file says; fields may be added at the end, and
# then the file is changed with them.
. "$srcdir/tests/support/tap.sh"
if [ "$(getconf LONG_BIT)" = 64 ]; then
    "$builddir/tests/abi/layout" >"$tmp/layout"
    check "layout equals tests/abi/layout-lp64.txt" \
        diff -u "$srcdir/tests/abi/layout-lp64.txt" "$tmp/layout"
else
    skip "layout" "it is recorded for 64 bits"
fi
for struct in shape view run instance floats choice param port host stage plugin; do
    check "struct seg_$struct is recorded" grep -q "^seg_$struct " "$tmp/layout"
done
for name in good frozen longer; do
    check "plugin '$name' loads and runs" \
        "$SEGKIT" run --plugin "$builddir/tests/plugins/.libs/$name.so" \
        "$srcdir/tests/cases/images/gray.pgm" -o "$tmp/$name.npy" -- "$name.one"
done
done_testing
