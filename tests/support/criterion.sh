#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs one Criterion program and prints TAP. Criterion counts a leaking test as passed, so under
# AddressSanitizer its reports go to files, and each file is a failure.
program=$1
log=$(mktemp -d) || exit 99
trap 'rm -rf "$log"' EXIT
ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}log_path=$log/asan:detect_leaks=1:allocator_may_return_null=1"
# Criterion's own runner leaks; only what passed through segkit's code counts
LSAN_OPTIONS="suppressions=${srcdir:-.}/tests/support/lsan.supp:print_suppressions=0"
UBSAN_OPTIONS="print_stacktrace=1:log_path=$log/ubsan"
export ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS
"$program" --quiet --output=tap:"$log/tap" 2>"$log/err"
status=$?
sed '/^1\.\./d' "$log/tap"
count=$(grep -c '^\(not \)\{0,1\}ok' "$log/tap")
for report in "$log"/asan.* "$log"/ubsan.*; do
    [ -s "$report" ] || continue
    grep -qv 'WARNING: AddressSanitizer failed to allocate' "$report" || continue # as NULL, as asked
    count=$((count + 1))
    echo "not ok - $(basename "$program"): sanitizer report"
    sed 's/^/# /' "$report" | head -60
done
if [ "$status" -gt 1 ] || [ "$count" -eq 0 ]; then
    count=$((count + 1))
    echo "not ok - $(basename "$program"): ended with $status"
    sed 's/^/# /' "$log/err" | tail -20
fi
echo "1..$count"
