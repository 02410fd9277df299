#!/bin/bash
# What an operator gets wrong on day one: each start fails, or goes on, with a message that helps.
. "$(dirname "$0")/lib.sh"
install_daemon
start_cloud
configure

echo 'rpo = "26 parsecs"' >>/etc/cvmbackup/policies.d/web.toml
expect_equal "wrong settings: the start fails" 1 "$(exit_code systemctl start cvmbackupd)"
expect_equal "with the code of wrong settings" 78 "$(unit ExecMainStatus)"
expect_equal "and is not tried again" "failed 0" "$(unit ActiveState) $(unit NRestarts)"
expect_match "the journal names file, line and column" \
    "policies\.d/web\.toml:[0-9]+:[0-9]+: error: .*" "$(journal)"

configure
rm /etc/credstore/prod.secret
systemctl reset-failed cvmbackupd
expect_equal "no secret: the start fails" 1 "$(exit_code systemctl start cvmbackupd)"
expect_equal "as wrong settings" 78 "$(unit ExecMainStatus)"
expect_match "the journal names the file" "prod\.secret" "$(journal)"

configure
mv /etc/credstore/prod.secret /etc/cvmbackup/prod.secret
chown cvmbackup:cvmbackup /etc/cvmbackup/prod.secret
chmod 660 /etc/cvmbackup/prod.secret
systemctl reset-failed cvmbackupd
expect_equal "a secret the group may write: the start fails" 1 \
    "$(exit_code systemctl start cvmbackupd)"
expect_match "the journal says what to do" "chmod" "$(journal)"
chmod 600 /etc/cvmbackup/prod.secret
systemctl reset-failed cvmbackupd
expect_equal "a secret only the service may read is fine" 0 \
    "$(exit_code systemctl start cvmbackupd)"
expect_equal "and works" 0 "$(exit_code cvmbackupctl run web --wait)"

systemctl stop cvmbackupd cvmcloudsim
systemctl start cvmbackupd
expect_equal "a cloud out of reach does not keep it from starting" active "$(unit ActiveState)"
