# SPDX-License-Identifier: LGPL-2.1-or-later
# Networks on the command line.
. "$srcdir/tests/support/tap.sh"
net() { printf '7767517\n%s\n' "$1" >"$tmp/net.param"; : >"$tmp/net.bin"; }
forward() { "$SEGKIT" model forward "$tmp/net.param" "$tmp/net.bin" "$@"; }
net '2 2
Input data 0 1 data 0=3 1=2 2=1
ReLU act 1 1 data out 0=0.5'
check "a network runs" forward -i data=random:1:3,2,1 -o "out=$tmp/out.npy"
check "and agrees with itself" "$SEGKIT" model check "$tmp/net.param" "$tmp/net.bin" \
    -i data=random:1:3,2,1 -o "out=$tmp/out.npy"
says "but not with other numbers" 1 'differs' "$SEGKIT" model check "$tmp/net.param" \
    "$tmp/net.bin" -i data=random:2:3,2,1 -o "out=$tmp/out.npy"
says "another shape is told" 1 'another shape' "$SEGKIT" model check "$tmp/net.param" \
    "$tmp/net.bin" -i data=random:2:2,2,1 -o "out=$tmp/out.npy"
says "info tells the input's size" 0 '^input .*data  3 x 2 x 1' \
    "$SEGKIT" model info "$tmp/net.param" "$tmp/net.bin"
says "bench needs no input whose size is stated" 0 '^min .* 2 loops' \
    "$SEGKIT" model bench --loops 2 "$tmp/net.param" random:1
check "bench prints JSON" sh -c "'$SEGKIT' model bench --json -l 1 '$tmp/net.param' random:1 |
    grep -q median_ms"
says "an input that is missing is told" 2 "layer 'data' (Input): this input was not given" \
    forward -o "out=$tmp/out.npy"
says "a blob that is not there is told" 2 "no blob 'nothing'" \
    forward -i data=random:1:3,2,1 -o "nothing=$tmp/out.npy"
says "an output without a file is told" 2 "'out' is not BLOB=FILE" \
    forward -i data=random:1:3,2,1 -o out
says "no output is told" 2 "no output" forward -i data=random:1:3,2,1
says "a folder for an output is told" 4 "$tmp" \
    forward -i data=random:1:3,2,1 -o "out=$tmp/none/out.npy"
printf 'no array' >"$tmp/bad.npy"
says "a file that is no array is told" 4 "bad.npy' is no .npy file" \
    forward -i "data=$tmp/bad.npy" -o "out=$tmp/out.npy"
head -c 100 "$tmp/out.npy" >"$tmp/bad.npy"
says "a header that is cut is told" 4 "the header is cut" \
    forward -i "data=$tmp/bad.npy" -o "out=$tmp/out.npy"
head -c 140 "$tmp/out.npy" >"$tmp/bad.npy"
says "an array that is cut is told" 4 "ends before its last element" \
    forward -i "data=$tmp/bad.npy" -o "out=$tmp/out.npy"
net '2 2
Input data 0 1 data
PReLU act 1 1 data out 0=3'
head -c 16 /dev/zero >"$tmp/net.bin"
says "weights that are left over are told" 0 'net.bin: the network reads 12 bytes of it and leaves 4' \
    forward -i data=random:1:3,2,3 -o "out=$tmp/out.npy"
head -c 12 /dev/zero >"$tmp/net.bin"
check "others are not" sh -c "'$SEGKIT' model info '$tmp/net.param' '$tmp/net.bin' 2>&1 >/dev/null |
    { ! grep . ; }"
net '4 5
Input data 0 1 data
Split two 1 2 data left right
ReLU act 1 1 left out1
Exp exp 1 1 right out2'
"$SEGKIT" model forward "$tmp/net.param" "$tmp/net.bin" -i data=random:1:40,30,3 -o "out1=$tmp/out1.npy" \
    >/dev/null
"$SEGKIT" model forward "$tmp/net.param" "$tmp/net.bin" -i right=random:2:5,4,2 -o "out2=$tmp/out2.npy" \
    >/dev/null
check "a copy that is given has its own shape and numbers" "$SEGKIT" model check "$tmp/net.param" \
    "$tmp/net.bin" -i data=random:1:40,30,3 -i right=random:2:5,4,2 -o "out1=$tmp/out1.npy" \
    -o "out2=$tmp/out2.npy"
net '4 5
Input data 0 1 data
Slice two 1 2 data left right -23300=2,1,-233
ReLU act 1 1 left out1
Exp exp 1 1 right out2'
says "a part that is given beside one that is wanted is told" 2 \
    "layer 'two' (Slice): its output 'right' is given, but another" forward -i data=random:1:4,3,2 \
    -i right=random:2:5,4,1 -o "out1=$tmp/out1.npy" -o "out2=$tmp/out2.npy"
net '3 3
Input data 0 1 data
Telepathy a 1 1 data b
Clairvoyance c 1 1 b out'
says "all layers that are missing are told at once" 4 "Telepathy 'a', Clairvoyance 'c'" forward \
    -i data=random:1:3,2,1 -o "out=$tmp/out.npy"
net '2 2
Input data 0 1 data
Convolution conv 1 1 data out 0=4 1=3 6=108'
says "weights that end early are told with file, line and layer" 4 \
    "net.param:4: layer 'conv' (Convolution): the weights end" forward -i data=random:1:9,9,3 \
    -o "out=$tmp/out.npy"
done_testing
