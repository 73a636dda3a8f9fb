#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs what is missing, builds, and runs all tests: run.sh [FOLDER [CONFIGURE-OPTION]...]. Ends
# with one line, "N passed, N failed, N skipped", and with 1 if any failed.
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- build --prefix="$PWD/build/install"
folder=$1
sh core/build/packages.sh
sh core/build/build.sh "$@"
status=0
make -C "$folder" -j"$(nproc)" check >"$folder/check.log" 2>&1 || status=$?
grep -E '^(FAIL|ERROR|XPASS):' "$folder/check.log" || :
grep -hE '# SKIP' "$folder"/tests/*/*.log "$folder"/tests/*.log 2>/dev/null | sort | uniq -c | head -20 || :
count() { sed -n "s/^# $1: *//p" "$folder/check.log" | tail -1; }
passed=$(count PASS) failed=$(count FAIL) errors=$(count ERROR) skipped=$(count SKIP)
if [ -z "$passed" ]; then
    tail -30 "$folder/check.log"
    echo "no tests were run; see $folder/check.log"
    exit 1
fi
echo "$passed passed, $((failed + errors)) failed, $skipped skipped"
[ "$status" -eq 0 ] && [ $((failed + errors)) -eq 0 ]
