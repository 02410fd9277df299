"""One full cycle of backups in a folder of its own: two scheduled firings with image, replica,
export and retention, in some ten seconds of real time; and the simulated cloud's own word on what
is there when all has ended."""

import collections
import datetime
import sqlite3
import tempfile
import time

from cloud_api import CloudApi
from stack import (ACCOUNT, BUCKET, SECRET_ID, SECRET_KEY, Stack, bucket_of_account,
                   instances_of_account, rows)

SPEED = 600
START = datetime.datetime(2027, 1, 4, tzinfo=datetime.timezone.utc)
DUES = ["2027-01-04T00:20:00Z", "2027-01-04T00:55:00Z"]
INSTANCES = 2
REGIONS = ["ap-guangzhou", "ap-shanghai"]

WORLD = """
[timing]
create = "3-5min"
copy   = "3-5min"
export = "3-5min"
""" + ACCOUNT + bucket_of_account() + instances_of_account(INSTANCES)

POLICY = f"""
[policy.web]
account = "prod"
region = "ap-guangzhou"
select = {{ tags = {{ tier = "web" }} }}
schedule = "SCHEDULE"
disks = "system"
keep = {{ last = 1 }}
[[policy.web.copy]]
region = "ap-shanghai"
keep = {{ last = 1 }}
[policy.web.export]
bucket = "{BUCKET}"
prefix = "web/{{instance}}/{{time}}"
keep = {{ last = 1 }}
"""


class Wrong(Exception):
    """A promise of the daemon is broken."""


class Cycle:
    def __init__(self, build, seed=1, faults="", schedule="00:20,55", cloud_env=None):
        self.holder = tempfile.TemporaryDirectory(prefix="cvmbackup-cycle-")
        self.stack = Stack(build, self.holder.name)
        self.catalog = self.stack.folder / "catalog.db"
        self.seed = seed
        self.faults = faults
        self.cloud_env = cloud_env
        self.policy = POLICY.replace("SCHEDULE", schedule)

    def __enter__(self):
        self.stack.start_bus()
        (self.stack.folder / "world.toml").write_text(WORLD)
        self.began = time.time()
        self.clock = f"from={START:%Y-%m-%dT%H:%M:%SZ} at={self.began:.3f} speed={SPEED}"
        (self.stack.folder / "faults.toml").write_text(self.faults)
        url = self.stack.start_cloud(
            self.stack.folder / "world.toml", self.clock, "--seed", str(self.seed),
            "--faults", str(self.stack.folder / "faults.toml"),
            env=self.cloud_env and self.cloud_env(self))
        self.url = url
        self.stack.write_settings(url, {"web.toml": self.policy})
        self.cloud = CloudApi(url, SECRET_ID, SECRET_KEY)
        return self

    def __exit__(self, *_):
        self.stack.stop_all()
        self.holder.cleanup()

    def now(self):
        """Simulated time, as the daemon writes it."""
        passed = datetime.timedelta(seconds=(time.time() - self.began) * SPEED)
        return f"{START + passed:%Y-%m-%dT%H:%M:%SZ}"

    def start_daemon(self, under=(), **options):
        return self.stack.start_daemon(self.clock, under, **options)

    def say(self):
        return self.stack.daemon_log()[-3000:]

    def expect(self, condition, what, evidence=""):
        if not condition:
            raise Wrong(f"{what}: {evidence}" if evidence else what)

    def finish(self, daemon, hours=12):
        """Both firings were acted on, no run is unfinished, and retention has passed."""
        deadline = time.monotonic() + hours * 3600 / SPEED + 30
        while time.monotonic() < deadline:
            self.expect(daemon.poll() is None, "the daemon ended by itself", daemon.returncode)
            if self.now() > DUES[-1] and self.is_at_rest():
                return
            time.sleep(0.25)
        raise Wrong("the daemon did not come to rest")

    def is_at_rest(self):
        dues = [run["due"] for run in rows(self.stack.ask("runs"))]
        if max(dues, default="") < DUES[-1] or rows(self.stack.ask("jobs")):
            return False
        plan = rows(self.stack.ask("plan", "--all"))
        return bool(plan) and all(decision["keep"] for decision in plan)

    def check_after(self, restarted):
        """Each firing has one backup of each instance, and the cloud holds what they say. A firing
        whose time passed while the daemon was down may be stood for by the next."""
        backups = rows(self.stack.ask("backups", "--limit", "1000"))
        firings = collections.Counter((item["due"], item["instance"]) for item in backups)
        self.expect(max(firings.values(), default=0) == 1, "a firing was acted on twice", firings)
        for due in DUES:
            of_due = [item for item in backups if item["due"] == due]
            missed = not of_due and due != DUES[-1] and restarted > due
            self.expect(len(of_due) == INSTANCES or missed, f"{due} was not acted on", of_due)
        self.expect(len(backups) <= INSTANCES * len(DUES), "a firing nobody asked for", firings)
        good = [item for item in backups if item["result"] == "ok"]
        for item in backups:
            overlapped = "still under way" in " ".join(item["reasons"])
            self.expect(item["result"] == "ok" or item["result"] == "skipped" and overlapped,
                        f"a backup ended {item['result']}", item["reasons"])
        self.expect(good, "no backup was made")
        self.check_cloud(good)

    def check_cloud(self, good):
        copies = collections.defaultdict(dict)
        for item in good:
            for copy in self.stack.ask("show", str(item["id"]))["copies"]:
                if copy["state"] == "done":
                    copies[copy["kind"]][item["instance"], copy["region"]] = copy
        for kind in ("image", "replica", "export"):
            self.expect(len(copies[kind]) == INSTANCES, f"{kind}s complete", dict(copies[kind]))
        known = {(copy["region"], copy["image"]): "NORMAL" for kind in ("image", "replica")
                 for copy in copies[kind].values()}
        there = self.images_once_they_are(known)
        self.expect(there == known, "images in the cloud and in the catalog", f"{there} {known}")
        objects = self.cloud.objects(BUCKET, REGIONS[0])
        named = {item["key"]: item["size_bytes"] for copy in copies["export"].values()
                 for item in copy["objects"]}
        self.expect(objects == named, "objects in the cloud and in the catalog",
                    f"{objects} {named}")
        made = self.made("CreateImage"), self.made("SyncImages")
        self.expect(made == (len(good), len(good)), "one image and one replica were made of each "
                    "backup", f"{made} of {len(good)}")

    def images_once_they_are(self, known):
        """(region, id) -> state, as soon as that is what is known; lists lag by some seconds."""
        deadline = time.monotonic() + 60 / SPEED + 2
        while True:
            there = {(region, image["ImageId"]): image["ImageState"] for region in REGIONS
                     for image in self.cloud.private_images(region)}
            if there == known or time.monotonic() > deadline:
                return there
            time.sleep(0.05)

    def requests(self, action):
        return self.stack.requests(action)

    def made(self, action):
        return sum(len(record.get("tasks", [])) for record in self.requests(action))

    def check_catalog_file(self):
        """With the daemon stopped."""
        with sqlite3.connect(f"file:{self.catalog}?mode=ro", uri=True) as database:
            verdict = database.execute("PRAGMA integrity_check").fetchone()[0]
        self.expect(verdict == "ok", "the catalog is whole", verdict)
