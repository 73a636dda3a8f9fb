# SPDX-License-Identifier: LGPL-2.1-or-later
# The example in each stage's page runs, or says what the picture lacks; the gallery shows them all.
. "$srcdir/tests/support/tap.sh"
cd "$tmp" || exit 99
check "a picture" "$SEGKIT" run -q "$srcdir/examples/images/nuclei.png" -o cells.png \
    -- filter.crop width=200 height=160 # large ones take some stages long
printf 'P6 24 16 255\n' >photo.png
awk 'BEGIN { for (i = 0; i < 1152; i++) printf "%c", 40 + (i * 7 + int(i / 72) * 13) % 80 }' >>photo.png
lacking='give |at least|needs a layer|counts as scores' # what an example cannot know
for page in "$builddir"/man/stages/*.7; do
    example=$(sed -n 's/^\.Dl segkit run /run -q /p' "$page" | sed 's/\\-/-/g')
    [ -n "$example" ] || continue
    name="the example of $(basename "$page" .7)"
    # shellcheck disable=SC2086 # words are what is wanted
    if "$SEGKIT" $example 2>err; then ok "$name"
    elif grep -qE "$lacking" err; then skip "$name" "it lacks what no picture gives"
    else not_ok "$name" "$(head -2 err)"; fi
done
check "most pages have one" test "$tests" -gt 100
check "the gallery" "$SEGKIT" stages --gallery all.html photo.png
check "it shows stages" test "$(grep -c '<figure' all.html)" -gt 80
check "it asks for nothing outside" sh -c '! grep -q "https*://" all.html'
gives "a gallery of no image" 4 "segkit: none.png: cannot open: No such file or directory" \
    "$SEGKIT" stages --gallery x.html none.png
check "nothing was left behind" test ! -e x.html -a ! -e x.html.part
done_testing
