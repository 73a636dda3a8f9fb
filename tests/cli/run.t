# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs that go well and runs that do not: messages, exit codes, what is left on disk.
. "$srcdir/tests/support/tap.sh"
image=$srcdir/tests/cases/images/gray.pgm
nuclei=$srcdir/examples/images/nuclei.png
cd "$tmp" || exit 99

says "one image, and the count is printed" 0 ': 2 regions -> labels.png$' \
    "$SEGKIT" run "$image" -o labels.png -- threshold.otsu ! mask.components
check "the result is a PNG" sh -c 'head -c 4 labels.png | grep -q PNG'
check "quiet is quiet" sh -c "test -z \"\$('$SEGKIT' run -q '$image' -o labels.png -- threshold.otsu)\""
mkdir o
check "several outputs" "$SEGKIT" run "$image" -o cells:mask.png -o labels.tif -o o/{name}-overlay.png \
    -o regions.csv -- threshold.otsu out=cells ! mask.components
check "all are there" test -s mask.png -a -s labels.tif -a -s o/gray-overlay.png -a -s regions.csv
check "the table has a row a region" test "$(wc -l <regions.csv)" -eq 3
check "report" "$SEGKIT" run "$image" --report report.json -o labels.png -- threshold.otsu ! mask.components
check "the report tells the threshold" grep -q '"threshold"' report.json

# the same bytes for any number of threads
for threads in 1 2 7; do
    "$SEGKIT" run -q --threads $threads "$nuclei" -p "$srcdir/examples/pipelines/nuclei.yaml" \
        -o labels-$threads.npy
done
check "one and two threads give the same bytes" cmp labels-1.npy labels-2.npy
check "one and seven threads give the same bytes" cmp labels-1.npy labels-7.npy

# standard input and output
check "pipes" sh -c "'$SEGKIT' run - -o - -- threshold.otsu <'$image' >piped.png"
check "an image came out" sh -c 'head -c 4 piped.png | grep -q PNG'

# mistakes
gives "missing file" 4 "segkit: missing.png: cannot open: No such file or directory" \
    "$SEGKIT" run missing.png -o x.png -- threshold.otsu
gives "a folder without images" 4 "segkit: folder 'empty': no images in it" sh -c \
    "mkdir -p empty; '$SEGKIT' run empty -o x/ -- threshold.otsu"
gives "misspelt stage" 3 "segkit: word 1 'threshold.ostu': no stage 'threshold.ostu'; did you mean 'threshold.otsu'?" \
    "$SEGKIT" run "$image" -o x.png -- threshold.ostu
gives "output in no folder" 4 "segkit: nowhere/x.png: cannot create: No such file or directory" \
    "$SEGKIT" run "$image" -o nowhere/x.png -- threshold.otsu
says "output of no form" 2 "^segkit: x.xyz: '.xyz' is not a form that is written: .png .tif" \
    "$SEGKIT" run "$image" -o x.xyz -- threshold.otsu
gives "no such layer to write" 3 "segkit: no layer 'cels'; did you mean 'cells'?" \
    "$SEGKIT" run "$image" -o cels:x.png -- threshold.otsu out=cells
check "a layer's name has capitals and hyphens" "$SEGKIT" run "$image" -o My-cells:named.png -- \
    threshold.otsu out=My-cells
check "a result without a name is called after its stage" "$SEGKIT" run "$image" \
    -o 'threshold.otsu#1:named.png' -- threshold.otsu ! mask.invert
check "a path with a colon" "$SEGKIT" run "$image" -o ./a.b:named.png -- threshold.otsu
check "is a path" test -s ./a.b:named.png
check "nothing was left behind" sh -c '! ls | grep -E "^x|\.tmp|segkit"'

# truncated and huge files
head -c 20000 "$nuclei" >cut.png
"$SEGKIT" run cut.png -o x.png -- threshold.otsu 2>log
code=$?
check "a truncated PNG exits with 4" test $code -eq 4
check "a truncated PNG is named" grep -q "^segkit: cut.png: truncated: " log
printf 'P5\n100000 100000\n255\n' >huge.pgm
"$SEGKIT" run huge.pgm -o x.png -- threshold.otsu 2>log
code=$?
check "a header of 100,000 x 100,000 exits with 4" test $code -eq 4
check "a header of 100,000 x 100,000 tells the limit" grep -q "100000 x 100000 .*268435456" log
"$SEGKIT" run "$image" --max-pixels 100 -o x.png -- threshold.otsu 2>log
check "--max-pixels is checked" grep -q "24 x 16 .*100" log

# a full disk
if [ -w /dev/full ]; then
    "$SEGKIT" run "$image" -o /dev/full -- threshold.otsu 2>log
    check "a full device is no silent success" test $? -ne 0
fi
"$SEGKIT" run "$image" -o big.npy -- threshold.otsu
cp big.npy before.npy
(ulimit -f 1 && trap '' XFSZ && exec "$SEGKIT" run "$nuclei" -o big.npy -- threshold.otsu) 2>log
check "a full disk exits with 4" test $? -eq 4
check "a full disk keeps what was there" cmp big.npy before.npy

# many images
mkdir in
cp "$image" in/a.pgm; cp cut.png in/b.png; cp "$image" in/c.pgm
"$SEGKIT" run in -o results/ -- threshold.otsu ! mask.components 2>log
check "a batch with a bad image exits with 7" test $? -eq 7
check "the others are done" test -s results/a.png -a -s results/c.png -a ! -e results/b.png
check "the bad one is named" grep -q "in/b.png" log
check "the summary counts" grep -q "2 of 3 images done" log

# interrupts
if [ -n "${SEGKIT_SHARED:-}" ]; then
    "$SEGKIT" run -q - -o late.png -- threshold.otsu </dev/zero 2>log &
    wait $!
    check "endless rubbish on standard input is refused" test $? -eq 4
fi
done_testing
