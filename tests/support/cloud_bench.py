"""Figures of the simulated cloud itself: a world of many instances and images, asked over HTTP.
Times of requests are the simulator's own CPU time, so that they stand on a busy machine, too."""

import collections
import json
import pathlib
import socket
import subprocess
import time

from cloud_api import CloudApi
from stack import SECRET_ID, SECRET_KEY

REGION = "ap-guangzhou"

# The few come last, where a search through all would find them last.
WORLD = """
[limits]
images_per_region = 1000000
snapshots_base = 1000000
[[account]]
uin = "100000000001"
app_id = 1250000000
secret_id = "{id}"
secret_key = "{key}"
[[account.instances]]
count = {most}
id_prefix = "ins-w"
region = "ap-guangzhou"
tags = {{ tier = "load", owner = "operations" }}
[[account.instances]]
count = {few}
id_prefix = "ins-z"
region = "ap-guangzhou"
tags = {{ tier = "web", owner = "operations" }}
[[account.images]]
count = {most}
id_prefix = "img-w"
region = "ap-guangzhou"
description = "made by a policy"
tags = {{ tier = "load", owner = "operations" }}
[[account.images]]
count = {few}
id_prefix = "img-z"
region = "ap-guangzhou"
tags = {{ tier = "web", owner = "operations" }}
"""
FEW = 200


def cpu_seconds(pid):
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def tagged(value, offset=0):
    return {"Filters": [{"Name": "tag:tier", "Values": [value]}], "Offset": offset, "Limit": 100}


def requests_of(count):
    last = count - FEW - 100
    ids = [f"{number:07}" for number in range(1, count - FEW, (count - FEW) // 100)][:100]
    return {
        "DescribeInstances, 100 ids": (
            "DescribeInstances", {"InstanceIds": [f"ins-w{i}" for i in ids], "Limit": 100}),
        "DescribeInstances, first page": ("DescribeInstances", {"Limit": 100}),
        "DescribeInstances, last page": (
            "DescribeInstances", {"Offset": count - 100, "Limit": 100}),
        "DescribeInstances, last page of a common tag": (
            "DescribeInstances", tagged("load", last)),
        "DescribeInstances, a rare tag": ("DescribeInstances", tagged("web")),
        "DescribeImages, 100 ids": (
            "DescribeImages", {"ImageIds": [f"img-w{i}" for i in ids], "Limit": 100}),
        "DescribeImages, last page": ("DescribeImages", {"Offset": count - 100, "Limit": 100}),
        "DescribeImages, last page of a common tag": ("DescribeImages", tagged("load", last)),
        "DescribeImages, by part of a name": (
            "DescribeImages", {"Filters": [{"Name": "image-name", "Values": ["w00500"]}]}),
        "DescribeImageQuota": ("DescribeImageQuota", {}),
        "DescribeSnapshots, last page": (
            "DescribeSnapshots", {"Offset": count - 100, "Limit": 100}),
    }


class Client:
    """Signed requests sent back to back on one connection; the answers are counted."""

    def __init__(self, url):
        self.api = CloudApi(url, SECRET_ID, SECRET_KEY)
        address, port = url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((address, int(port)))
        self.file = self.socket.makefile("rb")

    def prepare(self, action, params):
        service = "cbs" if "Snapshot" in action else "cvm"
        headers, body = self.api.signed(action, REGION, params, service)
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST / HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()

    def answer(self):
        length = 0
        while (line := self.file.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        response = json.loads(self.file.read(length))["Response"]
        if "Error" in response:
            raise SystemExit(response["Error"]["Code"] + ": " + response["Error"]["Message"])
        return response

    def ask(self, requests):
        for request in requests:
            self.socket.sendall(request)
            self.answer()


def measure_cloud(build, folder, table, count):
    world = pathlib.Path(folder) / "large.toml"
    world.write_text(WORLD.format(id=SECRET_ID, key=SECRET_KEY, most=count - FEW, few=FEW))
    begin = time.perf_counter()
    # So fast that no rate limit is felt.
    cloud = subprocess.Popen(
        [str(pathlib.Path(build) / "tests/cloudsim/cvmcloudsim"), "--world", str(world),
         "--speed", "100000"], stdout=subprocess.PIPE, text=True)
    try:
        url = cloud.stdout.readline().split()[-1]
        ready = time.perf_counter() - begin
        table.row(f"world of {count} instances, {count} images: ready",
                  f"{ready:.2f} s", floor=f"{cpu_seconds(cloud.pid):.2f} s of CPU")
        report(cloud.pid, Client(url), table, count)
    finally:
        cloud.terminate()
        cloud.wait()


def report(pid, client, table, count):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    memory = {line.split(":")[0]: int(line.split()[1]) for line in status.splitlines()
              if line.startswith("Vm")}
    table.row("  resident memory", f"{memory['VmRSS'] / 1024:.0f} MB",
              floor=f"{memory['VmHWM'] / 1024:.0f} MB at the most")

    def each(what, requests):
        before = cpu_seconds(pid)
        client.ask(requests)
        took = (cpu_seconds(pid) - before) / len(requests)
        table.row("  " + what, f"{took * 1000:.2f} ms", floor="CPU of the simulator, each")
        return took

    for what, (action, params) in requests_of(count).items():
        each(what, [client.prepare(action, params)] * 20)
    creations = [
        client.prepare("CreateImage", {"InstanceId": f"ins-w{number:07}", "ImageName": "bench"})
        for number in range(1, 201)]
    each("CreateImage", creations)
    one = client.prepare("DescribeInstances", {"InstanceIds": ["ins-w0000001"]})
    repeated = 5000
    begin = time.perf_counter()
    took = each("one instance, over and over", collections.deque([one] * repeated))
    table.row("  requests a second, one connection",
              f"{repeated / (time.perf_counter() - begin):.0f}",
              floor=f"{1 / took:.0f} a second of its CPU; the rest is the client")
