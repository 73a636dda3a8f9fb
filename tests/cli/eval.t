# segkit eval and segkit lint: numbers, wrong inputs, exact messages.
. "$srcdir/tests/support/tap.sh"

# The last output has a line like this: has NAME PATTERN
has() {
    if grep -q "$2" "$tmp/out"; then ok "$1"; else not_ok "$1" "no line like $2" "$(cat "$tmp/out")"; fi
}

# A 4x2 label image: pgm NAME VALUES...
pgm() {
    pgm_name=$1; shift
    printf 'P2\n4 2\n255\n%s\n' "$*" >"$tmp/$pgm_name"
}
mkdir "$tmp/pred" "$tmp/truth" "$tmp/bad"
pgm pred/a.pgm 1 1 0 0 2 2 0 0
pgm truth/a.pgm 1 1 0 0 2 2 0 0
pgm pred/b.pgm 1 1 1 0 0 0 0 0
pgm truth/b.mask.pgm 1 1 0 0 0 0 0 3

check "two folders" "$SEGKIT" eval "$tmp/pred" "$tmp/truth" -m iou,ap50 --csv
has "the numbers" '/pred/b.pgm,.*/truth/b.mask.pgm,0.5,0.5$'
check "JSON" "$SEGKIT" eval "$tmp/pred" "$tmp/truth" --json
has "found out that they are labels" '"task": "labels"'
check "void is left out" "$SEGKIT" eval "$tmp/pred/b.pgm" "$tmp/truth/b.mask.pgm" --ignore 3 -m iou --csv
has "of the rest" ',0.6666666667$'
check "all measures" "$SEGKIT" eval --list

# Which names go together: equal before longer before equal to the first dot; several ask for --many.
mkdir "$tmp/left" "$tmp/right" "$tmp/one"
for name in x y.0 z q_1; do pgm "left/$name.pgm" 1 1 1 1 0 0 0 0; done
for name in x x_seg y.1 y.2 z-a q; do pgm "right/$name.pgm" 1 1 0 0 0 0 0 0; done
pgm right/z_b.pgm 1 1 1 1 0 0 0 0
gives "names that match" 7 "segkit: $tmp/right/x_seg.pgm: no result goes with this truth" \
    "$SEGKIT" eval "$tmp/left" "$tmp/right" -m iou,dice --many --json
tr -d ' \n' <"$tmp/out" >"$tmp/flat"
mv "$tmp/flat" "$tmp/out"
has "an equal name alone" '"image":"[^"]*/x.pgm","truth":"[^"]*/x.pgm","iou":0.5,'
has "to the first dot" '"image":"[^"]*/y.0.pgm","truth":"[^"]*/y.1.pgm","iou":0.5,'
has "longer, and their mean" '"image":"[^"]*/z.pgm","truth":"[^"]*/z-a.pgm","iou":0.75,'
has "shorter" '"image":"[^"]*/q_1.pgm","truth":"[^"]*/q.pgm","iou":0.5,'
has "the best of several" '"iou":{"mean":0.5625,.*"best":0.625,'
has "what is left over failed" '"failed":1'
gives "several truths" 7 \
    "segkit: $tmp/left/y.0.pgm: more than one truth: '$tmp/right/y.1.pgm' and '$tmp/right/y.2.pgm'; give --many for the mean and the best over all" \
    "$SEGKIT" eval "$tmp/left" "$tmp/right"
for name in a a.mask b b.mask c; do pgm "one/$name.pgm" 1 1 0 0 0 0 0 0; done
gives "one folder for both" 7 "segkit: $tmp/one/c.pgm: no truth goes with this name" \
    "$SEGKIT" eval "$tmp/one" "$tmp/one"

pgm truth/c.pgm 0 0 0 0 0 0 0 0
gives "a missing partner is named" 7 "segkit: $tmp/truth/c.pgm: no result goes with this truth" \
    "$SEGKIT" eval "$tmp/pred" "$tmp/truth"
printf 'P2\n3 2\n255\n0 0 0 0 0 0\n' >"$tmp/small.pgm"
gives "sizes that differ" 4 \
    "segkit: $tmp/small.pgm: is 3 x 2, but its truth '$tmp/truth/a.pgm' is 4 x 2" \
    "$SEGKIT" eval "$tmp/small.pgm" "$tmp/truth/a.pgm"
printf 'P3\n4 2\n255\n9 0 0 9 0 0 9 0 0 9 0 0 0 8 0 0 0 0 0 0 0 0 0 0\n' >"$tmp/color.ppm"
gives "a colour truth" 4 \
    "segkit: $tmp/color.ppm: is a colour picture, not numbers; give --colors to number its colours" \
    "$SEGKIT" eval "$tmp/pred/a.pgm" "$tmp/color.ppm"
check "its colours numbered" "$SEGKIT" eval "$tmp/color.ppm" "$tmp/color.ppm" --colors -m ap50 --csv
has "are the same" ',1$'
pgm bad/a.pgm 0 1 2 255 0 0 0 0
gives "more classes than declared" 4 \
    "segkit: $tmp/bad/a.pgm: class 255 is not in 0..2; is 255 void? give --ignore 255" \
    "$SEGKIT" eval "$tmp/pred/a.pgm" "$tmp/bad/a.pgm" --classes 3
check "void then" "$SEGKIT" eval "$tmp/pred/a.pgm" "$tmp/bad/a.pgm" --classes 3 --ignore 255
gives "a measure that is not there" 2 "segkit: no measure 'dise'; did you mean 'dice'?" \
    "$SEGKIT" eval -m dise a b
gives "a convention that is not there" 2 \
    "segkit: no convention 'matlab'; 'segkit eval --list' shows all" \
    "$SEGKIT" eval --convention matlab a b
gives "a file and a folder" 2 \
    "segkit: '$tmp/truth' is a folder and '$tmp/pred/a.pgm' is not: give two files or two folders" \
    "$SEGKIT" eval "$tmp/pred/a.pgm" "$tmp/truth"
echo '{"images": [1,}' >"$tmp/gt.json"
gives "JSON that is none" 4 "segkit: $tmp/gt.json:1:15: a value is expected here" \
    "$SEGKIT" eval "$tmp/gt.json" "$tmp/gt.json"
echo '{"images":[{"id":1,"width":4,"height":2}],"categories":[{"id":1}],"annotations":[{"id":1,"image_id":2,"category_id":1}]}' >"$tmp/gt.json"
gives "an annotation of no image" 4 "segkit: $tmp/gt.json: annotations[0]: 'image_id' names no image" \
    "$SEGKIT" eval "$tmp/gt.json" "$tmp/gt.json"

pgm truth/d.pgm 255 255 0 0 0 0 0 0
pgm truth/e.pgm 1 1 0 0 2 2 0 0
gives "lint finds something" 1 "" "$SEGKIT" lint "$tmp/truth"
has "an empty one" 'c.pgm: is empty: nothing but background'
has "a duplicate" "e.pgm: is the same as '.*/truth/a.pgm'"
check "lint finds nothing" "$SEGKIT" lint "$tmp/pred"
done_testing
