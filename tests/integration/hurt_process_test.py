#!/usr/bin/env python3
"""What is done to the real daemon from outside in mid-backup: stopped for long, a second one
started beside it, its bus restarted, a reload with files that are no settings. Each time the cycle
of backups ends as if nothing had been, and what is refused is refused in words.

usage: hurt_process_test.py BUILD
"""

import concurrent.futures
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from cycle import Cycle, Wrong  # noqa: E402
from stack import rows  # noqa: E402

UNAVAILABLE = 69
BAD_CONFIGURATION = 78
AT_ONCE = 3  # seconds; it takes a fraction of one where nothing else uses the processors


def wait_until(condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Wrong(f"{what}: not within {seconds} s")
        time.sleep(0.05)


def begin(cycle, made=1):
    """A daemon in mid-backup: the first images are being made."""
    daemon = cycle.start_daemon()
    cycle.stack.wait_until_ready(daemon)
    wait_until(lambda: cycle.made("CreateImage") >= made, "the first image is being made")
    return daemon


def end(cycle, daemon, restarted=""):
    cycle.finish(daemon)
    cycle.check_after(restarted)
    daemon.terminate()
    cycle.expect(daemon.wait(timeout=30) == 0, "it stops in good order")
    cycle.check_catalog_file()


def stopped_for_minutes(cycle):
    """SIGSTOP and SIGCONT, five simulated minutes each, all along the cycle."""
    daemon = begin(cycle)
    for _ in range(4):
        daemon.send_signal(signal.SIGSTOP)
        time.sleep(0.5)
        daemon.send_signal(signal.SIGCONT)
        time.sleep(0.1)
    end(cycle, daemon)


def stopped_past_the_fence(cycle):
    """Forty simulated minutes, past the next firing, which it makes up for."""
    daemon = begin(cycle)
    daemon.send_signal(signal.SIGSTOP)
    time.sleep(4)
    daemon.send_signal(signal.SIGCONT)
    end(cycle, daemon)


def second_on_the_same_bus(cycle):
    daemon = begin(cycle)
    second = cycle.start_daemon()
    status = second.wait(timeout=AT_ONCE)
    said = cycle.say()
    cycle.expect(status != 0, "the second is refused", status)
    cycle.expect("another cvmbackupd" in said, "it says that there is another one", said)
    end(cycle, daemon)


def second_with_the_same_catalog(cycle):
    """On a bus of its own, so that only the catalog's lock can tell."""
    daemon = begin(cycle)
    before = cycle.stack.bus
    cycle.stack.bus = f"unix:path={cycle.stack.folder}/bus2"
    other = cycle.stack.folder / "bus2.conf"
    other.write_text((cycle.stack.folder / "bus.conf").read_text().replace("/bus<", "/bus2<"))
    bus = cycle.stack.start(["dbus-daemon", "--nofork", "--print-address",
                             f"--config-file={other}"], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    bus.stdout.readline()
    second = cycle.start_daemon()
    status, said = second.wait(timeout=AT_ONCE), cycle.say()
    cycle.expect(status == 1, "the second is refused", status)
    cycle.expect("another cvmbackupd uses it" in said and str(cycle.catalog) in said,
                 "it names the catalog and who uses it", said)
    cycle.stack.bus = before
    end(cycle, daemon)


def bus_restarted(cycle):
    """It ends as unavailable, for systemd to start it again; the backups go on."""
    daemon = begin(cycle)
    bus = cycle.stack.processes[0]
    bus.terminate()
    bus.wait(timeout=10)
    status = daemon.wait(timeout=10)
    cycle.expect(status == UNAVAILABLE, "it ends as unavailable", status)
    cycle.expect("message bus was lost" in cycle.say(), "it says why")
    # sdbus-c++ 1.2 forgets an sd_bus that could not connect; that leak is not ours.
    lonely = cycle.start_daemon(env={**os.environ, "LSAN_OPTIONS": "detect_leaks=0"})
    cycle.expect(lonely.wait(timeout=10) == UNAVAILABLE, "without a bus it does not start")
    cycle.expect("is a message bus running there" in cycle.say(), "it says why")
    cycle.stack.start_bus()
    restarted = cycle.now()
    daemon = cycle.start_daemon()
    cycle.stack.wait_until_ready(daemon)
    end(cycle, daemon, restarted)


def half_written(text):
    return text[:len(text) // 2].encode()


def reloaded_with_rubbish(cycle):
    """Nothing changes, and the answer names the file."""
    daemon = begin(cycle)
    folder = cycle.stack.folder / "config" / "policies.d"
    good = (folder / "web.toml").read_text()
    files = {
        "broken.toml": b"[policy.web\nschedule = ",
        "half.toml": half_written(good.replace("policy.web", "policy.half")),
        "binary.toml": os.urandom(4096),
        "null.toml": b"\0" * 4096,
        "device.toml": None,
        "huge.toml": b"#" + b"x" * 100_000_000,
    }
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.symlink_to("/dev/zero")
        else:
            path.write_bytes(content)
            path.chmod(0o600)
        began = time.monotonic()
        answer = cycle.stack.ctl("reload")
        cycle.expect(answer.returncode == BAD_CONFIGURATION, f"{name} is refused", answer)
        cycle.expect(name in answer.stderr, "the answer names the file", answer.stderr[:500])
        cycle.expect(len(answer.stderr) < 20_000, f"{name} is told in few words")
        cycle.expect(time.monotonic() - began < 5, f"{name} does not keep it from its work")
        names = [policy["name"] for policy in rows(cycle.stack.ask("policies"))]
        cycle.expect(names == ["web"], "the policies stay as they were", names)
        path.unlink()
    cycle.expect(cycle.stack.ctl("reload").returncode == 0, "good settings are taken")
    end(cycle, daemon)


SCENES = [stopped_for_minutes, stopped_past_the_fence, second_on_the_same_bus,
          second_with_the_same_catalog, bus_restarted, reloaded_with_rubbish]


def play(build, scene, options):
    with Cycle(build, **options) as cycle:
        try:
            scene(cycle)
        except (Wrong, SystemExit, subprocess.TimeoutExpired) as problem:
            return f"{problem}\n{cycle.say()}"
    return ""


def play_all(build, scenes, options=None):
    """`options`: of the cycle, by scene."""
    options = options or {}
    wrong = False
    with concurrent.futures.ThreadPoolExecutor(4) as crew:
        problems = crew.map(lambda scene: play(build, scene, options.get(scene, {})), scenes)
        for scene, problem in zip(scenes, problems):
            print(f"FAILED: {scene.__name__}: {problem}" if problem else f"ok: {scene.__name__}",
                  flush=True)
            wrong = wrong or bool(problem)
    sys.exit(wrong)


def main():
    play_all(sys.argv[1], SCENES)


if __name__ == "__main__":
    main()
