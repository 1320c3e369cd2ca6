"""Deployments of the sandbox with containers, under load on loopback: python bench/containers.py [--requests 2000] [CASE ...]

Twenty requests a second, half on new connections and half on kept ones, beside a request of twenty seconds and a WebSocket. The
client repeats nothing, nor does the proxy. A request failed if its status was not 200, its connection broke, or it took over
5 s. Each one has a number, which must stand exactly once in the application's logs. Needs what the tests need.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT)]

from container_world import HOST, ContainerWorld, start  # noqa: E402
from harness import docker, make  # noqa: E402

RATE, LIMIT, SLOW = 20, 5.0, 20
REPOSITORY = "orchestrate-bench.example/web"


@dataclass
class Load:
    """Requests to one path until it is told to end, and what became of them."""

    port: int
    path: str
    host: str = HOST
    ca: str = ""  # the sandbox's authority, for HTTPS
    results: Counter[str] = field(default_factory=Counter)
    ended: threading.Event = field(default_factory=threading.Event)
    numbers: list[int] = field(default_factory=list)

    def go(self) -> None:
        """Kept connections are one for each of ten workers, and a worker has one request at a time."""
        kept = [Kept(self) for _ in range(10)]
        with ThreadPoolExecutor(60) as pool:
            for number in range(10**9):
                if self.ended.is_set():
                    return
                self.numbers.append(number)
                worker = kept[number // 2 % 10]
                pool.submit(worker.ask if number % 2 else self.ask_anew, number)
                time.sleep(1 / RATE)

    def target(self, number: int) -> str:
        return f"{self.path}?number={number}"

    def connection(self) -> http.client.HTTPConnection:
        if not self.ca:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
        return Secure(
            f"{self.host}.localhost", self.port, timeout=LIMIT, context=ssl.create_default_context(cafile=self.ca)
        )

    def ask_anew(self, number: int) -> None:
        connection = self.connection()
        self.note(connection, number)
        connection.close()

    def note(self, connection: http.client.HTTPConnection, number: int) -> None:
        began = time.monotonic()
        try:
            connection.request("GET", self.target(number), headers={"Host": f"{self.host}.localhost:{self.port}"})
            answer = connection.getresponse()
            answer.read()
            late = time.monotonic() - began > LIMIT
            self.results["late" if late else str(answer.status)] += 1
        except (OSError, http.client.HTTPException) as error:
            self.results[type(error).__name__] += 1
            connection.close()

    @property
    def failed(self) -> int:
        return sum(number for result, number in self.results.items() if result != "200")


class Secure(http.client.HTTPSConnection):
    """To this machine, whatever the resolver makes of ``*.localhost``."""

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), LIMIT)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


class Kept:
    """A connection that is used again and again; one that the server announced to close is opened anew."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._connection = load.connection()

    def ask(self, number: int) -> None:
        with self._lock:
            self._load.note(self._connection, number)


@dataclass
class Long:
    """A request of twenty seconds and a WebSocket that says something each second, over and over."""

    load: Load
    results: Counter[str] = field(default_factory=Counter)

    def slow(self) -> None:
        while not self.load.ended.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.load.port, timeout=SLOW + 10)
            try:
                host = {"Host": f"{HOST}.localhost:{self.load.port}"}
                connection.request("GET", f"/slow?seconds={SLOW}", headers=host)
                answer = connection.getresponse()
                answer.read()
                self.results[f"slow {answer.status}"] += 1
            except (OSError, http.client.HTTPException) as error:
                self.results[f"slow {type(error).__name__}"] += 1

    def websocket(self) -> None:
        """For twenty seconds each; then it closes itself, as a client does."""
        while not self.load.ended.is_set():
            try:
                self._talk()
                self.results["websocket 200"] += 1
            except (OSError, ValueError) as error:
                self.results[f"websocket {error}"] += 1
                time.sleep(0.5)

    def _talk(self) -> None:
        with socket.create_connection(("127.0.0.1", self.load.port), LIMIT) as there:
            asked = f"GET /websocket HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            there.sendall(
                f"{asked}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            if b" 101 " not in there.recv(4096):
                raise ValueError("was refused")
            for _ in range(SLOW):
                there.sendall(b"\x81\x82\x00\x00\x00\x00hi")
                if there.recv(4)[-2:] != b"hi":
                    raise ValueError("ended early")
                time.sleep(1)

    @property
    def failed(self) -> int:
        return sum(n for result, n in self.results.items() if not result.endswith(" 200"))


class Logs:
    """What every container of a sandbox printed, read as it comes: a stopped one is removed. ``containers``: those that run."""

    def __init__(self, containers: Callable[[], list[str]]) -> None:
        self._containers = containers
        self._followed: dict[str, subprocess.Popen[bytes]] = {}
        self._files: list[Path] = []
        self._folder = Path(tempfile.mkdtemp(prefix="orchestrate-bench-"))

    def follow(self, ended: threading.Event) -> None:
        while not ended.is_set():
            for container in set(self._containers()) - self._followed.keys():
                file = self._folder / container
                self._files.append(file)
                with file.open("wb") as out:
                    self._followed[container] = subprocess.Popen(
                        ["docker", "logs", "-f", container], stdout=out, stderr=out
                    )
            time.sleep(0.2)

    def times(self, path: str) -> Counter[int]:
        found = b"".join(file.read_bytes() for file in self._files).decode(errors="replace")
        return Counter(map(int, re.findall(rf"GET {re.escape(path)}\?number=(\d+)\n", found)))

    def close(self) -> None:
        for process in self._followed.values():
            process.terminate()


