#!/bin/bash
# Reading is for every local user, changing for root and the group cvmbackup, setting for nobody.
. "$(dirname "$0")/lib.sh"
set_up

for verb in status policies "policy web" jobs runs backups points plan calendar; do
    # shellcheck disable=SC2086
    expect_equal "nobody may read: $verb" 0 "$(exit_code as_nobody cvmbackupctl $verb)"
done
expect "nobody may introspect" as_nobody busctl introspect org.cvmbackup1 /org/cvmbackup1
expect "nobody may list the objects" as_nobody busctl call org.cvmbackup1 /org/cvmbackup1 \
    org.freedesktop.DBus.ObjectManager GetManagedObjects

for verb in "run web" "cancel 1" "pause web --reason x" "resume web" reload; do
    # shellcheck disable=SC2086
    expect_equal "nobody may not change: $verb" 5 "$(exit_code as_nobody cvmbackupctl $verb)"
done
expect_equal "nothing was run" 0 "$(cvmbackupctl --json runs | jq length)"
expect_equal "even root may not set a property" 1 "$(exit_code busctl set-property \
    org.cvmbackup1 /org/cvmbackup1 org.cvmbackup1.Manager ClockSpeed d 2)"
expect_match "the bus itself refuses it" "Access denied" "$(cat /run/last-output)"
expect_equal "nobody may own the name" 1 "$(exit_code as_nobody busctl call \
    org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus RequestName su \
    org.cvmbackup1 0)"

useradd --groups cvmbackup ops
as_operator() { runuser --user ops -- "$@"; }
expect_equal "the group may pause" 0 "$(exit_code as_operator cvmbackupctl pause web --reason x)"
expect_equal "the group may resume" 0 "$(exit_code as_operator cvmbackupctl resume web)"
expect_equal "the group may run" 0 "$(exit_code as_operator cvmbackupctl run web --wait)"
expect_quiet_journal
