#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the fuzzers with clang: tests/fuzz/build.sh FOLDER, then e.g.
#     FOLDER/fuzz_image -max_len=4096 -timeout=10 FOLDER/corpus tests/fuzz/images
#     builddir=BUILD FOLDER/fuzz_pipeline FOLDER/corpus tests/cases/pipelines tests/fuzz/pipelines
#     FOLDER/fuzz_model -max_len=2048 -timeout=10 FOLDER/corpus tests/fuzz/models
#     FOLDER/fuzz_sidecar -max_len=1024 -timeout=10 FOLDER/corpus tests/fuzz/sidecars
set -e
top=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:?usage: build.sh FOLDER}
mkdir -p "$out/corpus"
for fuzzer in fuzz_image fuzz_pipeline; do
    clang -std=c17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
        -D_GNU_SOURCE -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION -DSEGI_TIFF_NAME='"libtiff.so.6"' \
        -DSEGI_PLUGIN_DIR='"/nowhere"' -I"$top/include" -I"$top/core" \
        "$top/tests/fuzz/$fuzzer.c" "$top"/core/base/*.c "$top"/core/data/*.c "$top"/core/io/*.c \
        "$top"/core/plug/*.c "$top"/core/pipe/*.c \
        -o "$out/$fuzzer" -ldeflate -ljpeg -lz -lyaml -lm
done
plugin="$top/plugins/cnn"
for fuzzer in fuzz_model fuzz_sidecar; do
    clang -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
        -D_GNU_SOURCE -I"$top/include" -I"$plugin" "$top/tests/fuzz/$fuzzer.c" \
        "$plugin"/*.c "$plugin"/*/*.c -o "$out/$fuzzer" -lyaml -lm
done
