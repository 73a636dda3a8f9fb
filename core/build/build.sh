#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds in FOLDER, from the top of the source: build.sh FOLDER [CONFIGURE-OPTION]... What is up to
# date is not made again. Quiet unless it fails.
set -eu
folder=$1; shift
mkdir -p core/build/aux "$folder"
log=$(cd "$folder" && pwd)/build.log
step() { "$@" >>"$log" 2>&1 || { tail -30 "$log"; echo "build.sh: failed: $*; see $log"; exit 1; }; }
: >"$log"
[ -x configure ] || step autoreconf -fi
top=$PWD
[ -f "$folder/Makefile" ] || (cd "$folder" && step "$top/configure" "$@")
step make -C "$folder" -j"$(nproc)"
