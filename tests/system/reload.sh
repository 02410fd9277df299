#!/bin/bash
# Good settings take effect with the reload; bad ones change nothing and say why.
. "$(dirname "$0")/lib.sh"
set_up

names() { cvmbackupctl --json policies | jq --raw-output 'map(.name) | sort | join(" ")'; }
expect_equal "one policy at first" web "$(names)"

sed 's/policy\.web/policy.db/' /etc/cvmbackup/policies.d/web.toml >/etc/cvmbackup/policies.d/db.toml
expect "systemctl reload takes good settings" systemctl reload cvmbackupd
expect_equal "they are in force when it returns" "db web" "$(names)"
expect_match "the metrics know the new policy" 'policy="db"' \
    "$(metrics)"

sed --in-place '0,/^keep /s/^keep .*/kepe = 3/' /etc/cvmbackup/policies.d/db.toml
expect_equal "a reload with an error ends as bad configuration" 78 \
    "$(exit_code cvmbackupctl reload)"
expect_match "it names file and line, and suggests" \
    "policies\.d/db\.toml:7:.*kepe.*keep" "$(cat /run/last-output)"
expect_equal "systemctl reload fails too" 1 "$(exit_code systemctl reload cvmbackupd)"
expect_equal "nothing changed" "db web" "$(names)"
expect_equal "the service goes on" active "$(unit ActiveState)"
expect_equal "the bus remembers" "b false" "$(busctl get-property org.cvmbackup1 \
    /org/cvmbackup1 org.cvmbackup1.Manager LastReloadOk)"
expect_match "so do the metrics" "cvmbackup_config_last_reload_successful 0" \
    "$(metrics)"

rm /etc/cvmbackup/policies.d/db.toml
expect "the next good reload is taken" systemctl reload cvmbackupd
expect_equal "the policy is gone" web "$(names)"
# The bad file, and what it says without its keep.
expect_quiet_journal "kepe|keep"
