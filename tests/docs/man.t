# SPDX-License-Identifier: LGPL-2.1-or-later
# Manual pages: mandoc finds nothing to say about them, those of stages included.
. "$srcdir/tests/support/tap.sh"
if ! command -v mandoc >/dev/null; then
    skip "manual pages" "no mandoc"; done_testing; exit 0
fi
lint() { # pages of ours are not installed while they are tested
    mandoc -T lint "$1" | grep -v 'referenced manual not found' >"$tmp/lint"
    [ ! -s "$tmp/lint" ] || { cat "$tmp/lint" >&2; return 1; }
}
for page in "$srcdir"/man/*.[1-8] "$builddir"/man/stages/*.7; do
    [ -f "$page" ] && check "$(basename "$page")" lint "$page"
done
for id in $("$SEGKIT" stages | sed 's/ .*//'); do
    check "$id has a page" test -s "$builddir/man/stages/$id.7"
done
# each page of ours that is named exists
for name in $(sed -n 's/^\.Xr \(segkit[a-z-]*\|seg_[a-z_]*\) \([1-8]\).*/\1.\2/p' "$srcdir"/man/*.[1-8] | sort -u); do
    there() { test -f "$srcdir/man/$name" || grep -qx "\.Nm ${name%.3}\( ,\)*" "$srcdir"/man/seg_*.3; }
    check "$name, which pages name, is there" there
done
done_testing
