#!/usr/bin/env python3
"""Kills the real daemon at each system call of a full backup cycle, twice at random ones, and lets
calls on the catalog's files fail. It is started again, and at the end everything is there once, all
of it is known, and nothing else is.

usage: syscalls_test.py BUILD [--all | --sample N] [--kind kill|double|disk]… [--seed N]
                              [--jobs N] [--done FILE] [--point "KIND CALL K [CALL K]"]

--all: every (system call, k) point. --done: points that are well are noted there, and not tried
again by the next command. --point: one, as a failure prints it.
"""

import argparse
import concurrent.futures
import pathlib
import random
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from cycle import Cycle, Wrong  # noqa: E402

KINDS = ["kill", "double", "disk"]
DISK_CALLS = ["pwrite64", "write", "fdatasync", "fsync", "ftruncate"]
DISK_ERRORS = {"pwrite64": ["ENOSPC", "EIO", "EROFS"], "write": ["ENOSPC", "EIO"],
               "fdatasync": ["EIO"], "fsync": ["EIO"], "ftruncate": ["EIO"]}


def strace(output, *more):
    """-D: the daemon stays our own child. In a traced one no sanitizer can look for leaks."""
    return ["strace", "-D", "-f", "-qq", "-E", "LSAN_OPTIONS=detect_leaks=0", "-o", str(output),
            *more]


def injection(what, call, when):
    """Not with --seccomp-bpf: the kernel drops a signal that is injected at a stop of seccomp."""
    return ["-e", "trace=" + call, "-e", f"inject={call}:{what}:when={when}"]


def count_calls(build):
    """How often each call is made in a cycle without a fault, and how often on the catalog."""
    with Cycle(build) as cycle:
        log = cycle.stack.folder / "calls"
        daemon = cycle.start_daemon(strace(log, "-y"))
        cycle.stack.wait_until_ready(daemon)
        cycle.finish(daemon)
        cycle.check_after("")
        daemon.terminate()
        daemon.wait(timeout=30)
        everything, catalog = {}, {}
        for line in log.read_text(errors="replace").splitlines():
            words = line.split(None, 1)[1]
            call = words.split("(", 1)[0]
            if "(" not in words or not call.replace("_", "").isalnum():
                continue
            everything[call] = everything.get(call, 0) + 1
            if call in DISK_CALLS and "/catalog.db" in words.split(",", 1)[0]:
                catalog[call] = catalog.get(call, 0) + 1
    everything.pop("exit_group", None)
    return everything, catalog


