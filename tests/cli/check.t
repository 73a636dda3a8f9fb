# SPDX-License-Identifier: LGPL-2.1-or-later
# Mistakes in pipelines, by the stages that are shipped: the first line and the exit code. All kinds
# of faults are in tests/cases/pipelines.
. "$srcdir/tests/support/tap.sh"
cd "$tmp" || exit 99

# yaml STAGE...: a pipeline file of these stages, p.yaml
yaml() {
    printf 'segkit: 1\nstages:\n' >p.yaml
    printf '  - %s\n' "$@" >>p.yaml
}
fault() { # NAME LINE-OF-STDERR, of p.yaml
    gives "$1" 3 "segkit: p.yaml:$2" "$SEGKIT" check p.yaml
}

yaml 'threshold.ostu'
fault "misspelt stage" "3:5: no stage 'threshold.ostu'; did you mean 'threshold.otsu'?"
yaml 'otsu'
fault "stage without its family" "3:5: no stage 'otsu'; did you mean 'threshold.otsu'?"
yaml 'filter.gaussian: { sigam: 2 }'
fault "misspelt parameter" "3:24: stage 'filter.gaussian': no port or parameter 'sigam'; did you mean 'sigma'?"
yaml 'threshold.otsu' 'markers.distance: { maks: a }'
fault "misspelt port" "4:25: stage 'markers.distance': no port or parameter 'maks'; did you mean 'mask'?"
yaml 'threshold.otsu: { out: cells }' 'markers.distance: { mask: cels }'
fault "misspelt layer" "4:25: stage 'markers.distance': port 'mask': no layer 'cels'; did you mean 'cells'?"
yaml 'filter.gaussian: { sigma: -1 }'
says "value out of range" 3 \
    "^segkit: p.yaml:3:24: stage 'filter.gaussian': parameter 'sigma': -1 is not in [0-9.]*\.\.[0-9.]*$" \
    "$SEGKIT" check p.yaml
yaml 'threshold.otsu' 'mask.components: { connectivity: 5 }'
fault "no such choice" "4:24: stage 'mask.components': parameter 'connectivity': 5 is not one of 4, 8"
yaml 'filter.gaussian: { sigma: wide }'
fault "no number" "3:24: stage 'filter.gaussian': parameter 'sigma': 'wide' is not a number in px"
yaml 'mask.components'
fault "wrong kind" "3:5: stage 'mask.components': port 'mask' takes mask; 'input' is of kind image; insert 'threshold.otsu'"
yaml 'threshold.otsu' 'labels.remove_small'
fault "a mask is no labels" "4:5: stage 'labels.remove_small': port 'labels' takes labels; 'threshold.otsu#1' is of kind mask; insert 'mask.components'"
yaml 'filter.gaussian: { image: b, out: a }' 'filter.gaussian: { image: a, out: b }'
fault "a cycle" "3:24: stage 'filter.gaussian': port 'image': 'b' is made later, at p.yaml:4:5; stages run in the order in which they stand, without cycles"
yaml 'filter.gaussian: { image: a, out: a }'
fault "a stage of its own result" "3:24: stage 'filter.gaussian': port 'image': 'a' is what this stage makes; it cannot take its own result"
printf 'segkit: 1\nstages:\n\t- threshold.otsu\n' >p.yaml
fault "a tab" "3:1: a tab: indent with spaces"
printf 'segkit: 9\nstages: [threshold.otsu]\n' >p.yaml
fault "a later version" "1:9: 'segkit': version '9' is not known: this segkit reads 1"

gives "no such file" 4 "segkit: none.yaml: cannot be opened: No such file or directory" \
    "$SEGKIT" check none.yaml
gives "a folder" 4 "segkit: .: cannot be read: Is a directory" "$SEGKIT" check -p .
gives "nothing behind --" 3 "segkit: no stages" "$SEGKIT" check --
gives "a word that is no key" 3 "segkit: word 2 'sigma': expected key=value, or '!' before the next stage" \
    "$SEGKIT" check -- filter.gaussian sigma

printf 'P6 2 2 255\nabcdefghijkl' >colour.ppm
gives "colour where gray is wanted" 3 \
    "segkit: word 1 'threshold.otsu': stage 'threshold.otsu': port 'image' takes 1 plane; 'input' has 3; insert 'filter.gray'" \
    "$SEGKIT" check colour.ppm -- threshold.otsu
printf 'P5 2 2 255\nabcd' >small.pgm
printf 'P5 3 2 255\n\0\1\0\1\0\1' >mask.pgm
gives "layers of two sizes" 3 \
    "segkit: word 6 'watershed.flood': stage 'watershed.flood': ports 'image' and 'mask' need layers of one size; 'input' has 2 x 2 pixels, 'm' has 3 x 2" \
    "$SEGKIT" check small.pgm --in m:mask=mask.pgm -- threshold.otsu ! markers.peaks image=input ! watershed.flood image=input mask=m

yaml 'threshold.ots' 'mask.fil_holes' 'labels.relable' 'markers.peaks: { image: input, h: x }'
check "all faults are told" test "$("$SEGKIT" check p.yaml 2>&1 | grep -c '^segkit: p.yaml:[3-6]:')" -eq 4
gives "the pipeline is checked before an image is read" 3 \
    "segkit: word 1 'threshold.ots': no stage 'threshold.ots'; did you mean 'threshold.otsu'?" \
    "$SEGKIT" run none.png -o x.png -- threshold.ots
check "nothing is written" test ! -e x.png
gives "a result that nothing takes is told, once" 0 \
    "segkit: warning: word 1 'threshold.otsu': stage 'threshold.otsu': nothing takes its result 'threshold.otsu#1'" \
    "$SEGKIT" run small.pgm mask.pgm -o {name}.npy -- threshold.otsu ! threshold.fixed value=1
check "only once" test "$(grep -c 'nothing takes' "$tmp/err")" -eq 1
done_testing
