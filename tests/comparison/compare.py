#!/usr/bin/env -S python3 -B
"""What a lost answer costs: the same cloud, the same faults, backed up by cvmbackupd and by a plain
script on the vendor's Node.js SDK, without and with naive retries. Prints the table of
docs/promises.md; exit status 1 if cvmbackupd left anything to be wished for.

usage: compare.py [--build DIR] [--instances N] [--speed N] [--seed N]

One answer in ten of CreateImage gets lost, half of these after the image was made. Counted is what
the simulated cloud has at the end, asked through its API.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from cloud_api import CloudApi  # noqa: E402
from stack import SECRET_ID, SECRET_KEY, Stack, rows  # noqa: E402

START = "2027-01-04T00:00:00Z"

WORLD = f"""
[timing]
create = "10-15min"
[limits]
images_per_region = 10000
[[account]]
uin = "100000000001"
app_id = 1250000000
secret_id = "{SECRET_ID}"
secret_key = "{SECRET_KEY}"
[[account.instances]]
count = {{count}}
id_prefix = "ins-w"
region = "ap-guangzhou"
tags = {{{{ tier = "load" }}}}
"""

FAULTS = """
[[fault]]
action = "CreateImage"
kind = "lost-after"
probability = 0.05
[[fault]]
action = "CreateImage"
kind = "lost-before"
probability = 0.0526
"""

POLICY = """
[policy.storm]
account = "prod"
region = "ap-guangzhou"
select = { tags = { tier = "load" } }
schedule = "Sun 03:00"
disks = "system"
keep = { last = 3 }
"""


class Result:
    """What is in the cloud, against what the program believes (instance -> image or None)."""

    def __init__(self, images, believed, lost):
        copies = collections.Counter(image["ImageName"].split("-ins-w")[1][:7] for image in images
                                     if image["ImageState"] == "NORMAL")
        known = set(believed.values())
        self.lost = lost
        self.instances = len(believed)
        self.duplicates = sum(count - 1 for count in copies.values())
        self.losses = sum(copies[instance.removeprefix("ins-w")] == 0 for instance in believed)
        self.orphans = sum(image["ImageId"] not in known for image in images)
        self.not_told = sum(image is None for image in believed.values())

    def row(self, who):
        return (f"| {who} | {self.lost} | {self.losses} | {self.duplicates} | {self.orphans} "
                f"| {self.not_told} |")


def lost_answers(stack):
    return sum(record.get("fault", "").startswith("lost") for record in stack.requests())


def in_cloud(url, stack, believed):
    images = CloudApi(url, SECRET_ID, SECRET_KEY).private_images("ap-guangzhou")
    return Result(images, believed, lost_answers(stack))


def with_cloud(arguments, use):
    with tempfile.TemporaryDirectory(prefix="cvmbackup-compare-") as folder:
        stack = Stack(arguments.build, folder)
        try:
            clock = f"from={START} at={time.time():.3f} speed={arguments.speed}"
            world = pathlib.Path(folder) / "world.toml"
            faults = pathlib.Path(folder) / "faults.toml"
            world.write_text(WORLD.format(count=arguments.instances))
            faults.write_text(FAULTS)
            url = stack.start_cloud(world, clock, "--faults", str(faults), "--seed",
                                    str(arguments.seed))
            believed = use(stack, url, clock)
            return in_cloud(url, stack, believed)
        finally:
            stack.stop_all()


def script(arguments, retry):
    def use(_stack, url, _clock):
        run = subprocess.run(
            ["node", "--no-deprecation", str(HERE / "plain_script.mjs"), url,
             str(arguments.speed), retry],
            env={**os.environ, "CVMBACKUP_BUILD": str(arguments.build)}, text=True,
            stdout=subprocess.PIPE, check=True)
        return json.loads(run.stdout)
    return with_cloud(arguments, use)


def daemon(arguments):
    def use(stack, url, clock):
        stack.start_bus()
        stack.write_settings(url, {"storm.toml": POLICY})
        stack.wait_until_ready(stack.start_daemon(clock))
        run = stack.ctl("run", "storm", "--wait")
        if run.returncode not in (0, 3):
            raise SystemExit(f"the run failed: {run.stdout}{run.stderr}\n{stack.daemon_log()}")
        believed = {}
        for backup in rows(stack.ask("backups", "--limit", "0")):
            images = [copy["image"] for copy in stack.ask("show", str(backup["id"]))["copies"]
                      if copy["state"] == "done"]
            believed[backup["instance"]] = images[0] if images else None
        return believed
    return with_cloud(arguments, use)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build/release",
                        type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--speed", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(f"{arguments.instances} instances, seed {arguments.seed}\n")
    print("| who | lost answers | instances without image | duplicate images | images nobody knows "
          "| called failed |")
    print("|---|---|---|---|---|---|", flush=True)
    for retry, words in (("none", "no retry"), ("lost", "retry of lost answers"),
                         ("all", "retry of whatever failed")):
        print(script(arguments, retry).row(f"SDK script, {words}"), flush=True)
    ours = daemon(arguments)
    print(ours.row("cvmbackupd"))
    if ours.lost == 0:
        raise SystemExit("no answer got lost: the comparison shows nothing")
    sys.exit(1 if ours.losses + ours.duplicates + ours.orphans + ours.not_told > 0 else 0)


if __name__ == "__main__":
    main()
