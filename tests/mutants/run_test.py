#!/usr/bin/env python3
"""tests/mutants/run: what counts as found and what does not, with scripts in place of detectors."""
import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import stat
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
LOADER = importlib.machinery.SourceFileLoader("mutants", str(HERE / "run"))
mutants = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutants", LOADER))
LOADER.exec_module(mutants)

PATCH = """Breaks promise 4: nothing, really.
Found by: {detector}

diff --git a/file b/file
--- a/file
+++ b/file
@@ -1 +1 @@
-one
+two
"""
CALM = '{"seed": 1, "days": 30}'


class Tree:
    """A tree whose detectors are shell scripts, and which needs no build."""

    def __init__(self, path, script, text="one\n"):
        self.path = path
        (path / "file").write_text(text)
        for place in ("simulation/cvmsimulate", "unit/rules/rules_test"):
            program = path / "build/release/tests" / place
            program.parent.mkdir(parents=True)
            program.write_text("#!/bin/sh\n" + script)
            program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def reset(self):
        pass

    def build(self, target):
        pass


class Run(unittest.TestCase):
    def setUp(self):
        mutants.SECONDS = 1

    def found(self, script, detector="simulation", text="one\n"):
        """Whether the bug counts as found, and the table."""
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory).resolve()
            patch = path / "quiet.patch"
            patch.write_text(PATCH.format(detector=detector))
            tree = path / "tree"
            tree.mkdir()
            results = mutants.Results(1)
            with contextlib.redirect_stdout(io.StringIO()):
                mutants.try_bug(Tree(tree, script, text), mutants.Bug(patch), 30, results)
            return not results.missed, results.table()

    def test_a_bug_that_breaks_nothing_is_not_found(self):
        found, table = self.found(f"while true; do echo '{CALM}'; done")
        self.assertFalse(found)
        self.assertIn("0 of 1 bugs found, not: quiet", table)
        self.assertFalse(self.found("exit 0", "rules_test")[0])

    def test_a_broken_promise_is_found(self):
        found, table = self.found(
            f"""echo '{CALM}'; echo '{{"seed": 2, "promise": 4, "broken": "gone"}}'""")
        self.assertTrue(found)
        self.assertIn("promise 4, seed 2: gone", table)

    def test_a_failed_test_is_found_by_its_name(self):
        found, table = self.found(
            "echo '[  FAILED  ] Pins.Hold (3 ms)'; exit 1", "rules_test --gtest_filter=Pins.*")
        self.assertTrue(found)
        self.assertIn("| Pins.Hold |", table)

    def test_a_crash_is_found(self):
        self.assertTrue(self.found("kill -ABRT $$")[0])
        self.assertTrue(self.found("kill -ABRT $$", "rules_test")[0])

    def test_what_is_found_too_late_is_not_found(self):
        found, _ = self.found("while true; do :; done", "rules_test")
        self.assertFalse(found)

    def test_a_patch_that_does_not_apply_is_not_found(self):
        found, table = self.found("kill -ABRT $$", text="three\n")
        self.assertFalse(found)
        self.assertIn("does not apply", table)


if __name__ == "__main__":
    unittest.main()
