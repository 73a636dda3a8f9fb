# SPDX-License-Identifier: LGPL-2.1-or-later
# Shipped stages pass the torture test: those of the families in SEGKIT_VERIFY, '.*' for all of them,
# which takes an hour and more. By default quick ones that have many forms of input.
. "$srcdir/tests/support/tap.sh"
for id in $("$SEGKIT" stages | sed 's/ .*//' | grep -E "^(${SEGKIT_VERIFY:-mask|labels|markers})\\."); do
    check "$id" "$SEGKIT" plugin verify "$builddir/plugins/.libs/${id%%.*}.so" --stage "$id"
    grep -A 2 '^  ' "$tmp/out" | sed 's/^/# /'
done
done_testing
