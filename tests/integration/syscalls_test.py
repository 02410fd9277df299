#!/usr/bin/env python3
"""Kills the real daemon at each system call of a full backup cycle, twice at random ones, and lets
calls on the catalog's files fail (reread: those by which a daemon reads what a killed one left). It
is started again, and at the end everything is there once, all of it is known, and nothing else is.

usage: syscalls_test.py BUILD [--all | --sample N] [--kind kill|double|disk|reread]… [--seed N]
                              [--jobs N] [--done FILE] [--point "KIND CALL K [CALL K]"]

--all: every (system call, k) point. --done: points that are well are noted there, and not tried
again by the next command. --point: one, as a failure prints it. A point is not reached if the cycle
ended before the call was made so often; too many such are an error, for they test nothing.
"""

import argparse
import collections
import concurrent.futures
import pathlib
import random
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from cycle import Cycle, Wrong  # noqa: E402

KINDS = ["kill", "double", "disk", "reread"]
DISK_ERRORS = {"pread64": ["EIO"], "pwrite64": ["ENOSPC", "EIO", "EROFS"],
               "write": ["ENOSPC", "EIO"], "fdatasync": ["EIO"], "fsync": ["EIO"],
               "ftruncate": ["EIO"]}
# Into calls on these an error is injected, and only on these calls are counted for it.
CATALOG_FILES = ["catalog.db", "catalog.db-wal", "catalog.db-journal"]
# No kill is injected into the first, and the other is itself the end.
ENDS = ("execve", "exit_group")
# Of how many points at least, and which part of them at most may not be reached.
FEW, MOST_MISSED = 30, 0.2


def strace(output, *more):
    """-D: the daemon stays our own child. In a traced one no sanitizer can look for leaks."""
    return ["strace", "-D", "-f", "-qq", "-E", "LSAN_OPTIONS=detect_leaks=0", "-o", str(output),
            *more]


def injection(what, call, when):
    """Not with --seccomp-bpf: the kernel drops a signal that is injected at a stop of seccomp."""
    return ["-e", "trace=" + call, "-e", f"inject={call}:{what}:when={when}"]


def leave_journal(cycle):
    """A full cycle by a daemon that is killed at its end: its -wal is still to be read."""
    daemon = cycle.start_daemon()
    cycle.stack.wait_until_ready(daemon)
    cycle.finish(daemon)
    daemon.kill()
    daemon.wait()


def count_calls(build, before=lambda cycle: None):
    """The calls of a cycle without a fault in their order, and how often each on the catalog."""
    with Cycle(build) as cycle:
        before(cycle)
        log = cycle.stack.folder / "calls"
        daemon = cycle.start_daemon(strace(log, "-y"))
        cycle.stack.wait_until_ready(daemon)
        cycle.finish(daemon)
        cycle.check_after("")
        daemon.terminate()
        daemon.wait(timeout=30)
        files = tuple(f"/{name}>" for name in CATALOG_FILES)
        made, catalog = [], collections.Counter()
        for line in log.read_text(errors="replace").splitlines():
            words = line.split(None, 1)[1]
            call = words.split("(", 1)[0]
            if "(" not in words or not call.replace("_", "").isalnum() or call in ENDS:
                continue
            made.append(call)
            first = words.split("(", 1)[1].split(",", 1)[0].split(")", 1)[0]
            if call in DISK_ERRORS and first.endswith(files):
                catalog[call] += 1
    return made, catalog


def pair_of(made, chance):
    """The second kill is one of what the first leaves to do: only that is made again."""
    first = chance.randrange(len(made))
    second = chance.randrange(first, len(made))
    return (made[first], made[:first + 1].count(made[first]),
            made[second], made[first:second + 1].count(made[second]))


