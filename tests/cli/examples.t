# SPDX-License-Identifier: LGPL-2.1-or-later
# Each pipeline among the examples whose page names a picture finds in it what the page says.
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
for file in $(sed -n 's/.*(\([a-z][^():]*\)).*/\1/p' "$pipelines/README.md"); do
    check "$file, which the page of examples names, is there" test -f "$pipelines/$file"
done
done_testing
