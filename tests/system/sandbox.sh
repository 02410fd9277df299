#!/bin/bash
# What the unit promises of the sandbox, read back from the kernel and from systemd.
. "$(dirname "$0")/lib.sh"
set_up
expect_equal "backups run in the sandbox" 0 "$(exit_code cvmbackupctl run web --wait)"

exposure=$(systemd-analyze security cvmbackupd --no-pager | grep --only-matching \
    'Overall exposure level for cvmbackupd.service: [0-9.]*' | grep --only-matching '[0-9.]*$')
expect "systemd-analyze says $exposure, at most 1.5" \
    awk -v exposure="$exposure" 'BEGIN { exit !(exposure <= 1.5) }'

pid=$(unit MainPID)
status() { awk -v key="$1:" '$1 == key { print $2 }' "/proc/$pid/status"; }
for set in CapInh CapPrm CapEff CapBnd CapAmb; do
    expect_equal "no capabilities: $set" 0000000000000000 "$(status $set)"
done
expect_equal "no new privileges" 1 "$(status NoNewPrivs)"
expect_equal "system calls are filtered" 2 "$(status Seccomp)"
expect_equal "it is nobody else" "$(id --user cvmbackup)" "$(status Uid)"
expect_equal "no core files" 0 "$(awk '/Max core file size/ { print $5 }' "/proc/$pid/limits")"

expect_equal "the catalog is the service's alone" "700 cvmbackup" \
    "$(stat --format '%a %U' /var/lib/cvmbackup)"
in_sandbox() { nsenter --target "$pid" --mount -- "$@"; }
for place in /etc/cvmbackup/x /usr/x /home/x /run/x /run/lock/x /dev/shm/x; do
    expect "nothing can be written to $place" test 0 != "$(exit_code in_sandbox touch $place)"
done
expect "its temporary files are its own" \
    test "$(stat --format %i /tmp)" != "$(in_sandbox stat --format %i /tmp)"
for place in "/proc/$pid/environ" "/proc/$pid/cmdline"; do
    expect_equal "no secret in $place" 0 "$(grep --count simulatedkey "$place" || true)"
done
expect_equal "no secret in the journal" "" "$(journalctl --quiet --grep simulatedkey || true)"
expect_equal "no secret in the catalog" "" \
    "$(grep --recursive --files-with-matches simulatedkey /var/lib/cvmbackup || true)"
expect_quiet_journal
