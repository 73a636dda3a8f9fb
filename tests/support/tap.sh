# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by shell tests: numbered TAP lines, a folder of their own, and a few checks.
#   check NAME COMMAND...            passes when the command does
#   gives NAME CODE TEXT COMMAND...  exit code and exact first line of stderr
#   says NAME CODE PATTERN COMMAND...  exit code, and a line of the output that matches
#   skip NAME WHY
set -u
: "${SEGKIT:=segkit}" "${srcdir:=.}" "${SEGKIT_SHARED:=$srcdir/../shared}"
tests=0
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
ok() { tests=$((tests + 1)); echo "ok $tests - $1"; }
not_ok() { tests=$((tests + 1)); echo "not ok $tests - $1"; shift; printf '# %s\n' "$@"; }
skip() { tests=$((tests + 1)); echo "ok $tests - $1 # SKIP $2"; }
done_testing() { echo "1..$tests"; }
check() {
    check_name=$1; shift
    if "$@" >"$tmp/out" 2>"$tmp/err"; then ok "$check_name"
    else not_ok "$check_name" "exit code $?: $*" "$(head -5 "$tmp/err")"; fi
}
gives() {
    gives_name=$1 gives_code=$2 gives_text=$3; shift 3
    "$@" >"$tmp/out" 2>"$tmp/err"; gives_got=$?
    gives_line=$(head -1 "$tmp/err")
    if [ "$gives_got" -ne "$gives_code" ]; then
        not_ok "$gives_name" "exit code $gives_got instead of $gives_code: $*" "$gives_line"
    elif [ "$gives_line" != "$gives_text" ]; then
        not_ok "$gives_name" "got:  $gives_line" "want: $gives_text"
    else ok "$gives_name"; fi
}
says() {
    says_name=$1 says_code=$2 says_pattern=$3; shift 3
    "$@" >"$tmp/out" 2>&1; says_got=$?
    if [ "$says_got" -ne "$says_code" ]; then
        not_ok "$says_name" "exit code $says_got instead of $says_code: $*" "$(head -3 "$tmp/out")"
    elif ! grep -q -e "$says_pattern" "$tmp/out"; then
        not_ok "$says_name" "no line like: $says_pattern" "$(head -3 "$tmp/out")"
    else ok "$says_name"; fi
}
