#!/usr/bin/env python3
"""A real Prometheus scrapes the daemon, and promtool finds nothing to say about its page.

usage: prometheus_test.py DAEMON    on a private bus, loopback ports and a temporary folder
"""
import ctypes
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

DEADLINE_S = 60

SETTINGS = """
[account.prod]
credentials = "file"
api_endpoint = "http://127.0.0.1:1"
cos_endpoint = "http://127.0.0.1:1"
[catalog]
path = "{folder}/catalog.db"
[metrics]
listen = "127.0.0.1:{port}"
"""
SECRET = "[default]\nsecret_id = AKIDnobody\nsecret_key = nothing\n"
POLICY = """
[policy.web]
account = "prod"
region = "ap-guangzhou"
select = {{ instances = ["ins-00000001"] }}
schedule = "Mon 02:15"
keep = {{ last = 3, min_good = 1 }}
"""
PROMETHEUS = """
global: {{ scrape_interval: 200ms, scrape_timeout: 200ms }}
scrape_configs:
  - job_name: cvmbackup
    static_configs: [ {{ targets: [ "127.0.0.1:{port}" ] }} ]
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def start(log, *command):
    with open(log, "w", encoding="utf-8") as out:
        return subprocess.Popen(command, stdout=out, stderr=out, preexec_fn=die_with_parent)


def get(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def until(what, look, processes):
    """The first true thing that look() gives, while all the processes live."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        for process in processes:
            if process.poll() is not None:
                raise AssertionError(f"{process.args[0]} ended with {process.returncode}")
        try:
            if found := look():
                return found
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"not within {DEADLINE_S} s: {what}")


def run(daemon, folder, processes):
    metrics, web = free_port(), free_port()
    (folder / "policies.d").mkdir()
    (folder / "cvmbackup.toml").write_text(SETTINGS.format(folder=folder, port=metrics))
    (folder / "policies.d/web.toml").write_text(POLICY.format())
    secret = folder / "prod.secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    (folder / "prometheus.yml").write_text(PROMETHEUS.format(port=metrics))

    bus = f"unix:path={folder}/bus"
    processes.append(start(folder / "bus.log", "dbus-daemon", "--session", "--nofork",
                           "--nopidfile", f"--address={bus}"))
    until("a message bus", (folder / "bus").exists, processes)
    processes.append(start(folder / "daemon.log", daemon, "--config", folder, "--bus", bus))
    page = until("the metrics page", lambda: get(f"http://127.0.0.1:{metrics}/metrics"), processes)

    checked = subprocess.run(["promtool", "check", "metrics"], input=page, text=True,
                             capture_output=True, check=False)
    assert checked.returncode == 0 and not checked.stderr, checked.stderr

    processes.append(start(folder / "prometheus.log", "prometheus",
                           f"--config.file={folder}/prometheus.yml",
                           f"--storage.tsdb.path={folder}/data",
                           f"--web.listen-address=127.0.0.1:{web}"))

    def query(expression):
        answer = get(f"http://127.0.0.1:{web}/api/v1/query?query="
                     + urllib.parse.quote(expression))
        return json.loads(answer)["data"]["result"]

    until("up is 1", lambda: query("up == 1"), processes)
    for expression in ('cvmbackup_build_info{version!=""} == 1',
                       'cvmbackup_policy_next_run_timestamp_seconds{policy="web"} > 0',
                       'cvmbackup_runs_total{policy="web"} == 0'):
        until(expression, lambda expression=expression: query(expression), processes)
        print("ok:", expression)
    return len(page.splitlines())


def main(daemon):
    for program in ("prometheus", "promtool", "dbus-daemon"):
        if not shutil.which(program):
            print(f"SKIPPED: no {program} (tests/install-deps installs it)")
            return 77
    processes = []
    with tempfile.TemporaryDirectory(prefix="cvmbackup-prometheus.") as name:
        folder = pathlib.Path(name)
        try:
            print(f"ok: {run(daemon, folder, processes)} lines scraped")
            return 0
        except AssertionError as problem:
            print("FAILED:", problem)
            for log in folder.glob("*.log"):
                print(f"--- {log.name}\n{log.read_text(encoding='utf-8')[-3000:]}")
            return 1
        finally:
            for process in reversed(processes):
                process.terminate()
            for process in processes:
                process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
