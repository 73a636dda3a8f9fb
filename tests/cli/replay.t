# segkit replay: the same result again, and what is no longer the same.
. "$srcdir/tests/support/tap.sh"

has() {
    if grep -q "$2" "$3"; then ok "$1"; else not_ok "$1" "no line like $2" "$(head -c 1500 "$3")"; fi
}
awk 'BEGIN { print "P2\n20 10\n255"; for (p = 0; p < 200; p++) print (p * 37) % 200 }' >"$tmp/a.pgm"
printf 'segkit: 1\nstages:\n  - threshold.fixed: { value: 90, out: cells }\n  - mask.components\n' >"$tmp/p.yaml"
check "a run with a report" "$SEGKIT" run -p "$tmp/p.yaml" "$tmp/a.pgm" -o "$tmp/l.png" -o "cells:$tmp/c.png" --report "$tmp/r.json"
has "says how it was made" '"pipeline": "segkit: 1' "$tmp/r.json"
check "again" "$SEGKIT" replay "$tmp/r.json"
has "the layer that was kept" "cells: identical" "$tmp/out"
has "the last one" "step2: identical" "$tmp/out"
sed 's/value: 90/value: 120/' "$tmp/r.json" >"$tmp/other.json"
gives "another parameter" 1 "" "$SEGKIT" replay "$tmp/other.json"
has "differs" "cells: differs" "$tmp/out"
mv "$tmp/a.pgm" "$tmp/b.pgm"
gives "an image that is gone" 1 "segkit: $tmp/a.pgm: cannot be read" "$SEGKIT" replay "$tmp/r.json"
check "an image elsewhere" "$SEGKIT" replay --image "$tmp/b.pgm" "$tmp/r.json"
sed 's/^0$/1/' "$tmp/b.pgm" >"$tmp/a.pgm"
gives "an image that has changed" 1 "segkit: $tmp/a.pgm: has changed since" "$SEGKIT" replay "$tmp/r.json"
echo '{"a": 1}' >"$tmp/none.json"
gives "no report" 4 "segkit: $tmp/none.json: does not say how it was made" "$SEGKIT" replay "$tmp/none.json"

# Results tell it of themselves.
mv "$tmp/b.pgm" "$tmp/a.pgm"
for form in png tif json geojson; do
    check "a run to .$form" "$SEGKIT" run -p "$tmp/p.yaml" "$tmp/a.pgm" -o "$tmp/l.$form"
    check "the same from .$form" "$SEGKIT" replay "$tmp/l.$form"
    has "is named for .$form" "step2: identical" "$tmp/out"
    cp "$tmp/l.$form" "$tmp/first.$form"
    "$SEGKIT" run -q -p "$tmp/p.yaml" "$tmp/a.pgm" -o "$tmp/l.$form"
    check "the same bytes in .$form" cmp "$tmp/l.$form" "$tmp/first.$form"
done
check "a picture tells it too" "$SEGKIT" run -p "$tmp/p.yaml" "$tmp/a.pgm" -o "$tmp/overlay.png"
check "of the layer" "$SEGKIT" replay "$tmp/overlay.png"
"$SEGKIT" run -q -p "$tmp/p.yaml" "$tmp/a.pgm" -o - >"$tmp/piped.png"
check "standard output" "$SEGKIT" replay "$tmp/piped.png"
"$SEGKIT" run -q -p "$tmp/p.yaml" - -o "$tmp/nameless.png" <"$tmp/a.pgm"
check "standard input, which is named later" "$SEGKIT" replay --image "$tmp/a.pgm" "$tmp/nameless.png"
mkdir "$tmp/many"
"$SEGKIT" run -q -p "$tmp/p.yaml" "$tmp/a.pgm" -o "$tmp/many/"
check "a folder" "$SEGKIT" replay "$tmp/many/a.png"
sed 's/value: 90/value: 91/' "$tmp/l.tif" >"$tmp/other.tif"
gives "another parameter in a TIFF" 1 "" "$SEGKIT" replay "$tmp/other.tif"
has "differs, too" "step2: differs" "$tmp/out"
cp "$tmp/a.pgm" "$tmp/b.pgm"
sed 's/^0$/1/' "$tmp/b.pgm" >"$tmp/a.pgm"
for form in png tif json geojson; do
    gives "an image that has changed since .$form" 1 "segkit: $tmp/a.pgm: has changed since" "$SEGKIT" replay "$tmp/l.$form"
done
for form in png tif; do
    "$SEGKIT" convert -q "$tmp/l.$form" "$tmp/mute.$form"
    gives "a .$form that says nothing" 4 "segkit: $tmp/mute.$form: does not say how it was made" "$SEGKIT" replay "$tmp/mute.$form"
done
sed 's/{"segkit":/{"segkit"!/' "$tmp/l.png" >"$tmp/bad.png"
gives "no JSON in it" 4 "segkit: $tmp/bad.png: ':' is expected here" "$SEGKIT" replay "$tmp/bad.png"
sed "s|\"$tmp/a.pgm\"|\"/dev/zero\"|" "$tmp/l.geojson" >"$tmp/endless.geojson"
gives "an image without an end" 1 "segkit: /dev/zero: cannot be read" "$SEGKIT" replay "$tmp/endless.geojson"
odd=$(printf '%s/\377.pgm' "$tmp")
cp "$tmp/a.pgm" "$odd"
check "a name that is no UTF-8" "$SEGKIT" run -p "$tmp/p.yaml" "$odd" -o "$tmp/odd.geojson"
check "does no harm to the result" "$SEGKIT" info "$tmp/odd.geojson"
done_testing
