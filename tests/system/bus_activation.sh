#!/bin/bash
# The first call starts the enabled service; one that is not enabled stays down, and is said to be.
. "$(dirname "$0")/lib.sh"
install_daemon
start_cloud
configure

expect_equal "without enable there is nobody to ask" 69 "$(exit_code cvmbackupctl status)"
systemctl enable --quiet cvmbackupd
expect_equal "enable does not start" inactive "$(unit ActiveState)"
expect_equal "the first call is answered" 0 "$(exit_code as_nobody cvmbackupctl status)"
expect_equal "by the service" active "$(unit ActiveState)"
expect_quiet_journal
