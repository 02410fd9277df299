#!/bin/bash
# A daemon that hangs is killed and started again.
. "$(dirname "$0")/lib.sh"
install_daemon
start_cloud
configure
expect "the unit as shipped has a watchdog" \
    grep --quiet '^WatchdogSec=30$' /usr/lib/systemd/system/cvmbackupd.service
drop_in watchdog WatchdogSec=2
systemctl start cvmbackupd

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
