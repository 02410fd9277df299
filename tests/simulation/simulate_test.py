#!/usr/bin/env python3
"""tests/simulate ends with an error when it should, and narrows to what a failure needs.

The program that it starts is played by a script, so that every verdict can be had.
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SIMULATE = pathlib.Path(__file__).resolve().parent.parent / "simulate"

PLAYER = """#!{python}
import argparse, json, sys
parser = argparse.ArgumentParser()
for name, kind in (("first", int), ("days", int), ("fleet", int)):
    parser.add_argument("--" + name, type=kind)
for name in ("off", "policies", "instances"):
    parser.add_argument("--" + name, default="")
parser.add_argument("--trace", action="store_true")
played = parser.parse_args()
off = played.off.split(",")
policies = played.policies.split(",") if played.policies else list("012")
instances = played.instances.split(",") if played.instances else list("123456789")
verdict = dict(seed=played.first, days=played.days, played_days=played.days, requests=100, failed=9,
               retries=0, backups=5, good=4, kills=1, digest="d", marks={{"a kill": 1}})
broken = None
{rule}
if played.trace:
    print("what happened")
if broken:
    verdict.update(promise=broken, moment="then", broken="words")
print(json.dumps(verdict))
sys.exit(1 if broken else 0)
"""


class Simulate(unittest.TestCase):
    def play(self, rule, *options):
        with tempfile.TemporaryDirectory() as directory:
            program = pathlib.Path(directory, "player")
            program.write_text(PLAYER.format(python=sys.executable, rule=rule))
            program.chmod(0o755)
            return subprocess.run(
                [sys.executable, "-B", SIMULATE, "--program", program, "--days", "40", *options],
                capture_output=True, text=True, check=False)

    def test_kept_promises_end_well(self):
        ended = self.play("", "--seeds", "1..3")
        self.assertEqual(0, ended.returncode, ended.stdout)
        self.assertIn("3 seeds, 0.3 years", ended.stdout)
        self.assertIn("300 requests, 27 of them failed", ended.stdout)
        self.assertIn("0 seeds broke a promise", ended.stdout)

    def test_one_broken_promise_among_many_seeds_is_an_error(self):
        ended = self.play("broken = 4 if played.first == 3 else None", "--seeds", "1..5")
        self.assertEqual(1, ended.returncode)
        self.assertIn("seed 3 broke promise 4 at then: words", ended.stdout)
        self.assertIn("tests/simulate --seed 3 --days 40 --fleet 10 --narrow", ended.stdout)
        self.assertIn("1 seeds broke a promise", ended.stdout)

    def test_a_program_that_crashes_is_an_error(self):
        ended = self.play("sys.exit('no such table')", "--seeds", "1..2")
        self.assertEqual(1, ended.returncode)
        self.assertIn("2 seeds broke a promise", ended.stdout)

    def test_retries_that_become_the_load_are_an_error_over_enough_seeds(self):
        heavy = "verdict['retries'] = 11"
        self.assertEqual(1, self.play(heavy, "--seeds", "1..20").returncode)
        self.assertEqual(0, self.play(heavy, "--seeds", "1..19").returncode)
        self.assertEqual(0, self.play("verdict['retries'] = 10", "--seeds", "1..20").returncode)

    def test_a_mark_that_no_seed_reached_is_told_and_an_error_when_wanted(self):
        never = "verdict['marks']['a clock set back'] = 0"
        ended = self.play(never, "--seeds", "1..2")
        self.assertEqual(0, ended.returncode)
        self.assertIn("1 of 2 reached, never: a clock set back", ended.stdout)
        self.assertEqual(1, self.play(never, "--seeds", "1..2", "--marks").returncode)

    def test_seeds_left_out_are_told_and_an_error_unless_a_part_is_enough(self):
        no_time = ["--seeds", "1..4", "--seconds", "0.000001"]
        ended = self.play("", *no_time)
        self.assertEqual(1, ended.returncode)
        self.assertIn("4 seeds were left out", ended.stdout)
        ended = self.play("", *no_time, "--part-is-enough")
        self.assertEqual(0, ended.returncode)
        self.assertIn("4 seeds were left out", ended.stdout)
        ended = self.play("", "--seeds", "1..4", "--seconds", "600")
        self.assertEqual(0, ended.returncode)
        self.assertNotIn("left out", ended.stdout)

    def test_narrowing_leaves_what_the_same_failure_needs(self):
        ended = self.play("""
if "crash" not in off and "1" in policies and "7" in instances and played.days >= 7:
    broken = 2
elif "lost" in off:
    broken = 5  # another failure is no reason to leave something out
""", "--seed", "9", "--narrow")
        self.assertEqual(1, ended.returncode)
        command = ended.stdout.splitlines()[-1].split()
        told = dict(zip(command[1::2], command[2::2]))
        self.assertEqual("9", told["--seed"])
        self.assertNotIn("crash", told["--off"].split(","))
        self.assertIn("outage", told["--off"].split(","))
        self.assertEqual("1", told["--policies"])
        self.assertEqual("7", told["--instances"])
        self.assertEqual("10", told["--days"])
        self.assertIn("what happened", ended.stdout)

    def test_narrowing_a_seed_that_breaks_nothing_says_so(self):
        ended = self.play("", "--seed", "4", "--narrow")
        self.assertEqual(0, ended.returncode)
        self.assertIn("seed 4 breaks nothing", ended.stdout)


if __name__ == "__main__":
    unittest.main()
