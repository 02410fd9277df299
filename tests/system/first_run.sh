#!/bin/bash
# Installed, started, commanded over the system bus, stopped: as an operator does it on day one.
. "$(dirname "$0")/lib.sh"

install_daemon
expect "the install brings the settings" test -f /etc/cvmbackup/cvmbackup.toml
expect_equal "only root and the service read the settings" "750 root cvmbackup" \
    "$(stat --format '%a %U %G' /etc/cvmbackup)"
start_cloud
configure
systemd-analyze verify cvmbackupd.service
expect "the settings pass the check" \
    env CREDENTIALS_DIRECTORY=/etc/credstore cvmbackupd --check
systemctl enable --quiet cvmbackupd
systemctl start cvmbackupd
expect_equal "it is active once it said READY" active "$(unit ActiveState)"
expect_match "its status says what it serves" "1 polic" "$(unit StatusText)"
expect_match "the start is in the journal" "is ready: 1 polic" "$(journal)"

expect_equal "a run over the system bus ends ok" 0 "$(exit_code cvmbackupctl run web --wait)"
points=$(cvmbackupctl --json points)
expect_equal "both instances have a recovery point" 2 "$(jq length <<<"$points")"
expect_equal "one image each was made" 2 "$(requests_of CreateImage)"
expect_match "the run is in the journal, findable by its policy" "web" \
    "$(journalctl --quiet --output cat CVMBACKUP_POLICY=web)"

systemctl stop cvmbackupd
expect_equal "it stops by itself" "inactive success" "$(unit ActiveState) $(unit Result)"
systemctl start cvmbackupd
expect_equal "what it did is there after a restart" 2 "$(cvmbackupctl --json points | jq length)"
expect_quiet_journal
