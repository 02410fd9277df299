#!/usr/bin/env python3
"""The catalog's files are damaged, replaced or taken away between two starts of the real daemon:
what cannot be right is refused in plain words with status 1 and left byte for byte as it was; of
single flipped bits none ends the daemon in another way; a catalog that is gone is rebuilt from the
cloud.

usage: hurt_catalog_test.py BUILD
"""

import hashlib
import os
import pathlib
import random
import signal
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from cycle import BUCKET, Cycle, DUES, INSTANCES, REGIONS, Wrong  # noqa: E402
from hurt_process_test import UNAVAILABLE, begin, play_all, wait_until  # noqa: E402
from stack import rows  # noqa: E402

NOBODY = 65534
BITS = 60


def files_of(cycle):
    """The catalog and what lies beside it, by digest; without the index of the -wal, which is made
    anew at each start, and without files that are empty."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in cycle.stack.folder.glob("catalog.db*")
            if not path.name.endswith("-shm") and (path.stat().st_size or path == cycle.catalog)}


def overwrite(path, offset, content):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(content)


def damage_every_page(path):
    size = path.stat().st_size
    for page in range(1, size // 4096):
        overwrite(path, page * 4096, os.urandom(512))


def truncate(path, size):
    os.truncate(path, size)


def newer_schema(path):
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()


def foreign_database(path):
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE shopping(item)")
    database.close()


DAMAGES = {
    "empty": (lambda path: truncate(path, 0), "is empty"),
    "cut in the middle": (lambda path: truncate(path, path.stat().st_size // 2), "damaged"),
    "cut in the header": (lambda path: truncate(path, 50), "database"),
    "bits of the header": (lambda path: overwrite(path, 0, b"\xff" * 16), "not a database"),
    "bits of the page size": (lambda path: overwrite(path, 16, b"\x13\x37"), "database"),
    "bits of every page": (damage_every_page, "damaged"),
    "text": (lambda path: path.write_text("remember the milk\n" * 1000), "not a database"),
    "another's database": (foreign_database, "is not a catalog of cvmbackup"),
    "a newer schema": (newer_schema, "newer cvmbackup"),
    "a directory": (lambda path: (path.unlink(), path.mkdir()), "not a regular file"),
}


def stop(cycle, daemon):
    daemon.terminate()
    cycle.expect(daemon.wait(timeout=30) == 0, "it stops in good order")


def refused(cycle, words, owner=None):
    """Twice, so that the first refusal has changed nothing."""
    before = {} if cycle.catalog.is_dir() else files_of(cycle)
    for _ in range(2):
        daemon = cycle.stack.start_daemon(cycle.clock, **({"user": owner} if owner else {}))
        status, said = daemon.wait(timeout=20), cycle.say()
        cycle.expect(status == 1, "it ends with status 1", status)
        cycle.expect(words in said and str(cycle.catalog) in said,
                     f"it names the file and says '{words}'", said)
        if before:
            cycle.expect(files_of(cycle) == before, "the file was not touched")


def damaged_while_stopped(cycle):
    """The same catalog, hurt in each way in turn, and whole again after each."""
    daemon = begin(cycle)
    wait_until(lambda: any(item["result"] == "ok" for item in rows(cycle.stack.ask("backups"))),
               "a backup is ok")
    stop(cycle, daemon)
    whole = cycle.catalog.read_bytes()
    for name, (damage, words) in DAMAGES.items():
        damage(cycle.catalog)
        try:
            refused(cycle, words)
        except Wrong as problem:
            raise Wrong(f"{name}: {problem}") from None
        if cycle.catalog.is_dir():
            cycle.catalog.rmdir()
        put_back(cycle, whole)
    restarted = cycle.now()
    daemon = cycle.start_daemon()
    cycle.stack.wait_until_ready(daemon)
    cycle.finish(daemon)
    cycle.check_after(restarted)


def put_back(cycle, content):
    for path in cycle.stack.folder.glob("catalog.db*"):
        path.unlink()
    cycle.catalog.write_bytes(content)


def single_bits(cycle):
    """What a flipped bit makes impossible is refused, at the start or when it is read; the rest is
    believed."""
    daemon = begin(cycle)
    wait_until(lambda: any(item["result"] == "ok" for item in rows(cycle.stack.ask("backups"))),
               "a backup is ok")
    stop(cycle, daemon)
    whole = cycle.catalog.read_bytes()
    chance = random.Random(1)
    refusals = 0
    for _ in range(BITS):
        bit = chance.randrange(len(whole) * 8)
        hurt = bytearray(whole)
        hurt[bit // 8] ^= 1 << bit % 8
        put_back(cycle, hurt)
        before = len(cycle.stack.daemon_log())
        daemon = cycle.start_daemon()
        wait_until(lambda: daemon.poll() is not None or
                   cycle.stack.ctl("backups", "--limit", "1000").returncode != UNAVAILABLE,
                   f"with bit {bit} it starts or ends")
        for what in ("runs", "points", "plan"):
            cycle.stack.ctl(what)
        daemon.terminate()
        status, said = daemon.wait(timeout=30), cycle.stack.daemon_log()[before:]
        cycle.expect(status in (0, 1), f"with bit {bit} it ends in order", f"{status} {said}")
        if status == 1:
            refusals += 1
            cycle.expect(str(cycle.catalog) in said, f"bit {bit}: it names the file", said)
    cycle.expect(0 < refusals < BITS, "some bits are noticed, some are not", refusals)
    put_back(cycle, whole)
    daemon = cycle.start_daemon()
    cycle.stack.wait_until_ready(daemon)
    stop(cycle, daemon)


def not_ours(cycle):
    """A daemon that is not root meets files of another owner, and a directory it may not write."""
    daemon = begin(cycle)
    stop(cycle, daemon)
    cycle.stack.folder.chmod(0o755)
    for path in (cycle.stack.folder / "config").rglob("*"):
        os.chown(path, NOBODY, NOBODY)
    os.chown(cycle.stack.folder / "config", NOBODY, NOBODY)
    refused(cycle, "needs a directory it may write to", NOBODY)
    os.chown(cycle.stack.folder, NOBODY, NOBODY)
    refused(cycle, "Give the file to the user that runs cvmbackupd", NOBODY)
    os.chown(cycle.catalog, NOBODY, NOBODY)
    cycle.catalog.chmod(0o400)
    refused(cycle, "cannot be opened for writing", NOBODY)


def wal_is_hurt(cycle):
    """After kill -9 the newest commits are in the -wal. Of one that is hurt SQLite takes what comes
    before: what was forgotten is found again in the cloud, and nothing is made twice."""
    daemon = begin(cycle, made=INSTANCES)
    wait_until(lambda: cycle.made("SyncImages") >= 1, "the first replica is being made")
    daemon.send_signal(signal.SIGKILL)
    daemon.wait()
    wal = pathlib.Path(str(cycle.catalog) + "-wal")
    overwrite(wal, wal.stat().st_size // 2, os.urandom(64))
    daemon = cycle.start_daemon()
    cycle.stack.wait_until_ready(daemon)
    cycle.finish(daemon)
    check_nothing_doubled(cycle)


def check_nothing_doubled(cycle):
    """Of a catalog that forgot: the cloud has the newest backups once, and all of it is known."""
    known, keys = set(), set()
    for item in rows(cycle.stack.ask("backups", "--limit", "1000")):
        for copy in cycle.stack.ask("show", str(item["id"]))["copies"]:
            if copy["state"] == "done" and copy["kind"] == "export":
                keys.update(item["key"] for item in copy["objects"])
            elif copy["state"] == "done":
                known.add((copy["region"], copy["image"]))
    cycle.images_once_they_are({place: "NORMAL" for place in known})
    there, names = set(), []
    for region in REGIONS:
        for image in cycle.cloud.private_images(region):
            there.add((region, image["ImageId"]))
            names.append((region, image["ImageName"]))
    cycle.expect(len(set(names)) == len(names), "no name is there twice", names)
    cycle.expect(there == known, "images in the cloud and in the catalog", f"{there} {known}")
    objects = set(cycle.cloud.objects(BUCKET, REGIONS[0]))
    # Exports that were forgotten are taken in when they are two days old.
    cycle.expect(keys <= objects, "the exports of the catalog are there", f"{objects} {keys}")
    # A forgotten export may be waited for until after the next firing, which then stands aside.
    last = [item for item in rows(cycle.stack.ask("backups")) if item["due"] == DUES[-1]]
    aside = [item for item in last if "still under way" in " ".join(item["reasons"])]
    cycle.expect(len(last) == INSTANCES > len(aside), "the last firing was acted on", last)
    for region in REGIONS:
        newest = [name for place, name in names if place == region
                  and DUES[-1].replace("-", "").replace(":", "") in name]
        cycle.expect(len(newest) == INSTANCES - len(aside),
                     f"the newest backups are in {region}", names)


def agreed(cycle):
    """Whether the plan asked for consent to delete what was found in the cloud, and got it."""
    for decision in rows(cycle.stack.ask("plan", "--all")):
        if any("found in the cloud" in stop for stop in decision["stops"]):
            first = DUES[0].replace("-", "").replace(":", "")
            for region in REGIONS:
                found = [image for image in cycle.cloud.private_images(region)
                         if first in image["ImageName"]]
                cycle.expect(len(found) == INSTANCES, f"nothing was deleted in {region}", found)
            return cycle.stack.ctl("apply", decision["plan"]).returncode == 0
    return False


def deleted(cycle):
    """The copies are known again, the cycle goes on, and what was found goes only by consent."""
    daemon = begin(cycle)
    wait_until(lambda: sum(item["result"] == "ok" for item in rows(cycle.stack.ask("backups")))
               == INSTANCES, "the first run is ok")
    stop(cycle, daemon)
    for path in cycle.stack.folder.glob("catalog.db*"):
        path.unlink()
    daemon = cycle.start_daemon()
    cycle.stack.wait_until_ready(daemon)
    wait_until(lambda: len(cycle.cloud.objects(BUCKET, REGIONS[0])) >= INSTANCES
               and len(rows(cycle.stack.ask("points"))) >= INSTANCES,
               "the recovery points are known again")
    wait_until(lambda: agreed(cycle), "consent is asked for", seconds=90)
    cycle.finish(daemon, hours=24)
    check_nothing_doubled(cycle)


SCENES = [damaged_while_stopped, single_bits, not_ours, wal_is_hurt, deleted]


if __name__ == "__main__":
    play_all(sys.argv[1], SCENES)
