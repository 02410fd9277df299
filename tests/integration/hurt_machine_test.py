#!/usr/bin/env python3
"""What the machine under the real daemon does to it in mid-backup: no descriptor is left, calls are
interrupted and cut short, the disk is slow, the machine sleeps, journald hangs or is not there.
Each time the cycle of backups ends as if nothing had been.

usage: hurt_machine_test.py BUILD
"""

import os
import pathlib
import resource
import signal
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from cycle import SPEED  # noqa: E402
from door import Door  # noqa: E402
from hurt_process_test import end, play_all, wait_until  # noqa: E402
from syscalls_test import strace  # noqa: E402


def preloaded(cycle, library, **variables):
    path = cycle.stack.build / "tests" / "integration" / f"lib{library}.so"
    return {**os.environ, "LD_PRELOAD": str(path),
            **{name: str(value) for name, value in variables.items()}}


def numbers_in(path):
    content = path.read_bytes()
    return struct.unpack(f"={len(content) // 8}q", content)


def write_numbers(path, *numbers):
    # In place and at once: a program has the file mapped.
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(file, struct.pack(f"={len(numbers)}q", *numbers))
    os.close(file)


def metrics_page(cycle):
    """All that is sent: the length is the peer's word against what came."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(20)
        peer.connect(str(cycle.stack.folder / "metrics"))
        peer.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: peer.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                  if line.startswith(b"content-length:"))
    cycle.expect(length == len(body), "the page of metrics is whole", f"{length} {len(body)}")
    return body.decode()


def cpu_seconds(daemon):
    words = pathlib.Path(f"/proc/{daemon.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def no_descriptor_left(cycle):
    """It says so, does not spin, and goes on when there are some again."""
    door = Door(cycle.url)
    cycle.stack.write_settings(door.url, {"web.toml": cycle.policy})
    daemon = cycle.start_daemon()
    cycle.stack.wait_until_ready(daemon)
    soft, hard = resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE)
    # What it has stays open, but for what it closes it gets no other.
    resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, (3, hard))
    before, cpu = time.monotonic(), cpu_seconds(daemon)
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.connect(str(cycle.stack.folder / "metrics"))
        door.slam()
        wait_until(lambda: "Too many open files" in cycle.stack.daemon_log(), "it says so")
        cycle.expect(cycle.stack.ask("status"), "it answers all the same")
        wait_until(lambda: time.monotonic() > before + 1, "a while goes by")
    spent = (cpu_seconds(daemon) - cpu) / (time.monotonic() - before)
    cycle.expect(spent < 0.5, "it does not spin", f"{spent:.0%} of a processor")
    resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, (soft, hard))
    cycle.expect("cvmbackup_" in metrics_page(cycle), "its metrics can be read again")
    end(cycle, daemon)


def interrupted_and_short(cycle):
    """short_calls.cpp, all along the cycle."""
    counters = cycle.stack.folder / "short_calls"
    write_numbers(counters, 0, 0)
    daemon = cycle.start_daemon(env=preloaded(cycle, "short_calls", SHORT_CALLS=counters))
    cycle.stack.wait_until_ready(daemon)
    for _ in range(3):
        metrics_page(cycle)
    end(cycle, daemon)
    cycle.expect(min(numbers_in(counters)) > 50, "calls were interrupted and cut",
                 numbers_in(counters))


class Watchdog:
    """systemd's side of it: when the daemon said that it is well."""

    def __init__(self, folder, seconds):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(folder / "notify"))
        self.environment = {"NOTIFY_SOCKET": str(folder / "notify"),
                            "WATCHDOG_USEC": str(int(seconds * 1e6))}
        self.fed = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        while words := self.socket.recv(4096):
            if b"WATCHDOG=1" in words:
                self.fed.append(time.monotonic())

    def longest_gap(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.socket.getsockname())
        self.reader.join(timeout=10)
        self.socket.close()
        return max(later - earlier for earlier, later in zip(self.fed, self.fed[1:]))


