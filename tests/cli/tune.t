# segkit tune and segkit fuse.
. "$srcdir/tests/support/tap.sh"

has() {
    if grep -q "$2" "$3"; then ok "$1"; else not_ok "$1" "no line like $2" "$(head -c 1500 "$3")"; fi
}
mkdir "$tmp/images" "$tmp/truth"
# Bright on dark; the truth is what is above 100.
for i in 1 2 3 4; do
    awk -v i=$i 'BEGIN { print "P2\n20 10\n255"; for (p = 0; p < 200; p++) print (p * 37 + i * 11) % 200 }' >"$tmp/images/a$i.pgm"
    awk -v i=$i 'BEGIN { print "P2\n20 10\n255"; for (p = 0; p < 200; p++) print ((p * 37 + i * 11) % 200 > 100 ? 1 : 0) }' >"$tmp/truth/a$i.pgm"
done
printf 'segkit: 1\nstages:\n  - threshold.fixed: { value: 20 }\n' >"$tmp/p.yaml"
tune() { "$SEGKIT" tune -i "$tmp/images" -t "$tmp/truth" "$@" "$tmp/p.yaml"; }

for search in grid random nelder-mead bayes; do
    check "by $search" tune --param threshold.fixed.value=0:200:20 --search $search --budget 30 -o "$tmp/$search.yaml" --curve "$tmp/$search.csv"
done
check "a grid hits it" "$SEGKIT" check -p "$tmp/grid.yaml"
has "the best value" "value: 100" "$tmp/grid.yaml"
has "the curve" "^100,1,4" "$tmp/grid.csv"
check "the search is repeatable" sh -c "'$SEGKIT' tune -q -i '$tmp/images' -t '$tmp/truth' --param threshold.fixed.value=0:200 --search random --budget 30 -o '$tmp/again.yaml' '$tmp/p.yaml' && cmp '$tmp/again.yaml' '$tmp/random.yaml'"
gives "a parameter that is not there" 2 "segkit: stage 'threshold.fixed' has no parameter 'valu'" \
    tune --param threshold.fixed.valu=0:1
gives "a range that is none" 2 "segkit: option '--param': 'threshold.fixed.value=9:1' is not STAGE.KEY=LOW:HIGH[:STEP]" \
    tune --param threshold.fixed.value=9:1
gives "a stage that is not there" 2 "segkit: the pipeline has no stage 'threshold.otsu'" \
    tune --param threshold.otsu.value=1:9
gives "a search that is not there" 2 "segkit: option '--search': 'luck' is not one of grid, random, nelder-mead, bayes" \
    tune --param threshold.fixed.value=0:9 --search luck

mask() { m=$1; shift; printf 'P2\n4 1\n255\n%s\n' "$*" >"$tmp/$m.pgm"; }
mask a 1 1 0 0
mask b 1 0 0 0
mask c 1 1 1 0
check "majority" "$SEGKIT" fuse -o "$tmp/f.pgm" --disagreement "$tmp/d.pgm" "$tmp/a.pgm" "$tmp/b.pgm" "$tmp/c.pgm"
check "what most say" "$SEGKIT" eval "$tmp/f.pgm" "$tmp/a.pgm" -m iou --csv
has "exactly" ',1$' "$tmp/out"
check "weights" "$SEGKIT" fuse -o "$tmp/w.pgm" --weights 1,5,1 "$tmp/a.pgm" "$tmp/b.pgm" "$tmp/c.pgm"
check "the heavy one wins" "$SEGKIT" eval "$tmp/w.pgm" "$tmp/b.pgm" -m iou --csv
has "exactly so" ',1$' "$tmp/out"
check "STAPLE" "$SEGKIT" fuse -o "$tmp/s.pgm" --method staple "$tmp/a.pgm" "$tmp/b.pgm" "$tmp/c.pgm"
has "says how good they are" 'b.pgm: 1: sensitivity' "$tmp/out"
printf 'P2\n3 1\n255\n1 1 0\n' >"$tmp/small.pgm"
gives "sizes that differ" 4 "segkit: $tmp/small.pgm: is 3 x 1, but '$tmp/a.pgm' is 4 x 1" \
    "$SEGKIT" fuse -o "$tmp/f.pgm" "$tmp/a.pgm" "$tmp/small.pgm"
gives "weights that are none" 2 "segkit: option '--weights': '1,x' is not 2 numbers of 0 or more with ','" \
    "$SEGKIT" fuse -o "$tmp/f.pgm" --weights 1,x "$tmp/a.pgm" "$tmp/b.pgm"
gives "one result" 2 "segkit: give 2 to 16 results of the same image" \
    "$SEGKIT" fuse -o "$tmp/f.pgm" "$tmp/a.pgm"
done_testing
