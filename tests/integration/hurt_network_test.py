#!/usr/bin/env python3
"""What is between the real daemon and the cloud fails: DNS is silent or refuses, no authority is
there to trust a certificate by. The daemon says what is wrong, answers and stops in time, sends
nothing to whom it cannot trust, and goes on when it is mended.

usage: hurt_network_test.py BUILD
"""

import os
import pathlib
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from door import Door  # noqa: E402
from hurt_process_test import end, play_all, wait_until  # noqa: E402

NAME = "cloud.test"
REFUSED = 2  # SERVFAIL
STOP_SECONDS = 20


class NameServer:
    """Answers all questions alike: not at all, with an error, or that it is this machine."""

    def __init__(self, folder):
        self.mode = "silent"
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # One of this machine's many loopback addresses that nobody else uses.
        self.address = f"127.{os.getpid() // 250 % 250 + 1}.{os.getpid() % 250 + 1}.53"
        self.socket.bind((self.address, 53))
        self.resolv = folder / "resolv.conf"
        self.resolv.write_text(f"nameserver {self.address}\n")
        self.switch = folder / "nsswitch.conf"
        self.switch.write_text("hosts: dns\n")
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            question, peer = self.socket.recvfrom(4096)
            self.asked.append(question)
            if self.mode == "silent":
                continue
            end = question.index(b"\0", 12) + 5
            is_ipv4 = question[end - 4:end - 2] == b"\0\1"
            found = self.mode == "answers" and is_ipv4
            code = REFUSED if self.mode == "refuses" else 0
            answer = question[:2] + bytes([0x81, 0x80 | code, 0, 1, 0, found, 0, 0, 0, 0])
            answer += question[12:end]
            if found:
                answer += b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + bytes([127, 0, 0, 1])
            self.socket.sendto(answer, peer)

    def under(self):
        """The daemon alone asks it."""
        script = (f'mount --bind "{self.resolv}" /etc/resolv.conf && '
                  f'mount --bind "{self.switch}" /etc/nsswitch.conf && exec "$@"')
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]


def ask_at_once(cycle):
    began = time.monotonic()
    cycle.expect(cycle.stack.ask("status"), "it answers meanwhile")
    cycle.expect(time.monotonic() - began < 2, "at once", time.monotonic() - began)


def no_names(cycle):
    """DNS is silent, then refuses, then is well again."""
    names = NameServer(cycle.stack.folder)
    port = cycle.url.rsplit(":", 1)[1]
    cycle.stack.write_settings(f"http://{NAME}:{port}", {"web.toml": cycle.policy})
    daemon = cycle.start_daemon(names.under())
    cycle.stack.wait_until_ready(daemon)
    wait_until(lambda: names.asked, "a name is asked for")
    ask_at_once(cycle)
    began = time.monotonic()
    daemon.terminate()
    cycle.expect(daemon.wait(timeout=STOP_SECONDS + 10) == 0, "it stops in good order")
    cycle.expect(time.monotonic() - began < STOP_SECONDS + 2, "and in time",
                 time.monotonic() - began)
    names.mode = "refuses"
    restarted = cycle.now()
    daemon = cycle.start_daemon(names.under())
    cycle.stack.wait_until_ready(daemon)
    wait_until(lambda: f"the name {NAME} cannot be resolved" in cycle.stack.daemon_log(),
               "it says that the name cannot be resolved")
    ask_at_once(cycle)
    names.mode = "answers"
    end(cycle, daemon, restarted)


def unknown_to_all(folder):
    """A certificate for this machine, and what to serve by it."""
    certificate, key = folder / "door.pem", folder / "door.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "3650", "-subj", "/CN=door",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                    "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context


def no_authorities(cycle):
    """ca-certificates are missing, and installed while the daemon runs."""
    certificate, context = unknown_to_all(cycle.stack.folder)
    door = Door(cycle.url, context)
    cycle.stack.write_settings(door.url, {"web.toml": cycle.policy})
    authorities = cycle.stack.folder / "certs"
    authorities.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"}
    daemon = cycle.start_daemon(env={**environment, "SSL_CERT_DIR": str(authorities)})
    cycle.stack.wait_until_ready(daemon)
    wait_until(lambda: "is not trusted" in cycle.stack.daemon_log(), "it says so")
    said = cycle.stack.daemon_log()
    cycle.expect("check" in said and "ca-certificates" in said, "and what to do", said)
    ask_at_once(cycle)
    cycle.expect(door.refused > 0 and door.received == 0 and not cycle.stack.requests(),
                 "it sends nothing to whom it cannot trust", door.received)
    (authorities / "door.pem").write_bytes(certificate.read_bytes())
    subprocess.run(["openssl", "rehash", authorities], check=True, capture_output=True)
    end(cycle, daemon)
    cycle.expect(door.received > 0, "the cloud was reached through the door")


SCENES = [no_names, no_authorities]


def main():
    play_all(sys.argv[1], SCENES)


if __name__ == "__main__":
    main()
