# SPDX-License-Identifier: LGPL-2.1-or-later
# What libsegkit exports is what its headers declare, under the version that the map gives it.
. "$srcdir/tests/support/tap.sh"
map=$srcdir/core/build/libsegkit.map
library=$builddir/.libs/libsegkit.so

cat "$srcdir"/include/segkit/*.h | tr '\n' ' ' | grep -o 'SEG_API [^(;]*(' |
    sed -n 's/.*[ *]\(seg_[a-z_]*\)(/\1/p' | sort >"$tmp/headers"
sed -n 's/^ *\(seg_[a-z_]*\);$/\1/p' "$map" | sort >"$tmp/map"
check "headers declare functions" test -s "$tmp/headers"
check "the map lists what the headers declare" diff "$tmp/headers" "$tmp/map"
if command -v nm >/dev/null && [ -f "$library" ]; then
    nm -D --defined-only "$library" | sed -n 's/.* T //p' | sort >"$tmp/exported"
    sed 's/@.*//' "$tmp/exported" >"$tmp/names"
    check "the library exports these and no others" diff "$tmp/map" "$tmp/names"
    check "each has its version" test "$(grep -c '@@SEGKIT_[0-9.]*$' "$tmp/exported")" -eq \
        "$(wc -l <"$tmp/map")"
else
    skip "exports" "no nm, or no shared library"
fi
done_testing
