# SPDX-License-Identifier: LGPL-2.1-or-later
# The commands at the begin of segkit-plugin(7) work as they stand, in an empty folder.
. "$srcdir/tests/support/tap.sh"
mkdir "$tmp/bin" "$tmp/work"
sed -e "s|@includedir@|$srcdir/include|; s|@bindir@|$tmp/bin|; s|@PACKAGE_VERSION@|0.1|" \
    -e "s|@[a-z_]*@|$tmp/none|" "$srcdir/core/build/segkit.pc.in" >"$tmp/bin/segkit.pc"
ln -s "$SEGKIT" "$tmp/bin/segkit"
export PATH="$tmp/bin:$PATH" PKG_CONFIG_PATH="$tmp/bin"
unset CFLAGS LDFLAGS MAKEFLAGS MFLAGS
awk '/^\.Bd -literal/ { on = !n++; next } /^\.Ed/ { on = 0 } on' "$srcdir/man/segkit-plugin.7" >"$tmp/commands"
check "there are four" test "$(wc -l <"$tmp/commands")" -eq 4
cp "$srcdir/examples/images/nuclei.png" "$tmp/work/cells.png"
cd "$tmp/work" || exit 99
while read -r command; do
    check "$command" sh -c "$command"
done <"$tmp/commands"
check "they make a mask" test -s mask.png
done_testing
