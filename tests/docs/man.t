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
check "a page lists them all" test "$(grep -c '^\.It Xr ' "$builddir/man/stages/segkit-stages.7")" \
    -eq "$("$SEGKIT" stages | wc -l)"
for page in "$srcdir"/man/*.[1-8] "$builddir"/man/stages/*.7; do # as `man -k segkit` looks
    check "segkit finds $(basename "$page")" sh -c 'sed "/^\.Sh [^N]/q" "$1" | grep -q "^\.N[md] .*segkit"' - "$page"
done
# each page of ours that is named exists
there() {
    test -f "$srcdir/man/$1" || test -f "$builddir/man/stages/$1" ||
        grep -qx "\.Nm ${1%.3}\( ,\)*" "$srcdir"/man/seg_*.3
}
for name in $(sed -n 's/^\.Xr \(segkit[a-z-]*\|seg_[a-z_]*\) \([1-8]\).*/\1.\2/p' "$srcdir"/man/*.[1-8] | sort -u); do
    check "$name, which pages name, is there" there "$name"
done
done_testing
