# For scripts that with-systemd runs inside the throw-away system, as `SCRIPT BUILD`: installs the
# build as on a real machine, and offers a simulated cloud, a policy and waits with a deadline.
# shellcheck shell=bash
set -Eeuo pipefail

build=$(readlink -f "$1")
requests=/run/requests.jsonl
speed=600 # a simulated minute takes 0.1 s
clock="from=2027-01-04T00:00:00Z at=$(date +%s) speed=$speed"

trap 'echo "${BASH_SOURCE[0]##*/}:$LINENO: failed: $BASH_COMMAND" >&2' ERR

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Whatever the sanitizer of this build found in a program fails the test, here and below.
reports=/run/sanitizer
sanitizer=$(sed -n 's/^CVMBACKUP_SANITIZE:STRING=//p' "$build/CMakeCache.txt")

watch_sanitizer() {
    mkdir --mode=1777 "$reports"
    local name
    for name in ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS; do
        export "$name=log_path=$reports/report"
        systemctl set-environment "$name=${!name}"
    done
    trap tell_reports EXIT
    # The sandbox keeps it from limits and from the look at all of memory at the end.
    drop_in sanitizer "ReadWritePaths=$reports" "Environment=LSAN_OPTIONS=detect_leaks=0" \
        "Environment=ASAN_OPTIONS=$ASAN_OPTIONS:disable_coredump=0"
}

tell_reports() {
    systemctl stop cvmbackupd cvmcloudsim 2>/dev/null || true
    if [[ -n $(ls --almost-all "$reports") ]]; then
        cat "$reports"/*
        fail "the sanitizer found something"
    fi
}

expect() { # DESCRIPTION COMMAND…
    local what=$1
    shift
    "$@" || fail "$what"
    echo "ok: $what"
}

expect_equal() { # DESCRIPTION EXPECTED ACTUAL
    [[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"
    echo "ok: $1"
}

expect_match() { # DESCRIPTION REGEX TEXT
    [[ $3 =~ $2 ]] || fail "$1: nothing like '$2' in: $3"
    echo "ok: $1"
}

# For what gives no event: looks ten times a second, at most so many seconds.
wait_until() { # DESCRIPTION SECONDS COMMAND…
    local what=$1 deadline=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || fail "not in time: $what"
        sleep 0.1
    done
    echo "ok: $what"
}

exit_code() { # COMMAND…
    local code=0
    "$@" >/run/last-output 2>&1 || code=$?
    echo "$code"
}

as_nobody() { runuser --user nobody -- "$@"; }

unit() { systemctl show --property "$1" --value cvmbackupd; }

# What the service itself said, without what systemd says about it.
journal() { journalctl --quiet --output cat "$@" _SYSTEMD_UNIT=cvmbackupd.service; }

metrics() {
    python3 -c 'import urllib.request as u
print(u.urlopen("http://127.0.0.1:9877/metrics", timeout=5).read().decode())'
}

# How often the simulated cloud did this.
requests_of() { # ACTION
    jq --slurp --arg action "$1" 'map(select(.action == $action and .code == "")) | length' \
        "$requests"
}

install_daemon() {
    cmake --install "$build" --prefix /usr >/dev/null
    systemd-sysusers
    systemd-tmpfiles --create
    systemctl daemon-reload
    systemctl start dbus
    systemctl reload dbus
    [[ -z $sanitizer ]] || watch_sanitizer
}

drop_in() { # NAME LINE… : in the unit's [Service] section
    local name=$1
    shift
    mkdir -p /etc/systemd/system/cvmbackupd.service.d
    printf '%s\n' '[Service]' "$@" >"/etc/systemd/system/cvmbackupd.service.d/$name.conf"
    systemctl daemon-reload
}

start_cloud() {
    cat >/run/world.toml <<'WORLD'
[timing]
create = "20min"
copy   = "20min"
export = "20min"
[[account]]
uin = "100000000001"
app_id = 1250000000
secret_id  = "AKIDsimulated000000000000000000000001"
secret_key = "simulatedkey00000000000000000001"
[[account.bucket]]
name = "ops-backup-1250000000"
region = "ap-guangzhou"
[[account.instance]]
id = "ins-00000001"
name = "web-1"
region = "ap-guangzhou"
zone = "ap-guangzhou-3"
os = "Debian 12.0 64bit"
state = "RUNNING"
tags = { tier = "web" }
system_disk = { size = 50, type = "CLOUD_PREMIUM" }
[[account.instance]]
id = "ins-00000002"
name = "web-2"
region = "ap-guangzhou"
zone = "ap-guangzhou-3"
os = "Debian 12.0 64bit"
state = "RUNNING"
tags = { tier = "web" }
system_disk = { size = 50, type = "CLOUD_PREMIUM" }
WORLD
    systemd-run --quiet --unit cvmcloudsim --property StandardOutput=file:/run/cloud.out \
        "$build/tests/cloudsim/cvmcloudsim" --world /run/world.toml --clock "$clock" \
        --requests-log "$requests"
    wait_until "the simulated cloud serves" 10 grep -q '^cvmcloudsim ready ' /run/cloud.out
    endpoint=$(sed -n 's/^cvmcloudsim ready //p' /run/cloud.out)
}

# The settings of an operator: the secret as a credential, one policy that fires at night.
configure() {
    mkdir -p /etc/credstore
    cat >/etc/credstore/prod.secret <<'SECRET'
[default]
secret_id = AKIDsimulated000000000000000000000001
secret_key = simulatedkey00000000000000000001
SECRET
    chmod 600 /etc/credstore/prod.secret
    cat >/etc/cvmbackup/cvmbackup.toml <<SETTINGS
[account.prod]
credentials = "file"
secret_file = "prod.secret"
api_endpoint = "$endpoint"
cos_endpoint = "$endpoint"
SETTINGS
    cat >/etc/cvmbackup/policies.d/web.toml <<'POLICY'
[policy.web]
account  = "prod"
region   = "ap-guangzhou"
select   = { tags = { tier = "web" } }
schedule = "Mon 02:15"
disks    = "system"
keep     = { last = 3, min_good = 1 }

[[policy.web.copy]]
region = "ap-shanghai"
keep   = { last = 3, min_good = 1 }
POLICY
    drop_in clock "ExecStart=" "ExecStart=/usr/sbin/cvmbackupd --clock \"$clock\""
}

# From nothing to a running service that has its cloud.
set_up() {
    install_daemon
    start_cloud
    configure
    systemctl enable --quiet cvmbackupd
    systemctl start cvmbackupd
}

# At the end of a test: what the service said, except what the test made it say.
expect_quiet_journal() { # REGEX-OF-EXPECTED-WARNINGS
    local loud
    loud=$(journal --priority warning | grep --extended-regexp --invert-match \
        "THE CLOCK IS SCALED${1:+|$1}" || true)
    expect_equal "no unexpected warnings in the journal" "" "$loud"
}
