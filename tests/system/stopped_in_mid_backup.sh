#!/bin/bash
# An orderly stop does not wait for the cloud, and the next start goes on with the same backups.
. "$(dirname "$0")/lib.sh"
set_up

have_asked_for() { (($(requests_of "$1") >= $2)); }
run_ended() { [[ $(cvmbackupctl --json runs | jq --raw-output '.[0].result') == ok ]]; }

cvmbackupctl run web
wait_until "both images are being made" 20 have_asked_for CreateImage 2
systemctl stop cvmbackupd
expect_equal "it stops by itself" "inactive success" "$(unit ActiveState) $(unit Result)"
expect_equal "nothing is asked of the cloud to undo it" 0 "$(requests_of DeleteImages)"
systemctl start cvmbackupd
expect_equal "it knows the run it was in" 1 "$(cvmbackupctl --json jobs | jq length)"
wait_until "the run ends ok" 60 run_ended
expect_equal "no image was asked for twice" 2 "$(requests_of CreateImage)"
expect_quiet_journal
