# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by a few tests, so that they run side by side: shipped stages pass the torture test. Each
# test takes every VERIFY_PARTS-th stage, from the VERIFY_PART-th on. SEGKIT_VERIFY names others
# than all, such as 'filter\.'; SEGKIT_VERIFY_BUDGET is the processor time in seconds after which
# most of what is left of a stage is left out; 0: nothing is. Under a sanitizer, where each of the
# many processes is dear, only a budget that is given begins it.
. "$srcdir/tests/support/tap.sh"
if [ -z "${SEGKIT_VERIFY_BUDGET:-}" ] && grep -q __asan_init "$SEGKIT"; then
    skip "shipped stages" "SEGKIT_VERIFY_BUDGET gives the seconds a stage under a sanitizer"
    done_testing
    exit
fi
: "${SEGKIT_VERIFY:=.}" "${SEGKIT_VERIFY_BUDGET:=40}"
budget="--budget $SEGKIT_VERIFY_BUDGET"
[ "$SEGKIT_VERIFY_BUDGET" -gt 0 ] || budget=
for id in $("$SEGKIT" stages | sed 's/ .*//' | awk "NR % $VERIFY_PARTS == $VERIFY_PART" |
    grep -E "^$SEGKIT_VERIFY"); do
    if "$SEGKIT" plugin verify $budget "$builddir/plugins/.libs/${id%%.*}.so" --stage "$id" >"$tmp/out" 2>&1; then
        why=$(sed -n 's/.*left out: \(it requires .*\)/\1/p' "$tmp/out")
        if [ "$why" ]; then skip "$id" "$why"; else ok "$id"; fi
    else not_ok "$id" "does not pass"; fi
    sed 's/^/# /' "$tmp/out"
done
[ "$tests" -gt 0 ] || skip "no stage '$SEGKIT_VERIFY'" "none in this part"
done_testing