def slow_disk(cycle):
    """Each tenth sync takes a second, ten simulated minutes: systemd's watchdog is fed in time."""
    watchdog = Watchdog(cycle.stack.folder, 4)
    slowly = strace("/dev/null", "-e", "trace=fdatasync",
                    "-e", "inject=fdatasync:delay_enter=1000000:when=10+10")
    daemon = cycle.start_daemon(slowly, env={**os.environ, **watchdog.environment})
    cycle.stack.wait_until_ready(daemon)
    end(cycle, daemon)
    gap = watchdog.longest_gap()
    cycle.expect(gap < 4, "the watchdog was fed in time", f"{gap:.1f} s between")


def sleep_file(cycle):
    return cycle.stack.folder / "wrong_clock"


def of_sleeping_machine(cycle):
    write_numbers(sleep_file(cycle), 0, 0)
    return preloaded(cycle, "wrong_clock", WRONG_CLOCK=sleep_file(cycle))


def machine_sleeps(cycle):
    """Two hours pass for the cloud and all clocks but the one that stands still then: what was
    under way ends, and the firing of meanwhile is made up for."""
    daemon = cycle.start_daemon(env=of_sleeping_machine(cycle))
    cycle.stack.wait_until_ready(daemon)
    wait_until(lambda: cycle.made("CreateImage") >= 1, "the first image is being made")
    daemon.send_signal(signal.SIGSTOP)
    asleep = round(7200 / SPEED * 1e9)
    write_numbers(sleep_file(cycle), asleep, asleep)
    daemon.send_signal(signal.SIGCONT)
    cycle.began -= asleep / 1e9
    end(cycle, daemon)


class Journald:
    """Its socket, and the lines that were taken from there; hung, it takes none."""

    def __init__(self, folder):
        (folder / "journal").mkdir()
        self.folder = folder
        self.path = folder / "journal" / "socket"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))

    def environment(self):
        """stderr is the journal's stream."""
        log = self.folder / "daemon.log"
        log.touch()
        return {**os.environ, "JOURNAL_STREAM": f"{log.stat().st_dev}:{log.stat().st_ino}"}

    def under(self):
        """A file system /run of the daemon's own, which has nothing but the journal's socket."""
        script = ('mount -t tmpfs none /run && mkdir -p /run/systemd && '
                  f'ln -s "{self.folder}/journal" /run/systemd/journal && exec "$@"')
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]

    def lines(self):
        """What has come since the last time."""
        taken = []
        self.socket.setblocking(False)
        while True:
            try:
                taken.append(self.socket.recv(1_000_000).decode().split("\n")[0])
            except BlockingIOError:
                return taken


def journald_hangs(cycle):
    """Lines are lost, which it says when they are taken again; it does not wait for that."""
    journald = Journald(cycle.stack.folder)
    daemon = cycle.start_daemon(journald.under(), env=journald.environment())
    cycle.stack.wait_until_ready(daemon)
    cycle.expect(any("is ready" in line for line in journald.lines()), "it writes to the journal")
    cycle.finish(daemon)
    cycle.check_after("")
    taken = len(journald.lines())
    daemon.terminate()
    cycle.expect(daemon.wait(timeout=30) == 0, "it stops in good order")
    after = journald.lines()
    cycle.expect(any("did not take" in line for line in after), "it says that lines were lost",
                 f"{taken} {after}")
    cycle.check_catalog_file()


def journald_is_gone(cycle):
    journald = Journald(cycle.stack.folder)
    journald.path.unlink()
    daemon = cycle.start_daemon(journald.under(), env=journald.environment())
    cycle.stack.wait_until_ready(daemon)
    end(cycle, daemon)


SCENES = [no_descriptor_left, interrupted_and_short, slow_disk, machine_sleeps, journald_hangs,
          journald_is_gone]
# To look at an object's type UBSan opens a pipe, and takes it for a wrong one when that fails.
if "undefined" in os.environ.get("CVMBACKUP_SANITIZE", ""):
    SCENES.remove(no_descriptor_left)


def main():
    play_all(sys.argv[1], SCENES, {machine_sleeps: {"cloud_env": of_sleeping_machine}})


if __name__ == "__main__":
    main()
