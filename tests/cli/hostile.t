# SPDX-License-Identifier: LGPL-2.1-or-later
# Broken and hostile image files, within 1 GiB of address space: each is refused with exit code 4 and
# one line that names it, or read; as its manifest says, where that says.
. "$srcdir/tests/support/tap.sh"
folder=$SEGKIT_SHARED/data/malformed
cd "$tmp" || exit 99
if [ ! -d "$folder" ]; then skip "hostile images" "no $folder"; done_testing; exit 0; fi
limit='ulimit -v 1048576'
grep -q -e '-fsanitize' "$builddir/Makefile" && limit=: # AddressSanitizer reserves more than that
for file in "$folder"/*; do
    name=$(basename "$file")
    [ "$name" != manifest.csv ] || continue
    (eval "$limit"; exec "$SEGKIT" run -q "$file" -o out.npy -- filter.median) >out 2>err
    code=$?
    lines=$(wc -l <err)
    expected=$(sed -n "s/^$name,\([a-z]*\),.*/\1/p" "$folder/manifest.csv")
    if [ $code -eq 0 ] && [ "$expected" != reject ]; then ok "$name is read"
    elif [ $code -eq 4 ] && [ "$expected" != accept ] && [ "$lines" -eq 1 ] && grep -qF "$name" err; then
        ok "$name is refused"
    else not_ok "$name" "exit code $code, $lines lines, expected: $expected" "$(head -3 err)"; fi
done
done_testing