def every_point(build, kinds, chance):
    everything, catalog = count_calls(build)
    points = []
    if "kill" in kinds:
        points += [("kill", call, k) for call, n in everything.items() for k in range(1, n + 1)]
    if "double" in kinds:
        single = [(call, k) for call, n in everything.items() for k in range(1, n + 1)]
        points += [("double", *chance.choice(single), *chance.choice(single))
                   for _ in range(len(single) // 10)]
    if "disk" in kinds:
        points += [(f"disk-{error}", call, k) for call, n in catalog.items()
                   for error in DISK_ERRORS[call] for k in range(1, n + 1)]
    return points


def spread(points, count, chance):
    """Some of each kind and call before a second of any."""
    groups = {}
    for point in points:
        groups.setdefault((point[0], point[1]), []).append(point)
    for group in groups.values():
        chance.shuffle(group)
    order = sorted(groups.values(), key=lambda _: chance.random())
    turns = [group[turn] for turn in range(max(map(len, order))) for group in order
             if turn < len(group)]
    return turns[:count]


def wait_for_kill(cycle, daemon):
    """False if the cycle ended before the call was reached."""
    while True:
        try:
            status = daemon.wait(timeout=0.3)
        except subprocess.TimeoutExpired:
            if cycle.is_at_rest():
                return False
            continue
        cycle.expect(status == -signal.SIGKILL, "the daemon ended by itself", status)
        return True


def kill_at(cycle, pairs):
    for call, k in pairs:
        daemon = cycle.start_daemon(strace("/dev/null", *injection("signal=KILL", call, k)))
        if not wait_for_kill(cycle, daemon):
            daemon.kill()
            daemon.wait()


def fail_on_disk(cycle, error, call, k):
    """The daemon goes on, or says what is wrong with which file and ends with status 1."""
    files = ["-P", str(cycle.catalog), "-P", str(cycle.catalog) + "-wal"]
    log = cycle.stack.folder / "calls"
    # A full disk stays full, a read-only one read-only; another error comes once.
    when = f"{k}+" if error in ("ENOSPC", "EROFS") else k
    options = ["-y", *files, *injection("error=" + error, call, when)]
    daemon = cycle.start_daemon(strace(log, *options))
    while daemon.poll() is None and not cycle.is_at_rest():
        try:
            daemon.wait(timeout=0.3)
        except subprocess.TimeoutExpired:
            continue
    daemon.terminate()
    status, said = daemon.wait(timeout=60), cycle.say()
    failed, _, _ = log.read_text(errors="replace").partition("--- SIGTERM")
    # What a checkpoint could not write or sync stays in the -wal, and is written again.
    if "(INJECTED)" in failed and "/catalog.db-wal>" in failed:
        cycle.expect(status == 1, f"it ended after a failed {call}", f"status {status}\n{failed}")
    if status != 0:
        cycle.expect(status == 1, "it ended with status 1", status)
        cycle.expect(str(cycle.catalog) in said and "start cvmbackupd again" in said,
                     "it says which file failed and what to do")


def try_point(build, point):
    kind, call, k, *more = point
    with Cycle(build) as cycle:
        try:
            if kind.startswith("disk-"):
                fail_on_disk(cycle, kind.removeprefix("disk-"), call, k)
            else:
                kill_at(cycle, [(call, k), *([tuple(more)] if more else [])])
            restarted = cycle.now()
            daemon = cycle.start_daemon()
            cycle.stack.wait_until_ready(daemon)
            cycle.finish(daemon)
            cycle.check_after(restarted)
            daemon.terminate()
            cycle.expect(daemon.wait(timeout=30) == 0, "it stops in good order")
            cycle.check_catalog_file()
        except (Wrong, SystemExit, subprocess.TimeoutExpired) as problem:
            return f"{problem}\n{cycle.say()}"
    return ""


def text_of(point):
    return " ".join(map(str, point))


def run(arguments, points):
    done = set()
    if arguments.done and pathlib.Path(arguments.done).exists():
        done = set(pathlib.Path(arguments.done).read_text().splitlines())
    left = [point for point in points if text_of(point) not in done]
    print(f"{len(left)} points of {len(points)}, seed {arguments.seed}", flush=True)
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as crew:
        tries = {crew.submit(try_point, arguments.build, point): point for point in left}
        # An interruption waits for the points under way only, which take all theirs down.
        signal.signal(signal.SIGINT, lambda *_: (crew.shutdown(wait=False, cancel_futures=True),
                                                 sys.exit("interrupted")))
        for count, ended in enumerate(concurrent.futures.as_completed(tries), 1):
            point, problem = text_of(tries[ended]), ended.result()
            if problem:
                wrong += 1
                print(f"FAILED: --point '{point}': {problem}", flush=True)
            elif arguments.done:
                with open(arguments.done, "a", encoding="utf-8") as file:
                    file.write(point + "\n")
            if count % 50 == 0:
                print(f"{count} of {len(left)} points tried, {wrong} wrong", flush=True)
    if wrong:
        raise SystemExit(f"FAILED: {wrong} of {len(left)} points")
    print(f"ok: {len(left)} points, each time everything is there once and known")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--sample", type=int, default=24)
    parser.add_argument("--kind", action="append", choices=KINDS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--done")
    parser.add_argument("--point")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    if arguments.point:
        words = arguments.point.split()
        points = [tuple(int(word) if word.isdigit() else word for word in words)]
    else:
        points = every_point(arguments.build, arguments.kind or KINDS, chance)
        if not arguments.all:
            points = spread(points, arguments.sample, chance)
    run(arguments, points)


if __name__ == "__main__":
    main()
