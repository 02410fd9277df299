#!/bin/bash
# The system's message bus is restarted while images are made, and is away for a while during the
# replicas. The daemon ends each time, for nobody could command it, and systemd starts it until the
# bus is there; nothing is lost and nothing made twice. Meanwhile the client says what is wrong.
. "$(dirname "$0")/lib.sh"
set_up

have_asked_for() { (($(requests_of "$1") >= $2)); }
has_restarted() { (($(unit NRestarts) > $1)) && [[ $(unit ActiveState) == active ]]; }
has_said() { journal | grep --quiet --fixed-strings "$1"; }
run_ended() {
    [[ $(cvmbackupctl --json runs | jq --raw-output '.[0].result') =~ ^(ok|partial|failed)$ ]]
}

cvmbackupctl run web
wait_until "both images are being made" 20 have_asked_for CreateImage 2
systemctl restart dbus
wait_until "it is up again on the restarted bus" 30 has_restarted 0
expect_equal "it is answered there" 0 "$(exit_code as_nobody cvmbackupctl status)"
expect_equal "it knows the run it was in" 1 "$(cvmbackupctl --json jobs | jq length)"
expect "it said why it ended" has_said "the message bus was lost"

wait_until "the first image is being replicated" 30 have_asked_for SyncImages 1
restarts=$(unit NRestarts)
systemctl stop dbus.socket dbus
expect_equal "without a bus the client has nobody to ask" 69 "$(exit_code cvmbackupctl status)"
expect_match "it says where to look" "cannot reach the bus.*systemctl status dbus cvmbackupd" \
    "$(cat /run/last-output)"
wait_until "the daemon says so too" 30 has_said "is dbus running (systemctl status dbus)?"
systemctl start dbus
wait_until "it is up as soon as there is a bus" 30 has_restarted "$restarts"

wait_until "the run ends" 60 run_ended
expect_equal "it is one run, and it is ok" "1 ok" \
    "$(cvmbackupctl --json runs | jq --raw-output '"\(length) \(.[0].result)"')"
expect_equal "both instances have a recovery point" 2 "$(cvmbackupctl --json points | jq length)"
expect_equal "no image was asked for twice" 2 "$(requests_of CreateImage)"
expect_equal "no replica was asked for twice" 2 "$(requests_of SyncImages)"
expect_quiet_journal "the message bus was lost|cannot reach the message bus"
