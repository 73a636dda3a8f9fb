#!/bin/sh
# SPDX-License-Identifier: MIT
# Each stage on a picture that is made here, then the torture test: test.sh PLUGIN.so
set -eu
plugin=$1
: "${SEGKIT:=$(pkg-config --variable=segkit segkit)}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# 5 x 3 pixels, all dark but one; a bitmap has a byte for each row of its mask
printf 'P5 5 3 255\n\20\20\20\20\20\20\20\310\20\20\20\20\20\20\20' >"$tmp/image.pgm"
printf '\0\40\0' >"$tmp/wanted"
for stage in @TESTED@; do
    "$SEGKIT" run --plugin "$plugin" "$tmp/image.pgm" -o "$tmp/mask.pbm" -- "@NAME@.$stage" radius=1
    tail -c 3 "$tmp/mask.pbm" | cmp - "$tmp/wanted"
done
"$SEGKIT" plugin verify "$plugin"
