"""The demo behind tests/demo: the real daemon and client against the simulated cloud on a scaled
clock, then the simulated cloud's own word on every copy that the daemon claims."""

import collections
import pathlib
import shutil
import signal
import sys
import tempfile
import time

from cloud_api import CloudApi, CloudError
from stack import SECRET_ID, SECRET_KEY, Stack, rows

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SPEED = 360
# Sunday evening in Shanghai, shortly before the office policy fires at 20:00; then db at 00:30 and
# 06:30 on Monday, and web at 02:15.
START = "2027-01-03T11:56:00Z"
POLICIES = ["office", "db", "web"]
REGIONS = ["ap-guangzhou", "ap-shanghai", "ap-singapore"]
LONGEST = 170  # seconds

class Demo(Stack):
    def show(self, *arguments):
        print(f"\n$ cvmbackupctl {' '.join(arguments)}", flush=True)
        answer = self.ctl(*arguments)
        print((answer.stdout + answer.stderr).rstrip(), flush=True)


def sample_policies():
    examples = ROOT / "config" / "examples"
    return {f"{name}.toml": (examples / f"{name}.toml").read_text() for name in POLICIES}


def progress_line(demo, jobs, runs):
    now = demo.ask("status")["daemon"]["now"]
    done = [f"{run['policy']}: {run['result']}" for run in reversed(runs) if run.get("result")]
    working = []
    for job in jobs:
        working.append(f"{job['policy']} {round(100 * job['progress'])} %"
                       f" ({job['step'] or 'waiting'})")
    return f"{now}  done: {', '.join(done) or '-'}  |  working: {'; '.join(working) or '-'}"


def follow(demo, daemon):
    """Shows progress until each policy has fired by its schedule and everything has ended."""
    print(f"\nWaiting for the schedules; time runs {SPEED} times as fast as usual.", flush=True)
    terminal = sys.stdout.isatty()
    last_plain = ""
    while demo.elapsed() < LONGEST:
        if daemon.poll() is not None:
            print(demo.daemon_log())
            raise SystemExit("the daemon ended")
        jobs, runs = rows(demo.ask("jobs")), rows(demo.ask("runs"))
        line = progress_line(demo, jobs, runs)
        if terminal:
            print(f"\r\x1b[2K{line[:shutil.get_terminal_size().columns - 1]}", end="", flush=True)
        elif line[22:] != last_plain:
            print(line, flush=True)
            last_plain = line[22:]
        finished = {run["policy"] for run in runs
                    if run.get("result") and run["trigger"] == "schedule"}
        if finished >= set(POLICIES):
            if terminal:
                print()
            return
        time.sleep(0.5)
    raise SystemExit("the policies did not all end in time")


def claimed_copies(demo):
    for point in rows(demo.ask("points", "--limit", "1000")):
        shown = demo.ask("show", str(point["id"]))
        for copy in shown["copies"]:
            if copy["state"] == "done":
                yield shown, copy


def check_with_the_cloud(demo, url):
    """Asks the simulated cloud itself, by its own API, for every copy that the daemon claims."""
    cloud = CloudApi(url, SECRET_ID, SECRET_KEY)
    images = {}
    for region in REGIONS:
        for image in cloud.private_images(region):
            images[(region, image["ImageId"])] = image
    counts, missing = collections.Counter(), []
    for point, copy in claimed_copies(demo):
        if copy["kind"] == "export":
            sizes = [cloud.head_object(copy["bucket"], copy["region"], item["key"])
                     for item in copy["objects"]]
            there = bool(sizes) and all(sizes)
        else:
            image = images.get((copy["region"], copy["image"]))
            there = image is not None and image["ImageState"] == "NORMAL"
        counts[copy["kind"]] += 1
        if not there:
            missing.append(f"{copy['kind']} of backup {point['id']} in {copy['region']}")
    names = collections.Counter((region, image["ImageName"])
                                for (region, _), image in images.items())
    doubled = [f"{name} in {region}" for (region, name), count in names.items() if count > 1]
    print("\nThe simulated cloud was asked for every copy that the daemon claims: " +
          ", ".join(f"{count} {kind}s" for kind, count in sorted(counts.items())))
    for problem in missing:
        print(f"  MISSING: {problem}")
    for problem in doubled:
        print(f"  DOUBLED: {problem}")
    wanted = {"image", "replica", "export"} <= set(counts)
    if missing or doubled or not wanted:
        raise SystemExit("the daemon's claims do not hold")
    print("  every one of them exists, and none is there twice")


def show_metrics(demo):
    print("\n$ curl --unix-socket …/metrics http://localhost/metrics   (some lines)")
    import http.client
    import socket
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(demo.folder / "metrics"))
    connection.request("GET", "/metrics")
    page = connection.getresponse().read().decode()
    wanted = ("cvmbackup_policy_last_success", "cvmbackup_policy_next_run", "cvmbackup_runs_total",
              "cvmbackup_recovery_points", "cvmbackup_quota_images_used")
    for line in page.splitlines():
        if line.startswith(wanted) and not line.endswith(" 0"):
            print(line)


def main():
    build = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="cvmbackup-demo-") as folder:
        demo = Demo(build, folder)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        try:
            demo.start_bus()
            clock = f"from={START} at={time.time():.3f} speed={SPEED}"
            url = demo.start_cloud(HERE / "demo_world.toml", clock)
            demo.write_settings(url, sample_policies())
            daemon = demo.start_daemon(clock)
            demo.wait_until_ready(daemon)
            print(f"cvmcloudsim is the cloud ({url}), cvmbackupd backs it up.")
            demo.show("policies")
            demo.show("calendar", "--count", "2")
            follow(demo, daemon)
            for command in (["status"], ["runs"], ["backups"], ["points"], ["plan", "--all"]):
                demo.show(*command)
            show_metrics(demo)
            check_with_the_cloud(demo, url)
        except KeyboardInterrupt:
            raise SystemExit("interrupted") from None
        finally:
            demo.stop_all()
    print(f"\nDone in {demo.elapsed():.0f} s. Nothing was left behind.")


if __name__ == "__main__":
    try:
        main()
    except CloudError as error:
        raise SystemExit(f"the simulated cloud refused a question: {error}") from None
