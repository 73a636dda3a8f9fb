# SPDX-License-Identifier: LGPL-2.1-or-later
# Shipped stages pass the torture test. All of them take long: SEGKIT_VERIFY_SECONDS says for how long
# stages are begun here (default 120; 36000 is enough for all), quick families first.
. "$srcdir/tests/support/tap.sh"
end=$(($(date +%s) + ${SEGKIT_VERIFY_SECONDS:-120}))
stages=$("$SEGKIT" stages | sed 's/ .*//')
for family in mask labels markers threshold filter watershed '.*'; do
    for id in $(echo "$stages" | grep "^$family\\."); do
        case " ${seen:=} " in *" $id "*) continue ;; esac
        seen="$seen $id"
        if [ "$(date +%s)" -ge "$end" ]; then left=$((${left:-0} + 1)); continue; fi
        check "$id" "$SEGKIT" plugin verify "$builddir/plugins/.libs/${id%%.*}.so" --stage "$id"
        grep -A 2 '^  ' "$tmp/out" | sed 's/^/# /'
    done
done
[ -z "${left:-}" ] || skip "$left more stages" "SEGKIT_VERIFY_SECONDS is up"
done_testing
