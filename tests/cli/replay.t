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
gives "no report" 4 "segkit: $tmp/none.json: is no report of 'segkit run --report'" "$SEGKIT" replay "$tmp/none.json"
done_testing
