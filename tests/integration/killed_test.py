#!/usr/bin/env python3
"""Kills the real daemon with SIGKILL at random moments while policies fire by their schedule, and
starts it again each time. At the end everything is there once, and nothing else is.

usage: killed_test.py BUILD [--seed N] [--kills N] [--speed N]
"""

import argparse
import collections
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from cloud_api import CloudApi  # noqa: E402
from stack import (ACCOUNT, BUCKET, SECRET_ID, SECRET_KEY, Stack,  # noqa: E402
                   bucket_of_account, instances_of_account, rows)

START = "2027-01-04T00:00:00Z"
REGIONS = ["ap-guangzhou", "ap-shanghai"]

WORLD = """
[timing]
create = "10-15min"
copy   = "10-30min"
export = "10-20min"
""" + ACCOUNT + bucket_of_account() + instances_of_account(6)

POLICY = """
[policy.web]
account = "prod"
region = "ap-guangzhou"
select = { tags = { tier = "web" } }
schedule = "00/2:05"
spread = "20min"
disks = "system"
keep = { last = 1 }
[[policy.web.copy]]
region = "ap-shanghai"
keep = { last = 2 }
[policy.web.export]
bucket = "ops-backup-1250000000"
prefix = "web/{instance}/{time}"
keep = { last = 1 }
"""


def fail(stack, what):
    print(stack.daemon_log()[-4000:])
    raise SystemExit(f"FAILED: {what}")


def simulated_hours(began, speed):
    return (time.time() - began) * speed / 3600


def wait_until_at_rest(stack, speed):
    """No run is unfinished and retention has passed."""
    deadline = time.monotonic() + 8 * 3600 / speed + 30
    while time.monotonic() < deadline:
        jobs = stack.ask("jobs")
        if jobs is not None and not rows(jobs):
            plan = rows(stack.ask("plan", "--all"))
            if plan and all(decision["keep"] for decision in plan):
                return
        time.sleep(0.2)
    fail(stack, "the daemon did not come to rest")


def claims_of(stack):
    """Complete copies by the daemon's own word: (kind, region, image or key)."""
    claims = set()
    for backup in rows(stack.ask("backups", "--limit", "1000")):
        for copy in stack.ask("show", str(backup["id"]))["copies"]:
            if copy["state"] != "done":
                continue
            if copy["kind"] == "export":
                claims.update(("export", copy["region"], item["key"]) for item in copy["objects"])
            else:
                claims.add(("image", copy["region"], copy["image"]))
    return claims


def check_results(stack):
    """A lost answer may make a backup outlast the time to the next: that one is skipped, and says
    so. Nothing else may keep a backup from being ok."""
    backups = rows(stack.ask("backups", "--limit", "1000"))
    for backup in backups:
        overlapped = "still under way" in " ".join(backup["reasons"])
        if backup["result"] != "ok" and not (backup["result"] == "skipped" and overlapped):
            fail(stack, f"a backup ended {backup['result']}: {backup['reasons']}")
    if not any(backup["result"] == "ok" for backup in backups):
        fail(stack, "no backup was made")


def images_once_they_are(cloud, ids):
    """As soon as the lists, which lag by some seconds, hold these ids."""
    deadline = time.monotonic() + 3
    while True:
        images = [(region, image) for region in REGIONS for image in cloud.private_images(region)]
        if {image["ImageId"] for _, image in images} == ids or time.monotonic() > deadline:
            return images
        time.sleep(0.05)


def check(stack, cloud):
    claims = claims_of(stack)
    images = images_once_they_are(cloud, {claim[2] for claim in claims if claim[0] == "image"})
    names = collections.Counter((region, image["ImageName"]) for region, image in images)
    doubled = [name for name, count in names.items() if count > 1]
    if doubled:
        fail(stack, f"made twice: {doubled}")
    there = {("image", region, image["ImageId"]) for region, image in images
             if image["ImageState"] == "NORMAL"}
    claimed = {claim for claim in claims if claim[0] == "image"}
    if claimed - there:
        fail(stack, f"claimed but not there: {claimed - there}")
    if there - claimed:
        fail(stack, f"there but not known: {there - claimed}")
    for _, region, key in claims - claimed:
        if not cloud.head_object(BUCKET, region, key):
            fail(stack, f"claimed but not there: {key}")
    return len(claimed), len(claims - claimed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--speed", type=float, default=240)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory(prefix="cvmbackup-killed-") as folder:
        stack = Stack(arguments.build, folder)
        try:
            stack.start_bus()
            world = pathlib.Path(folder) / "world.toml"
            world.write_text(WORLD)
            began = time.time()
            clock = f"from={START} at={began:.3f} speed={arguments.speed}"
            url = stack.start_cloud(world, clock, "--seed", str(arguments.seed))
            stack.write_settings(url, {"web.toml": POLICY})
            for _ in range(arguments.kills):
                daemon = stack.start_daemon(clock)
                stack.wait_until_ready(daemon)
                # The moment is the test's subject: anywhere in a backup's life.
                daemon_lives = chance.uniform(0.0, 90 * 60 / arguments.speed / 6)
                try:
                    daemon.wait(timeout=daemon_lives)
                    fail(stack, "the daemon ended by itself")
                except subprocess.TimeoutExpired:
                    daemon.kill()
                    daemon.wait()
            daemon = stack.start_daemon(clock)
            stack.wait_until_ready(daemon)
            wait_until_at_rest(stack, arguments.speed)
            runs = rows(stack.ask("runs"))
            check_results(stack)
            images, objects = check(stack, CloudApi(url, SECRET_ID, SECRET_KEY))
            created = [record for record in stack.requests("CreateImage") if not record["code"]]
            hours = simulated_hours(began, arguments.speed)
        finally:
            stack.stop_all()
    print(f"ok: seed {arguments.seed}, {arguments.kills} kills in {hours:.1f} simulated hours, "
          f"{len(runs)} runs, {len(created)} images made; {images} images and {objects} objects "
          "are there, all of them known, none twice")


if __name__ == "__main__":
    main()
