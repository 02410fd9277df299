#!/bin/bash
# kill -9 while images are made, and again while they are replicated: systemd restarts the service,
# the same run goes on and ends well, and nothing was made twice.
. "$(dirname "$0")/lib.sh"
set_up

have_asked_for() { (($(requests_of "$1") >= $2)); }
has_restarted() { [[ $(unit NRestarts) == "$1" && $(unit ActiveState) == active ]]; }
run_ended() {
    [[ $(cvmbackupctl --json runs | jq --raw-output '.[0].result') =~ ^(ok|partial|failed)$ ]]
}

cvmbackupctl run web
wait_until "both images are being made" 20 have_asked_for CreateImage 2
systemctl kill --signal KILL cvmbackupd
wait_until "systemd starts it again" 20 has_restarted 1
expect_equal "it knows the run it was in" 1 "$(cvmbackupctl --json jobs | jq length)"

wait_until "the first image is being replicated" 30 have_asked_for SyncImages 1
systemctl kill --signal KILL cvmbackupd
wait_until "systemd starts it again" 20 has_restarted 2

wait_until "the run ends" 60 run_ended
expect_equal "it is one run, and it is ok" "1 ok" \
    "$(cvmbackupctl --json runs | jq --raw-output '"\(length) \(.[0].result)"')"
expect_equal "both instances have a recovery point" 2 "$(cvmbackupctl --json points | jq length)"
expect_equal "no image was asked for twice" 2 "$(requests_of CreateImage)"
expect_equal "no replica was asked for twice" 2 "$(requests_of SyncImages)"
expect_quiet_journal