@contextmanager
def under_load(world: ContainerWorld, path: str, requests: int, long: bool = True) -> Iterator[tuple[Load, Long, Logs]]:
    """The load goes on after the block until there were so many requests."""
    with loaded(Load(world.port, path), world.containers, requests, long) as found:
        yield found


@contextmanager
def loaded(
    load: Load, containers: Callable[[], list[str]], requests: int, long: bool
) -> Iterator[tuple[Load, Long, Logs]]:
    logs, beside, watched = Logs(containers), Long(load), threading.Event()
    work: list[Callable[[], None]] = [load.go, *([beside.slow, beside.websocket] if long else [])]
    threads = [threading.Thread(target=each) for each in work]
    follower = threading.Thread(target=logs.follow, args=(watched,))
    for thread in (follower, *threads):
        thread.start()
    time.sleep(2)
    try:
        yield load, beside, logs
        while len(load.numbers) < requests:
            time.sleep(0.5)
    finally:
        load.ended.set()
        for thread in threads:
            thread.join()
        time.sleep(1)
        watched.set()
        follower.join()
        logs.close()


def row(name: str, load: Load, beside: Long, logs: Logs, seconds: float) -> str:
    counted = logs.times(load.path)
    good = load.results["200"]
    once = sum(1 for number in load.numbers if counted[number] == 1)
    wrong = {result: n for result, n in (load.results + beside.results).items() if "200" not in result}
    long = f"{beside.failed:5} of {sum(beside.results.values()):2}"
    said = f"{name:34} {len(load.numbers):6} {load.failed:7} {long:>11} {once:7} {seconds:7.1f} s"
    return f"{said}  {wrong or ''}" + ("" if once >= good else f"  MISSING IN LOGS: {good - once}")


def deployed(world: ContainerWorld, name: str, build: str) -> float:
    """Until the deployment ended, one way or the other."""
    world.deploy(name, build)
    return world.until(lambda: world.is_steady(name), 240)


def good(world: ContainerWorld, requests: int) -> str:
    world.service("good", path="*", desired=2)
    with under_load(world, "/good", requests) as (load, beside, logs):
        seconds = deployed(world, "good", "2")
    return row("build 1 -> 2", load, beside, logs, seconds)


def bad(build: str) -> Callable[[ContainerWorld, int], str]:
    def case(world: ContainerWorld, requests: int) -> str:
        world.service(f"bad-{build}", path="*", desired=2)
        with under_load(world, f"/bad-{build}", requests // 4) as (load, beside, logs):
            seconds = deployed(world, f"bad-{build}", build)
        return row(f"build {build}, rolled back", load, beside, logs, seconds)

    return case


def killed(world: ContainerWorld, requests: int) -> str:
    world.service("killed", path="*", desired=2)
    with under_load(world, "/killed", 200, long=False) as (load, beside, logs):
        victim = world.of("killed")[0]
        docker("kill", victim)
        healthy = ["healthy", "healthy"]
        seconds = world.until(lambda: victim not in world.of("killed") and world.states("killed") == healthy)
    return row("one of two tasks killed", load, beside, logs, seconds)


def undrained(world: ContainerWorld, requests: int) -> str:
    """The meter is not deaf: without a deregistration delay and with a stop timeout of 1 s something must fail."""
    world.service("undrained", path="*", desired=2)
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "0"}
    world.elb.modify_target_group_attributes(TargetGroupArn=world.groups["undrained"], Attributes=[delay])
    with under_load(world, "/undrained", 300) as (load, beside, logs):
        seconds = deployed(world, "undrained", "2")
    return row("without draining (must fail)", load, beside, logs, seconds)


def gap(world: ContainerWorld, requests: int) -> str:
    world.service("gap", path="*", desired=1, minimumHealthyPercent=0)
    with under_load(world, "/gap", 300, long=False) as (load, beside, logs):
        seconds = deployed(world, "gap", "2")
    return row("minimum 0 % (must fail)", load, beside, logs, seconds)


CASES: dict[str, Callable[[ContainerWorld, int], str]] = {
    "good": good,
    "missing": bad("missing"),
    "broken": bad("broken"),
    "sick": bad("sick"),
    "killed": killed,
    "undrained": undrained,
    "gap": gap,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"which: {', '.join(CASES)}")
    parser.add_argument("--requests", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = make(Path(folder))
        try:
            world = start(project, REPOSITORY)
            print(
                f"{'case':34} {'asked':>6} {'failed':>7} {'long failed':>11} {'in logs':>7} {'rollout':>9}", flush=True
            )
            for name in options.cases or CASES:
                world.drain = 25
                print(CASES[name](world, options.requests), flush=True)
                remove_services(world)
        finally:
            project.run("sandbox", "stop")
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")


def remove_services(world: ContainerWorld) -> None:
    for name in list(world.groups):
        world.ecs.delete_service(cluster="cluster", service=name, force=True)
        rules = world.elb.describe_rules(ListenerArn=world.listener)["Rules"]
        for rule in (r for r in rules if not r["IsDefault"]):
            world.elb.delete_rule(RuleArn=rule["RuleArn"])
        del world.groups[name]
    world.until(lambda: not world.containers(), 60)


if __name__ == "__main__":
    main()
