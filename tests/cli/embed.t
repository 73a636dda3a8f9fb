# SPDX-License-Identifier: LGPL-2.1-or-later
# libsegkit in other programs: the examples build and do what they say.
. "$srcdir/tests/support/tap.sh"
library=$builddir/.libs/libsegkit.so
cd "$tmp" || exit 99
if grep -q -e '-fsanitize' "$builddir/Makefile"; then
    skip "programs of others" "the library wants a sanitizer's run-time in them"
    done_testing; exit 0
fi
export LD_LIBRARY_PATH="$builddir/.libs"
check "the C program builds" ${CC:-cc} -std=c17 -Wall -Wextra -Werror -I"$srcdir/include" \
    "$srcdir/examples/embed/count.c" "$library" -o count
says "it counts" 0 '^64 spots$' ./count
says "it hears of progress" 0 '^3/3 mask.components$' ./count
python=/usr/bin/python3
if "$python" -c 'import numpy' 2>/dev/null; then
    for test in $(sed -n 's/^    def \(test_[a-z_]*\).*/\1/p' "$srcdir/examples/embed/python/test_segkit.py"); do
        check "Python: $test" env SEGKIT_LIBRARY="$library" PYTHONDONTWRITEBYTECODE=1 \
            "$python" "$srcdir/examples/embed/python/test_segkit.py" "Segkit.$test"
    done
else
    skip "Python" "no python3-numpy"
fi
done_testing