def every_point(build, kinds, chance):
    made, catalog = count_calls(build)
    points = []
    if "kill" in kinds:
        points += [("kill", call, k) for call, n in collections.Counter(made).items()
                   for k in range(1, n + 1)]
    if "double" in kinds:
        points += [("double", *pair_of(made, chance)) for _ in range(len(made) // 10)]
    if "disk" in kinds:
        points += [(f"disk-{error}", call, k) for call, n in catalog.items()
                   for error in DISK_ERRORS[call] for k in range(1, n + 1)]
    if "reread" in kinds:
        _, catalog = count_calls(build, leave_journal)
        points += [("reread-EIO", "pread64", k) for k in range(1, catalog["pread64"] + 1)]
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
    """False if the call was not reached, also not when the daemon was stopped after the cycle."""
    while daemon.poll() is None and not cycle.is_at_rest():
        try:
            daemon.wait(timeout=0.25)
        except subprocess.TimeoutExpired:
            continue
    stopped = daemon.poll() is None
    daemon.terminate()
    status = daemon.wait(timeout=60)
    cycle.expect(status == -signal.SIGKILL or stopped and status == 0,
                 "the daemon ended by itself", status)
    return status == -signal.SIGKILL


def kill_at(cycle, pairs):
    """False if a call was not reached."""
    reached = True
    for call, k in pairs:
        daemon = cycle.start_daemon(strace("/dev/null", *injection("signal=KILL", call, k)))
        reached = wait_for_kill(cycle, daemon) and reached
    return reached


def fail_on_disk(cycle, error, call, k):
    """The daemon goes on, or says what is wrong with which file and ends with status 1. False if
    the call was not reached."""
    files = [word for name in CATALOG_FILES for word in ("-P", str(cycle.stack.folder / name))]
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
    calls = log.read_text(errors="replace")
    failed, _, _ = calls.partition("--- SIGTERM")
    # What a checkpoint could not write or sync stays in the -wal, and is written again.
    if call != "pread64" and "(INJECTED)" in failed and "/catalog.db-wal>" in failed:
        cycle.expect(status == 1, f"it ended after a failed {call}", f"status {status}\n{failed}")
    if status != 0:
        cycle.expect(status == 1, "it ended with status 1", status)
        cycle.expect(str(cycle.catalog) in said and "start cvmbackupd again" in said,
                     "it says which file failed and what to do")
        cycle.expect(error != "EIO" or "its disk reports an error" in said,
                     "it says that the disk failed")
    return "(INJECTED)" in calls


def try_point(build, point):
    """What is wrong, and whether the point was reached."""
    kind, call, k, *more = point
    with Cycle(build) as cycle:
        try:
            if kind.startswith(("disk-", "reread-")):
                if kind.startswith("reread-"):
                    leave_journal(cycle)
                reached = fail_on_disk(cycle, kind.split("-")[1], call, k)
            else:
                reached = kill_at(cycle, [(call, k), *([tuple(more)] if more else [])])
            restarted = cycle.now()
            daemon = cycle.start_daemon()
            cycle.stack.wait_until_ready(daemon)
            cycle.finish(daemon)
            cycle.check_after(restarted)
            daemon.terminate()
            cycle.expect(daemon.wait(timeout=30) == 0, "it stops in good order")
            cycle.check_catalog_file()
        except (Wrong, SystemExit, subprocess.TimeoutExpired) as problem:
            return f"{problem}\n{cycle.say()}", True
    return "", reached


def text_of(point):
    return " ".join(map(str, point))


def read_done(path):
    """Point -> whether it was reached. Older lines do not say it: their kills are tried again, for
    no kill ever reached the daemon then; errors of the disk did."""
    done = {}
    if path and pathlib.Path(path).exists():
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            point, _, word = line.partition(": ")
            if word or point.startswith("disk-"):
                done[point] = word != "not reached"
    return done


def try_all(arguments, points, tally):
    """Counts in `tally` each point that was tried, and those wrong and not reached."""
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as crew:
        tries = {crew.submit(try_point, arguments.build, point): point for point in points}
        # An interruption waits for the points under way only, which take all theirs down.
        signal.signal(signal.SIGINT, lambda *_: (crew.shutdown(wait=False, cancel_futures=True),
                                                 sys.exit("interrupted")))
        for count, ended in enumerate(concurrent.futures.as_completed(tries), 1):
            point, (problem, reached) = text_of(tries[ended]), ended.result()
            tally.update(tried=1, wrong=bool(problem), missed=not reached)
            if problem:
                print(f"FAILED: --point '{point}': {problem}", flush=True)
            elif arguments.done:
                with open(arguments.done, "a", encoding="utf-8") as file:
                    file.write(f"{point}: {'reached' if reached else 'not reached'}\n")
            if not reached:
                print(f"not reached: --point '{point}'", flush=True)
            if count % 50 == 0:
                print(in_words(tally), flush=True)


def in_words(tally):
    return (f"{tally['tried']} points of {tally['all']} tried, {tally['wrong']} wrong, "
            f"{tally['missed']} not reached")


def run(arguments, points, total):
    done = read_done(arguments.done)
    before = [done[text_of(point)] for point in points if text_of(point) in done]
    left = [point for point in points if text_of(point) not in done]
    tally = collections.Counter(all=total, tried=len(before), missed=before.count(False))
    print(f"{len(left)} points to try, {len(before)} tried before, seed {arguments.seed}",
          flush=True)
    try_all(arguments, left, tally)
    if tally["wrong"]:
        raise SystemExit(f"FAILED: {in_words(tally)}")
    if tally["tried"] >= FEW and tally["missed"] > MOST_MISSED * tally["tried"]:
        raise SystemExit(f"FAILED: {in_words(tally)}: too many to say much of the others")
    print(f"ok: {in_words(tally)}, each time everything is there once and known")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--sample", type=int, default=FEW)
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
        total = 1
    else:
        points = every_point(arguments.build, arguments.kind or KINDS, chance)
        total = len(points)
        if not arguments.all:
            points = spread(points, arguments.sample, chance)
    run(arguments, points, total)


if __name__ == "__main__":
    main()
