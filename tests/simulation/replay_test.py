#!/usr/bin/env python3
"""usage: replay_test.py PROGRAM [PROGRAM…]

A seed is the same events again, whatever lies in memory, and in programs of other builds.
"""
import json
import os
import subprocess
import sys


def digest(program, environment, *options):
    command = [program, "--first", "7", "--days", "12", *options]
    ended = subprocess.run(command, capture_output=True, text=True, check=False,
                           env={**os.environ, **environment})
    return json.loads(ended.stdout.splitlines()[-1])["digest"]


def main():
    program, *others = sys.argv[1:]
    first = digest(program, {})
    again = digest(program, {"MALLOC_PERTURB_": "165", "MALLOC_CONF": "junk:true",
                             "TZ": "Pacific/Auckland", "LC_ALL": "C"})
    traced = digest(program, {}, "--trace")
    smaller = digest(program, {}, "--fleet", "2")
    if not first == again == traced:
        sys.exit(f"the same seed gave {first}, {again} and {traced}")
    if smaller == first:
        sys.exit("the digest does not tell two different runs apart")
    for other in others:
        its = digest(other, {"LLVM_PROFILE_FILE": "/dev/null"})
        if its != first:
            sys.exit(f"the same seed gave {first} in {program} and {its} in {other}")
    print(f"digest {first}, {3 + len(others)} times")


if __name__ == "__main__":
    main()
