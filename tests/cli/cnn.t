# SPDX-License-Identifier: LGPL-2.1-or-later
# The stages of neural networks with the model that is shipped.
. "$srcdir/tests/support/tap.sh"
nuclei=$srcdir/examples/images/nuclei.png
model=$srcdir/examples/models/nuclei
cd "$tmp" || exit 99

says "learned and classical stages in one pipeline" 0 ' [0-9][0-9]* regions -> labels.png$' \
    "$SEGKIT" run "$nuclei" -o labels.png -p "$srcdir/examples/pipelines/nuclei-cnn.yaml"
for threads in 1 2 7; do
    "$SEGKIT" run -q --threads $threads "$nuclei" -o $threads.npy -- \
        cnn.semantic "model=$model" ! scores.channel class=2
done
check "one and two threads give the same bytes" cmp 1.npy 2.npy
check "one and seven threads give the same bytes" cmp 1.npy 7.npy
check "classes" "$SEGKIT" run "$nuclei" -o classes.png -- cnn.semantic "model=$model"
check "tiles" "$SEGKIT" run "$nuclei" -o tiles.png -- cnn.semantic "model=$model" tile=100 overlap=40
says "tiles give nearly the same" 0 'iou *0\.9' "$SEGKIT" eval tiles.png classes.png --task labels -m iou
check "mirrored" "$SEGKIT" run "$nuclei" -o flips.png -- cnn.semantic "model=$model" flips=both
says "mirrored images give nearly the same" 0 'iou *0\.9' \
    "$SEGKIT" eval flips.png classes.png --task labels -m iou
check "one class" "$SEGKIT" run "$nuclei" -o core.npy -- cnn.semantic "model=$model" classes=core
check "alpha" "$SEGKIT" run "$nuclei" -o alpha.png -- cnn.matting "model=$model"
check "the mask beside it" "$SEGKIT" run "$nuclei" -o soft.mask:alpha_mask.png -- \
    cnn.matting "model=$model" out=soft
says "parts of a map are instances" 0 'instances' \
    "$SEGKIT" run "$nuclei" -o parts.npy -- cnn.instance "model=$model"
says "and of the mean of mirrored maps" 0 'instances' \
    "$SEGKIT" run "$nuclei" -o parts_flips.png -- cnn.instance "model=$model" flips=both
check "the parts of a map as labels" "$SEGKIT" run "$nuclei" -o parts.png -- cnn.instance "model=$model"
says "mirrored images give nearly the same parts" 0 'iou *0\.9' \
    "$SEGKIT" eval parts_flips.png parts.png --task mask -m iou

# a network without a sidecar, and one whose weights are cut
mkdir bare cut
cp "$model"/nuclei.param "$model"/nuclei.bin bare
cp "$model"/model.yaml "$model"/nuclei.param cut
head -c 100000 "$model"/nuclei.bin >cut/nuclei.bin
mkdir long
cp "$model"/model.yaml "$model"/nuclei.param long
cat "$model"/nuclei.bin "$model"/model.yaml >long/nuclei.bin
says "weights that are left over" 0 'nuclei.bin: the network leaves 653 bytes' \
    "$SEGKIT" run "$nuclei" -o x.npy -- cnn.semantic model=long
says "probe tells of them" 0 '^weights *653 bytes are left over' "$SEGKIT" model probe long
check "no sidecar: shapes tell" "$SEGKIT" run "$nuclei" -o bare.npy -- cnn.semantic model=bare/nuclei.param
says "cut weights" 4 'cut/nuclei.param:[0-9]*: layer .*: the weights end inside' "$SEGKIT" run "$nuclei" -o x.npy -- cnn.semantic model=cut
gives "missing model" 4 \
    "segkit: $nuclei: word 1 'cnn.semantic': stage 'cnn.semantic': cannot open model 'none': no such file" \
    "$SEGKIT" run "$nuclei" -o x.npy -- cnn.semantic model=none
gives "no sidecar in a folder" 4 \
    "segkit: $nuclei: word 1 'cnn.semantic': stage 'cnn.semantic': no model.yaml or metadata.yaml in folder 'bare'" \
    "$SEGKIT" run "$nuclei" -o x.npy -- cnn.semantic model=bare
gives "unknown class" 5 \
    "segkit: $nuclei: word 1 'cnn.semantic': stage 'cnn.semantic': parameter 'classes': 'cores' is none of the model's 3 classes" \
    "$SEGKIT" run "$nuclei" -o x.npy -- cnn.semantic "model=$model" classes=cores
gives "no such plane" 5 \
    "segkit: $nuclei: word 4 'scores.channel': stage 'scores.channel': parameter 'class': there is no class 3; the scores have classes 0 to 2" \
    "$SEGKIT" run "$nuclei" -o x.npy -- cnn.semantic "model=$model" ! scores.channel class=3

# networks that no image suits
network() { mkdir "$1"; printf '7767517\n%s\n' "$2" >"$1/net.param"; : >"$1/net.bin"; printf '%s\n' \
    'segkit-model: 1' 'param: net.param' 'bin: net.bin' 'decoder: none-threshold' "$3" >"$1/model.yaml"; }
network huge '2 2
Input data 0 1 data
Sigmoid map 1 1 data map' 'input: { blob: data, size: [32768, 32768] }'
says "an input larger than any image" 4 'becomes 32768 x 32768 for the network' \
    "$SEGKIT" run "$nuclei" -o x.png -- cnn.matting model=huge
network wide '3 3
Input data 0 1 data
Input more 0 1 more
BinaryOp map 2 1 data more map' 'input: { blob: data, zeros: { more: [32768, 32768, 3] } }'
says "a further input that is larger" 4 "input 'more' of 32768 x 32768 x 3 is too large" \
    "$SEGKIT" run "$nuclei" -o x.png -- cnn.matting model=wide
network whole '2 2
Input data 0 1 data
Quantize map 1 1 data map' 'output: { blob: map }'
printf '\0\0\200\077' >whole/net.bin
says "an output of integers" 5 "output 'map' is of integers" \
    "$SEGKIT" run "$nuclei" -o x.png -- cnn.matting model=whole

says "probe tells the decoder" 0 '^decoder   softmax, as the sidecar says$' \
    "$SEGKIT" model probe "$model"
says "probe tells what the shapes say" 0 '^decoder   argmax, as the shapes say$' \
    "$SEGKIT" model probe --size 100,70 bare/nuclei.param
gives "probe of nothing" 4 "segkit: cannot open model 'none': no such file" "$SEGKIT" model probe none
says "probe of no size" 2 "'5' is not W,H" "$SEGKIT" model probe --size 5 bare/nuclei.param
done_testing
