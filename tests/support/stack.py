"""Starts the real parts for scripts: a private message bus, the simulated cloud, the daemon, and
the client to ask it. Everything lives in one folder and is gone when stop_all() returns."""

import json
import pathlib
import signal
import subprocess
import time

SECRET_ID = "AKIDsimulated000000000000000000000001"
SECRET_KEY = "simulatedkey00000000000000000001"

# For WORLD texts: the account that write_settings() gives to the daemon, its bucket, and instances
# with the tag tier=web.
ACCOUNT = f"""
[[account]]
uin = "100000000001"
app_id = 1250000000
secret_id = "{SECRET_ID}"
secret_key = "{SECRET_KEY}"
"""
BUCKET = "ops-backup-1250000000"


def bucket_of_account(region="ap-guangzhou"):
    return f"""
[[account.bucket]]
name = "{BUCKET}"
region = "{region}"
"""


def instances_of_account(count):
    return f"""
[[account.instances]]
count = {count}
id_prefix = "ins-w"
region = "ap-guangzhou"
tags = {{ tier = "web" }}
"""


BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={path}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


class Stack:
    def __init__(self, build, folder):
        self.build = pathlib.Path(build).resolve()
        self.folder = pathlib.Path(folder)
        self.bus = f"unix:path={self.folder}/bus"
        self.requests_log = self.folder / "requests.jsonl"
        self.processes = []
        self.began = time.monotonic()

    def binary(self, name):
        places = {"cvmbackupd": "daemon", "cvmbackupctl": "daemon/ctl",
                  "cvmcloudsim": "tests/cloudsim/http"}
        for place in (places[name], "tests/cloudsim", "daemon"):
            path = self.build / place / name
            if path.exists():
                return str(path)
        raise SystemExit(f"{name} is not built in {self.build}")

    def start(self, command, **options):
        process = subprocess.Popen(command, text=True, **options)
        self.processes.append(process)
        return process

    def stop_all(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start_bus(self):
        config = self.folder / "bus.conf"
        config.write_text(BUS_CONFIG.format(path=self.folder / "bus"))
        bus = self.start(["dbus-daemon", "--nofork", "--print-address", f"--config-file={config}"],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        bus.stdout.readline()

    def start_cloud(self, world, clock, *more, **options):
        cloud = self.start(
            [self.binary("cvmcloudsim"), "--world", str(world), "--clock", clock,
             "--requests-log", str(self.requests_log), *more],
            stdout=subprocess.PIPE, **options)
        line = cloud.stdout.readline()
        if "ready" not in line:
            raise SystemExit("the simulated cloud did not start")
        return line.split()[-1]

    def write_settings(self, url, policies):
        """`policies`: file name -> text of policies.d/."""
        folder = self.folder / "config" / "policies.d"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in policies.items():
            (folder / name).write_text(text)
        (self.folder / "config" / "cvmbackup.toml").write_text(
            f'[account.prod]\napi_endpoint = "{url}"\ncos_endpoint = "{url}"\n'
            '[catalog]\npath = "../catalog.db"\n'
            f'[metrics]\nlisten = "unix:{self.folder}/metrics"\n')
        secret = self.folder / "config" / "prod.secret"
        secret.write_text(f"[default]\nsecret_id = {SECRET_ID}\nsecret_key = {SECRET_KEY}\n")
        for path in (self.folder / "config").rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)

    def start_daemon(self, clock, under=(), **options):
        """`under`: a program with arguments that runs the daemon. No `clock`: the real one."""
        command = [*under, self.binary("cvmbackupd"), "--config", str(self.folder / "config"),
                   "--bus", self.bus]
        with open(self.folder / "daemon.log", "a", encoding="utf-8") as log:
            return self.start(command + (["--clock", clock] if clock else []), stderr=log,
                              **options)

    def daemon_log(self):
        return (self.folder / "daemon.log").read_text(encoding="utf-8")

    def wait_until_ready(self, daemon):
        deadline = time.monotonic() + 20
        while self.ctl("status").returncode == 69:
            if daemon.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the daemon did not start:\n" + self.daemon_log())
            time.sleep(0.05)

    def ctl(self, *arguments):
        return subprocess.run([self.binary("cvmbackupctl"), "--bus", self.bus, *arguments],
                              text=True, capture_output=True, check=False)

    def ask(self, *arguments):
        answer = self.ctl("--json", *arguments)
        if not answer.stdout:
            return None
        return json.loads(answer.stdout)

    def requests(self, action=None):
        """What the simulated cloud was asked for: its log, all of it or of one action."""
        lines = self.requests_log.read_text(encoding="utf-8").splitlines()
        records = map(json.loads, lines)
        return [each for each in records if action in (None, each["action"])]

    def elapsed(self):
        return time.monotonic() - self.began


def rows(answer):
    """The list in a JSON answer, whatever its key."""
    if isinstance(answer, list):
        return answer
    for value in (answer or {}).values():
        if isinstance(value, list):
            return value
    return []
