# SPDX-License-Identifier: LGPL-2.1-or-later
# Every plugin that is shipped passes the torture test.
. "$srcdir/tests/support/tap.sh"
for file in "$builddir"/plugins/.libs/*.so; do
    check "$(basename "$file")" "$SEGKIT" plugin verify "$file"
    grep -A 2 '^  ' "$tmp/out" | sed 's/^/# /'
done
done_testing
