"""Measures what docs/bench.md calls the front door: front_door.py HARKEN [memory] [slow] [webhooks]

memory    resident memory of an idle server, a minute after its start
slow      how long a probe waits in the minute in which slowhttptest comes with 4,000 connections, beside how long without
webhooks  deliveries a second to a fast receiver; from event to arrival at healthy endpoints, alone and beside bad ones

HARKEN is the binary. Nothing but Python, and slowhttptest for `slow`, is needed.
"""

import asyncio
import base64
import http.client
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from urllib.parse import urlsplit

CONNECTIONS = 4000
MODES = {
    "headers (-H)": ["-H"],
    "bodies (-B)": ["-B"],
    "ranges (-R)": ["-R", "-a", "1", "-b", "3000"],
    "reads (-X)": ["-X", "-w", "10", "-y", "20", "-z", "32", "-k", "3"],
}
PASSWORD = "staple of long sentences"


class Harken:
    """A server on a new data folder."""

    def __init__(self, binary, **settings):
        self.folder = tempfile.TemporaryDirectory(prefix="harken-bench-")
        self.settings = {f"HARKEN__{name}": str(value) for name, value in settings.items()}
        self.command = lambda *arguments: [binary, "--data", self.folder.name, "--json", *arguments]
        self.write_key = self.run("key", "create")["key"]
        self.link = self.run("user", "create", "olga@example.com", "--name", "Olga", "--role", "owner")["link"]

    def run(self, *arguments):
        environment = os.environ | self.settings
        said = subprocess.run(self.command(*arguments), env=environment, check=True, capture_output=True)
        return json.loads(said.stdout)

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command("serve", "--listen", "127.0.0.1:0"),
            env=os.environ | self.settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.url = json.loads(self.process.stdout.readline())["listening"]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def log_in(self):
        choice = {"token": self.link.split("#")[1], "password": PASSWORD}
        self.asks("/api/v1/team/password-resets/acceptance", choice)
        credentials = {"email": "olga@example.com", "password": PASSWORD}
        answer = self.sends("/api/v1/team/sessions", credentials, {})
        self.cookie = answer.headers["set-cookie"].split(";")[0]

    def asks(self, path, body):
        text = self.sends(path, body, {"Cookie": getattr(self, "cookie", "")}).read()
        return json.loads(text) if text else None

    def sends(self, path, body, headers):
        headers |= {"Content-Type": "application/json", "Origin": self.url}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        return urllib.request.urlopen(request)

    def logs(self, events):
        key = base64.b64encode(f"{self.write_key}:".encode()).decode()
        self.sends("/v1/batch", {"batch": events}, {"Authorization": f"Basic {key}"}).read()

    def memory(self):
        """Resident, in megabytes."""
        with open(f"/proc/{self.process.pid}/status") as status:
            line = next(line for line in status if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


    def connections(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def quantile(values, share):
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def load():
    return f"load {os.getloadavg()[0]:.1f}"


def measure_memory(binary):
    with Harken(binary) as harken:
        harken.log_in()
        time.sleep(60)
        print(f"idle memory: {harken.memory():.1f} MB ({load()})")


def probe(url, seconds):
    """Milliseconds that requests take, a hundred a second, each over a connection of its own."""
    host, took = urlsplit(url).netloc, []
    due = time.monotonic()
    end = due + seconds
    while due < end:
        time.sleep(max(0, due - time.monotonic()))
        connection = http.client.HTTPConnection(host, timeout=30)
        connection.request("GET", "/readyz")
        connection.getresponse().read()
        connection.close()
        # Counted from when it was due, so that a stall shows in every request behind it.
        took.append((time.monotonic() - due) * 1000)
        due += 0.01
    return took


def measure_slow(binary):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    for name, mode in MODES.items():
        with Harken(binary) as harken:
            probe(harken.url, 5)
            alone = quantile(probe(harken.url, 60), 0.99)
            path = "/v1/batch" if "-B" in mode else "/api/reference"
            attack = ["slowhttptest", *mode, "-c", str(CONNECTIONS), "-r", "1000", "-l", "60", "-p", "30", "-i", "5"]
            attack = subprocess.Popen([*attack, "-u", harken.url + path], stdout=subprocess.PIPE, text=True)
            # All are there after four seconds. What is slow is cut ten seconds later, and readers after thirty.
            held, timers = [], []
            for moment in (5, 16, 45):
                timers.append(threading.Timer(moment, lambda: held.append((harken.connections(), harken.memory()))))
                timers[-1].start()
            beside = quantile(probe(harken.url, 60), 0.99)
            attack.communicate()
            seen = ", ".join(f"{connections} ({memory:.0f} MB)" for connections, memory in held)
            print(
                f"slow {name}: probe's p99 over a minute {alone:.1f} ms alone, {beside:.1f} ms beside, ratio"
                f" {beside / alone:.2f}; held after 5, 16 and 45 s: {seen} ({load()})"
            )


class Receivers:
    """Endpoints of all kinds on one port: the path says which."""

    def __init__(self):
        self.arrived = []
        self.loop = asyncio.new_event_loop()
        started = threading.Event()

        def run():
            self.loop.run_until_complete(self.start())
            started.set()
            self.loop.run_forever()

        threading.Thread(target=run, daemon=True).start()
        started.wait()

    async def start(self):
        server = await asyncio.start_server(self.attend, "127.0.0.1", 0)
        self.address = "127.0.0.1:%d" % server.sockets[0].getsockname()[1]

    async def attend(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = int(head.split("content-length: ")[1].split("\r\n")[0])
                body = await reader.readexactly(length)
                kind = head.split(" ")[1].split("/")[1]
                if kind == "healthy":
                    self.arrived.append((time.time(), body))
                    writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                    await writer.drain()
                else:
                    await self.misbehave(kind, writer)
        except (asyncio.IncompleteReadError, ConnectionError, IndexError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def misbehave(self, kind, writer):
        plain = {
            "fails": b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n",
            "redirects": b"HTTP/1.1 302 No\r\nlocation: http://127.0.0.1/\r\ncontent-length: 0\r\n\r\n",
            "gone": b"HTTP/1.1 410 No\r\ncontent-length: 0\r\n\r\n",
            "limits": b"HTTP/1.1 429 No\r\nretry-after: 3600\r\ncontent-length: 0\r\n\r\n",
        }
        if kind in plain:
            writer.write(plain[kind])
        elif kind == "blackhole":
            await asyncio.sleep(3600)
        else:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n")
            while kind == "endless":
                writer.write(b"x" * 65536)
                await writer.drain()
            while kind == "drips":
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(1)
        await writer.drain()
        if kind == "closes":
            raise ConnectionError


BAD = ["blackhole", "drips", "endless", "fails", "redirects", "gone", "limits", "closes"]


def event(number):
    properties = {"sent": time.time(), "number": number}
    return {"type": "track", "messageId": f"event-{number}", "userId": "ada", "event": "Ping", "properties": properties}


def sets_up(binary, receivers, healthy, bad):
    harken = Harken(binary, OUTBOUND__ALLOW=receivers.address).__enter__()
    harken.log_in()
    urls = [f"http://{receivers.address}/healthy/{number}" for number in range(healthy)]
    if bad:
        urls += [f"http://{receivers.address}/{kind}" for kind in BAD] + [f"https://{receivers.address}/tls"]
    for url in urls:
        harken.asks("/api/v1/actions/webhooks", {"url": url})
    return harken


def arrive(receivers, count, seconds):
    end = time.monotonic() + seconds
    while len(receivers.arrived) < count and time.monotonic() < end:
        time.sleep(0.05)


def measure_webhooks(binary):
    receivers = Receivers()
    for endpoints, events in [(1, 3000), (10, 500)]:
        receivers.arrived.clear()
        harken = sets_up(binary, receivers, endpoints, False)
        begun = time.time()
        harken.logs([event(number) for number in range(events)])
        arrive(receivers, endpoints * events, 120)
        took = max(moment for moment, _ in receivers.arrived) - begun
        count = len(receivers.arrived)
        print(f"webhooks: {count} deliveries to {endpoints} endpoints in {took:.1f} s, {count / took:.0f}/s ({load()})")
        harken.__exit__()
    for bad in (False, True):
        receivers.arrived.clear()
        harken = sets_up(binary, receivers, 41, bad)
        due = time.monotonic()
        for number in range(150):
            time.sleep(max(0, due - time.monotonic()))
            harken.logs([event(number)])
            due += 0.2
        arrive(receivers, 41 * 150, 120)
        waits = [moment - json.loads(body)["data"]["properties"]["sent"] for moment, body in receivers.arrived]
        print(
            f"webhooks: 5 events a second, 41 healthy endpoints{' and 9 bad ones' if bad else ''}: {len(waits)} of {41 * 150}"
            f" arrived, p50 {quantile(waits, 0.5):.2f} s, p99 {quantile(waits, 0.99):.2f} s;"
            f" {harken.memory():.1f} MB ({load()})"
        )
        harken.__exit__()


binary, *wanted = sys.argv[1:]
for name, measure in [("memory", measure_memory), ("slow", measure_slow), ("webhooks", measure_webhooks)]:
    if name in wanted or not wanted:
        measure(binary)
