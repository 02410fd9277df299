#!/usr/bin/env python3
"""The real daemon meets what can go wrong outside of it: each time a message names the thing and
what to do, the rest of the work goes on, and the daemon stays up.

usage: bad_cloud_test.py BUILD
"""

import http.server
import pathlib
import socket
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from stack import (ACCOUNT, SECRET_KEY, Stack, bucket_of_account,  # noqa: E402
                   instances_of_account, rows)

SPEED = 600

TIMING = """
[timing]
create = "10min"
copy   = "10min"
export = "10min"
"""

POLICY = """
[policy.web]
account = "prod"
region = "ap-guangzhou"
select = { tags = { tier = "web" } }
schedule = "Sun 03:00"
disks = "system"
keep = { last = 3 }
[[policy.web.copy]]
region = "ap-shanghai"
[policy.web.export]
bucket = "ops-backup-1250000000"
"""


class Garbage(http.server.BaseHTTPRequestHandler):
    """Answers every call with a page that is no API answer."""

    def do_POST(self):  # noqa: N802
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>captive portal, please log in</html>")

    def log_message(self, *_):
        pass


class Scene:
    def __init__(self, build, name):
        self.name = name
        self.folder = tempfile.TemporaryDirectory(prefix="cvmbackup-bad-")
        self.stack = Stack(build, self.folder.name)

    def __enter__(self):
        self.stack.start_bus()
        self.clock = f"from=2027-01-04T00:00:00Z at={time.time():.3f} speed={SPEED}"
        return self

    def __exit__(self, *_):
        self.stack.stop_all()
        self.folder.cleanup()

    def cloud(self, quota=500, bucket_region="ap-guangzhou", key=SECRET_KEY):
        world = self.stack.folder / "world.toml"
        world.write_text(
            TIMING + f"[limits]\nimages_per_region = {quota}\n" +
            ACCOUNT.replace(SECRET_KEY, key) + bucket_of_account(bucket_region) +
            instances_of_account(2))
        return self.stack.start_cloud(world, self.clock)

    def daemon(self, url):
        self.stack.write_settings(url, {"web.toml": POLICY})
        daemon = self.stack.start_daemon(self.clock)
        self.stack.wait_until_ready(daemon)
        return daemon

    def run(self):
        """A run by hand, awaited; what the client said, and the newest run."""
        answer = self.stack.ctl("run", "web", "--wait")
        return answer, rows(self.stack.ask("runs"))[0]

    def expect(self, condition, what, evidence=""):
        if not condition:
            print(self.stack.daemon_log()[-3000:])
            raise SystemExit(f"FAILED: {self.name}: {what}: {evidence}")
        print(f"ok: {self.name}: {what}")

    def expect_said(self, words, deadline=20):
        end = time.monotonic() + deadline
        while words not in self.stack.daemon_log() and time.monotonic() < end:
            time.sleep(0.05)
        self.expect(words in self.stack.daemon_log(), f"the log says '{words}'")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nothing_listens(build):
    with Scene(build, "unreachable endpoint") as scene:
        port = free_port()
        daemon = scene.daemon(f"http://127.0.0.1:{port}")
        scene.stack.ctl("run", "web")
        scene.expect_said(f"127.0.0.1:{port}")
        scene.expect_said("trying again in")
        jobs = rows(scene.stack.ask("jobs"))
        scene.expect(len(jobs) == 1, "the run stays visible as a job")
        scene.expect(daemon.poll() is None, "the daemon is up")


def garbage_is_answered(build):
    with Scene(build, "garbage answers") as scene:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Garbage)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        daemon = scene.daemon(f"http://127.0.0.1:{server.server_port}")
        scene.stack.ctl("run", "web")
        scene.expect_said("trying again in")
        scene.expect(daemon.poll() is None, "the daemon is up")
        server.shutdown()


def credentials_are_rejected(build):
    with Scene(build, "rejected credentials") as scene:
        scene.daemon(scene.cloud(key="rotated-yesterday"))
        answer, run = scene.run()
        scene.expect(run["result"] == "failed", "the run failed", run)
        scene.expect("prod" in run["note"], "its note names the account", run["note"])
        scene.expect(answer.returncode == 1, "the client's exit code is 1", answer.returncode)
        scene.expect(SECRET_KEY not in scene.stack.daemon_log(), "the key is not in the log")


def quota_is_full(build):
    with Scene(build, "full quota") as scene:
        scene.daemon(scene.cloud(quota=1))
        answer, run = scene.run()
        backups = rows(scene.stack.ask("backups"))
        failed = [backup for backup in backups if backup["result"] == "failed"]
        scene.expect(run["result"] == "partial", "the run is partial", run)
        scene.expect(answer.returncode == 3, "the client's exit code is 3", answer.returncode)
        scene.expect(len(failed) == 1, "one backup failed", backups)
        reason = " ".join(failed[0]["reasons"])
        scene.expect("quota" in reason and "ap-guangzhou" in reason, "it says where", reason)


def bucket_is_elsewhere(build):
    with Scene(build, "bucket elsewhere") as scene:
        scene.daemon(scene.cloud(bucket_region="ap-beijing"))
        _, run = scene.run()
        backups = rows(scene.stack.ask("backups"))
        reasons = " ".join(reason for backup in backups for reason in backup["reasons"])
        scene.expect(run["result"] == "partial", "images and replicas were made", run)
        scene.expect("ops-backup-1250000000" in reasons, "the reason names the bucket", reasons)


def secret_is_open_to_others(build):
    with Scene(build, "open secret") as scene:
        url = scene.cloud()
        scene.stack.write_settings(url, {"web.toml": POLICY})
        (scene.stack.folder / "config" / "prod.secret").chmod(0o664)
        daemon = scene.stack.start_daemon(scene.clock)
        scene.expect(daemon.wait(timeout=20) == 78, "the exit code is 78")
        log = scene.stack.daemon_log()
        scene.expect("prod.secret" in log and "chmod" in log, "it names the file and chmod", log)


def main():
    build = sys.argv[1]
    for scene in (nothing_listens, garbage_is_answered, credentials_are_rejected, quota_is_full,
                  bucket_is_elsewhere, secret_is_open_to_others):
        scene(build)


if __name__ == "__main__":
    main()
