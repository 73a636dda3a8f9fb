# SPDX-License-Identifier: LGPL-2.1-or-later
# Each pipeline among the examples whose page names a picture finds in it what the page says;
# the sets to compare methods on are sound.
. "$srcdir/tests/support/tap.sh"
pipelines=$srcdir/examples/pipelines images=$srcdir/examples/images
finds() { # PIPELINE IMAGE REGIONS
    says "$1 finds $3 regions" 0 ": $3 region" \
        "$SEGKIT" run -p "$pipelines/$1.yaml" "$images/$2".* -o "$tmp/labels.png"
}
finds nuclei nuclei 143
finds coins coins 24
finds cracks crack 2
finds vessels retina 2
finds page page 181
finds roads roads 1
finds superpixel-merge chelsea 12
finds cluster-colours chelsea 3
finds region-grow nuclei 137
finds cnn-refine nuclei 2
overlap() { # PIPELINE'S-WORD...: with the truth of an image of nuclei
    "$SEGKIT" run -q "$nuclei/images/$name" -o "$tmp/classes.png" "$@" &&
        "$SEGKIT" eval "$tmp/classes.png" "$nuclei/truth/$name" --task mask -m iou |
        awk '$1 == "iou" { print $2 }'
}
nuclei=$srcdir/examples/compare/nuclei name=df53d0b6c2c4e45d.png
rough=$(overlap -- cnn.semantic "model=$srcdir/examples/models/nuclei")
refined=$(overlap -p "$pipelines/cnn-refine.yaml")
check "cnn-refine is nearer to the truth, $refined, than the network's classes, $rough" \
    awk "BEGIN { exit !(${rough:-1} > 0.5 && ${refined:-0} > ${rough:-1}) }"
for file in $(sed -n 's/.*(\([a-z][^():]*\)).*/\1/p' "$pipelines/README.md"); do
    check "$file, which the page of examples names, is there" test -f "$pipelines/$file"
done
compare=$srcdir/examples/compare
for set in nuclei documents natural; do
    for image in "$compare/$set"/images/*; do break; done
    for file in "$compare/$set"/*.yaml; do
        check "$set: ${file##*/} is sound" "$SEGKIT" check "$file" "$image"
    done
done
says "of the pages' methods Sauvola's is first, as their page says" 0 '^ *1 sauvola  *0\.85' "$SEGKIT" compare \
    --isolate never -i "$compare/documents/images" -t "$compare/documents/truth" -o "$tmp/report" "$compare"/documents/*.yaml
done_testing
