#!/bin/bash
# The wrapper `sanitized` fails when a program in which something was found ended as if nothing had
# been, and tells what; else the exit status is the command's.
#
# usage: sanitized_test.sh BAIT KIND…
set -euo pipefail
sanitized=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/sanitized
bait=$1

fail() {
    echo "FAILED: $*"
    exit 1
}

for kind in "${@:2}"; do
    said=$("$sanitized" sh -c '"$0" "$1" || true' "$bait" "$kind") && fail "$kind is passed over"
    [[ $said == *"a sanitizer found something"*SUMMARY:* ]] ||
        fail "$kind is not told of: $said"
    echo "ok: $kind"
done
status=0
"$sanitized" sh -c 'exit 7' || status=$?
((status == 7)) || fail "the exit status is $status"
"$sanitized" true || fail "what is clean is not let pass"
echo "ok: else the status is the command's"
