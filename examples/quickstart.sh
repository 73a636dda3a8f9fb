#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# From a fresh clone to nuclei that are separated, counted and drawn: installs what is missing,
# builds, and segments examples/images/nuclei.png.
set -eu
cd "$(dirname "$0")/.."
sh core/build/packages.sh
sh core/build/build.sh build --prefix="$PWD/build/install"
make -C build install >build/install.log 2>&1 || { tail -20 build/install.log; exit 1; }
segkit=$PWD/build/install/bin/segkit
mkdir -p build/quickstart
"$segkit" run examples/images/nuclei.png -p examples/pipelines/nuclei.yaml \
    -o build/quickstart/labels.png -o build/quickstart/overlay.png -o build/quickstart/regions.csv
echo "look at build/quickstart/overlay.png; the program is build/install/bin/segkit"
