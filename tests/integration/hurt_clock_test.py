#!/usr/bin/env python3
"""Somebody sets the real daemon's wall clock (wrong_clock.cpp; the cloud's stays right), by an hour
or by a year: it says so, no time is run twice, none is lost, and no image is made twice.

usage: hurt_clock_test.py BUILD
"""

import collections
import os
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from cycle import Cycle, DUES, INSTANCES, SPEED  # noqa: E402
from hurt_process_test import play_all, wait_until  # noqa: E402
from stack import rows  # noqa: E402

HOUR = 3600
YEAR = 365 * 24 * HOUR
# Seconds; a minute less, for what it may take to notice that the clock was set.
FENCE = 1020 - 60


def set_clock(cycle, simulated):
    """By so many seconds of the daemon's time from the right one."""
    # In place and at once: the daemon has the file mapped.
    file = os.open(cycle.stack.folder / "wrong_clock", os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(file, struct.pack("=q", round(simulated / SPEED * 1e9)))
    os.close(file)


def start(cycle):
    set_clock(cycle, 0)
    daemon = cycle.start_daemon(env={
        **os.environ, "WRONG_CLOCK": str(cycle.stack.folder / "wrong_clock"),
        "LD_PRELOAD": str(cycle.stack.build / "tests" / "integration" / "libwrong_clock.so")})
    cycle.stack.wait_until_ready(daemon)
    return daemon


def results(cycle):
    return {item["due"]: item["result"] for item in rows(cycle.stack.ask("backups"))}


def told(cycle, way):
    return f"the clock of this machine was set {way}" in cycle.stack.daemon_log()


def jump(cycle, simulated, way):
    set_clock(cycle, simulated)
    wait_until(lambda: cycle.stack.ask("status") and told(cycle, way), f"it says: set {way}")


def check(cycle, daemon):
    backups = check_each(cycle, daemon)
    for due in DUES:
        cycle.expect(sum(item["due"] == due for item in backups) == INSTANCES, f"{due} had its run",
                     backups)
    return backups


def check_each(cycle, daemon):
    """Nothing may be under way."""
    cycle.expect(daemon.poll() is None, "the daemon is up")
    backups = rows(cycle.stack.ask("backups", "--limit", "1000"))
    times = collections.Counter((item["due"], item["instance"]) for item in backups)
    cycle.expect(max(times.values()) == 1, "no time is run twice", times)
    good = [item for item in backups if item["result"] == "ok"]
    for item in backups:
        cycle.expect(item["result"] == "ok" or "still under way" in " ".join(item["reasons"]),
                     "every backup is ok", item)
    made = cycle.made("CreateImage")
    cycle.expect(made == len(good), "one image was made of each backup", f"{made} of {len(good)}")
    return backups


def is_done(cycle, dues=tuple(DUES)):
    found = results(cycle)
    return all(found.get(due) for due in dues) and not rows(cycle.stack.ask("jobs"))


def ahead_in_mid_backup(cycle):
    """By an hour, past the second firing, which is made up for or stood aside for the first."""
    daemon = start(cycle)
    wait_until(lambda: cycle.made("CreateImage") >= 1, "the first image is being made")
    jump(cycle, HOUR, "forward")
    wait_until(lambda: is_done(cycle), "both times had their run", 60)
    check(cycle, daemon)


def back_in_mid_backup(cycle):
    """By an hour: the second firing's time comes again, and has had its run."""
    daemon = start(cycle)
    wait_until(lambda: cycle.made("CreateImage") > INSTANCES, "the second run is under way", 60)
    jump(cycle, -HOUR, "back")
    wait_until(lambda: is_done(cycle), "both times had their run", 60)
    wait_until(lambda: cycle.stack.ask("status")["daemon"]["now"] > "2027-01-04T01:10:00Z",
               "the time has come again", 60)
    cycle.expect(len(check(cycle, daemon)) == len(DUES) * INSTANCES, "and had no second run")


LOST = """
[[fault]]
action = "CreateImage"
kind = "lost-before"
nth = 1
"""


def ahead_behind_a_lost_answer(cycle):
    """The request that may still be on its way is not repeated before it is dead."""
    daemon = start(cycle)
    wait_until(lambda: cycle.requests("CreateImage"), "the first image was asked for")
    jump(cycle, HOUR, "forward")
    wait_until(lambda: is_done(cycle), "both times had their run", 60)
    check(cycle, daemon)
    asked = cycle.requests("CreateImage")
    lost = [record for record in asked if record.get("fault")]
    cycle.expect(len(lost) == 1 and lost[0] == asked[0], "one request was lost", asked)
    waited = asked[INSTANCES]["time"] - lost[0]["time"]
    cycle.expect(waited >= FENCE, "it was asked for again behind the fence", f"after {waited} s")


HOURLY = "*:20"


def has_run(cycle, since, until):
    """A run due between these has ended well."""
    ended = [run for run in rows(cycle.stack.ask("runs")) if run["result"] == "ok"]
    return any(since < run["due"] < until for run in ended)


def a_year_away(cycle, by, there, ways):
    """And set right again: what was under way ends, the wrong year's times have their runs, and so
    have the right ones afterwards, whatever hour it is then."""
    daemon = start(cycle)
    wait_until(lambda: cycle.made("CreateImage") >= 1, "the first image is being made")
    first = rows(cycle.stack.ask("runs"))[-1]["due"]
    jump(cycle, by, ways[0])
    wait_until(lambda: has_run(cycle, first[:-1], first + "~"), "the run under way ends well", 60)
    wait_until(lambda: has_run(cycle, *there), "a time of the wrong year had its run", 60)
    jump(cycle, 0, ways[1])
    wait_until(lambda: has_run(cycle, first, "2027-12"), "the right times go on", 60)
    answer = cycle.stack.ctl("pause", "web", "--reason", "seen enough")
    cycle.expect(answer.returncode == 0, "the policy is paused", answer)
    wait_until(lambda: not rows(cycle.stack.ask("jobs")), "nothing is under way", 60)
    check_each(cycle, daemon)


def ahead_a_year(cycle):
    a_year_away(cycle, YEAR, ("2027-12", "2029"), ("forward", "back"))


def back_a_year(cycle):
    a_year_away(cycle, -YEAR, ("2025-12", "2026-12"), ("back", "forward"))


SCENES = [ahead_in_mid_backup, back_in_mid_backup, ahead_behind_a_lost_answer, ahead_a_year,
          back_a_year]


def main():
    play_all(sys.argv[1], SCENES, {
        ahead_behind_a_lost_answer: {"faults": LOST},
        ahead_a_year: {"schedule": HOURLY}, back_a_year: {"schedule": HOURLY}})


if __name__ == "__main__":
    main()
