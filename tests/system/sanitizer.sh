#!/bin/bash
# What a sanitizer finds in the sandboxed service fails the test, though the service is gone.
. "$(dirname "$0")/lib.sh"
install_daemon
kind=address
[[ $sanitizer != thread ]] || kind=race
install "$build/tests/support/sanitizer_bait" /usr/sbin/
drop_in bait Type=oneshot Restart=no ExecStart= "ExecStart=-/usr/sbin/sanitizer_bait $kind"
expect "the service ends as if nothing had been" systemctl start cvmbackupd
said=$(tell_reports) && fail "what the sanitizer found is passed over"
expect_match "it is told" "SUMMARY: .*Sanitizer" "$said"
rm "$reports"/*
