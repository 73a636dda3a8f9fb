# SPDX-License-Identifier: LGPL-2.1-or-later
# segkit info and segkit convert.
. "$srcdir/tests/support/tap.sh"

cd "$tmp" || exit 99
"$SEGKIT" version >/dev/null 2>&1 || { echo "1..0 # SKIP no program"; exit 0; }

printf 'P2\n5 4\n255\n0 0 1 1 1\n0 0 1 0 1\n2 2 1 1 1\n2 2 0 0 0\n' >labels.pgm
printf 'P2\n4 3\n255\n0 255 255 0\n0 255 255 0\n0 0 0 0\n' >mask.pgm
printf 'P3\n4 2\n255\n0 0 0 0 0 0 0 0 9 0 0 9\n0 0 0 0 0 0 7 0 0 7 0 0\n' >rgb.ppm
awk 'BEGIN { print "P2\n20 20\n255"; for (i = 0; i < 400; i++) print (i * 37) % 251 }' >photo.pgm

says "labels" 0 "labels: the numbers are the labels; 3 values in 0..2" "$SEGKIT" info labels.pgm
says "a mask" 0 "a mask: 0 and the largest value; 2 values in 0..255" "$SEGKIT" info mask.pgm
says "a picture" 0 "a picture; 251 values in 0..250" "$SEGKIT" info photo.pgm
says "as JSON" 0 '"labels_from": "binary"' "$SEGKIT" info --json labels.pgm mask.pgm
gives "no file" 4 "segkit: none.png: cannot open: No such file or directory" "$SEGKIT" info none.png
gives "nothing to look at" 2 "segkit: which files?" "$SEGKIT" info

# Any form to any other and back: the numbers stay.
for form in png tif npy geojson json; do
    check "to $form" "$SEGKIT" convert --labels-from index labels.pgm a.$form
    check "from $form" "$SEGKIT" convert --labels-from index a.$form back.pgm
    check "the same from $form" "$SEGKIT" convert --labels-from index back.pgm b.npy
    "$SEGKIT" convert --labels-from index labels.pgm c.npy
    check "equal from $form" cmp b.npy c.npy
done
check "to SVG" "$SEGKIT" convert --labels-from index labels.pgm a.svg
check "to CSV" "$SEGKIT" convert --labels-from index labels.pgm a.csv
says "properties" 0 '^1,8,0,2,3,5,' cat a.csv
check "an overlay" "$SEGKIT" convert --labels-from index labels.pgm overlay.png
gives "a hole in YOLO text" 2 \
    "segkit: a.txt: region 1 has 1 parts and 1 holes: YOLO text holds one outline a region; use .json or .geojson" \
    "$SEGKIT" convert --labels-from index labels.pgm a.txt
check "a mask to YOLO text" "$SEGKIT" convert mask.pgm m.txt
check "YOLO text back" "$SEGKIT" convert --image mask.pgm m.txt m.npy
check "0 and 255 are 0 and 1" "$SEGKIT" convert mask.pgm n.npy
"$SEGKIT" convert --labels-from index m.npy m.pgm && "$SEGKIT" convert --labels-from index n.npy n.pgm
check "the mask again" cmp m.pgm n.pgm
gives "YOLO text without its image" 2 \
    "segkit: YOLO text does not say how large its image is: name it with --image" \
    "$SEGKIT" convert m.txt x.png
check "colours are labels" "$SEGKIT" convert --labels-from rgb rgb.ppm rgb.pgm
check "the same by another word" "$SEGKIT" convert --labels-from rgb-map rgb.ppm map.pgm
check "which counts alike" cmp rgb.pgm map.pgm
check "grey levels are labels" "$SEGKIT" convert --labels-from gray rgb.pgm map.pgm
check "as they are" cmp rgb.pgm map.pgm
says "counted by colour" 0 "3 values in 0..2" "$SEGKIT" info rgb.pgm
gives "no palette" 4 "segkit: labels.pgm: has no palette" \
    "$SEGKIT" convert --labels-from palette labels.pgm x.png
gives "an unknown form of labels" 2 \
    "segkit: --labels-from: 'color' is not one of auto, index, binary, palette, rgb" \
    "$SEGKIT" convert --labels-from color rgb.ppm x.png
check "pictures stay pictures" "$SEGKIT" convert photo.pgm photo.tif
done_testing
