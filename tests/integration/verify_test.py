#!/usr/bin/env python3
"""The real daemon against a cloud that somebody else changes: `cvmbackupctl verify` tells of a
deleted image, and a catalog that was removed is rebuilt, without any image made or deleted.

usage: verify_test.py BUILD
"""

import json
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from cloud_api import CloudApi  # noqa: E402
from stack import (ACCOUNT, SECRET_ID, SECRET_KEY, Stack,  # noqa: E402
                   instances_of_account, rows)

SPEED = 1200
WORLD = """
[timing]
create = "10min"
copy   = "10min"
export = "10min"
""" + ACCOUNT + instances_of_account(3)
POLICY = """
[policy.web]
account = "prod"
region = "ap-guangzhou"
select = { tags = { tier = "web" } }
schedule = "2030-01-01 00:00"
disks = "system"
keep = { last = 3 }
[[policy.web.copy]]
region = "ap-shanghai"
keep = { last = 3 }
"""


def expect(stack, condition, what):
    if not condition:
        print(stack.daemon_log()[-4000:])
        raise SystemExit(f"FAILED: {what}")
    print("ok:", what)


def verify_until(stack, done, what):
    """Young images are not judged: simulated time has to pass."""
    deadline = time.monotonic() + 40
    answer = None
    while time.monotonic() < deadline:
        answer = stack.ctl("--json", "verify")
        if done(answer.returncode, json.loads(answer.stdout)):
            break
        time.sleep(0.1)
    else:
        expect(stack, False, f"{what}: last {answer.returncode} {answer.stdout}")
    expect(stack, True, what)


def scenario(stack, folder):
    world = folder / "world.toml"
    world.write_text(WORLD)
    clock = f"from=2027-01-04T00:00:00Z at={time.time():.3f} speed={SPEED}"
    url = stack.start_cloud(world, clock)
    cloud = CloudApi(url, SECRET_ID, SECRET_KEY)
    stack.write_settings(url, {"web.toml": POLICY})
    daemon = stack.start_daemon(clock)
    stack.wait_until_ready(daemon)
    expect(stack, stack.ctl("run", "web", "--wait").returncode == 0, "a run is ok")
    agreed = stack.ctl("verify")
    expect(stack, agreed.returncode == 0 and "agree" in agreed.stdout, "catalog and cloud agree")

    image = cloud.private_images("ap-guangzhou")[0]
    cloud.call("DeleteImages", "ap-guangzhou", {"ImageIds": [image["ImageId"]]})
    verify_until(stack, lambda code, answer: code == 1 and [
        (each["kind"], each["object"]) for each in answer["findings"]
    ] == [("missing", image["ImageId"])], "the image that somebody deleted is found missing")
    lost = [point for point in rows(stack.ask("points")) if point["lost"]]
    expect(stack, [point["lost"] for point in lost] == [["image@ap-guangzhou"]],
           "the list of recovery points shows it as lost")
    states = [copy["state"] for copy in stack.ask("show", str(lost[0]["id"]))["copies"]]
    expect(stack, states == ["lost", "done"], "its copy is shown as lost, the replica is there")

    before = {(point["instance"], point["due"], tuple(point["places"]))
              for point in rows(stack.ask("points"))}
    daemon.terminate()
    daemon.wait()
    for path in folder.glob("catalog.db*"):
        path.unlink()
    daemon = stack.start_daemon(clock)
    stack.wait_until_ready(daemon)
    verify_until(stack, lambda code, answer: code == 0 and answer["number"] > 1,
                 "after the loss of the catalog both agree again")
    after = {(point["instance"], point["due"], tuple(point["places"]))
             for point in rows(stack.ask("points"))}
    expect(stack, after == before, "the same recovery points are there, in the same places")
    expect(stack, "THE CATALOG WAS NEW" in stack.daemon_log(), "the daemon says so loudly")
    expect(stack, len(stack.requests("CreateImage")) == 3, "nothing was made twice")
    expect(stack, len(stack.requests("DeleteImages")) == 1, "the daemon deleted nothing")


def main():
    with tempfile.TemporaryDirectory(prefix="cvmbackup-verify-") as folder:
        stack = Stack(sys.argv[1], folder)
        try:
            stack.start_bus()
            scenario(stack, pathlib.Path(folder))
        finally:
            stack.stop_all()


if __name__ == "__main__":
    main()
