#!/bin/bash
# A daemon that hangs in mid-backup is killed and started again; the same run goes on and ends well,
# and nothing was made twice.
. "$(dirname "$0")/lib.sh"
install_daemon
start_cloud
configure
expect "the unit as shipped has a watchdog" \
    grep --quiet '^WatchdogSec=30$' /usr/lib/systemd/system/cvmbackupd.service
drop_in watchdog WatchdogSec=2
systemctl start cvmbackupd
cvmbackupctl run web
have_asked_for() { (($(requests_of "$1") >= $2)); }
wait_until "both images are being made" 20 have_asked_for CreateImage 2

has_restarted() { [[ $(unit NRestarts) == 1 && $(unit ActiveState) == active ]]; }
before=$(unit MainPID)
systemctl kill --kill-whom main --signal STOP cvmbackupd
wait_until "systemd restarts the hanging daemon" 30 has_restarted
expect "it is another process" test "$before" != "$(unit MainPID)"
expect_match "systemd says why" "atchdog timeout" "$(journalctl --quiet --unit cvmbackupd)"
expect_equal "the new one answers" 0 "$(exit_code cvmbackupctl status)"

fed_since() { [[ $(unit WatchdogTimestampMonotonic) != "$1" ]]; }
for turn in 1 2 3 4; do
    wait_until "it feeds the watchdog, turn $turn" 10 \
        fed_since "$(unit WatchdogTimestampMonotonic)"
done
expect_equal "one that does not hang is left alone" 1 "$(unit NRestarts)"

run_ended() {
    [[ $(cvmbackupctl --json runs | jq --raw-output '.[0].result') =~ ^(ok|partial|failed)$ ]]
}
wait_until "the run ends" 60 run_ended
expect_equal "it is one run, and it is ok" "1 ok" \
    "$(cvmbackupctl --json runs | jq --raw-output '"\(length) \(.[0].result)"')"
expect_equal "no image was asked for twice" 2 "$(requests_of CreateImage)"
expect_equal "no replica was asked for twice" 2 "$(requests_of SyncImages)"
