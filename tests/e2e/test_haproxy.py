"""HAProxy itself: it takes the configuration of every kind of rule, and what it is told is so when the call returns."""

from __future__ import annotations

import http.client
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from wrapper.containers import haproxy
from wrapper.containers.load_balancer import CONFIGURATION, Proxy, choose_ports
from wrapper.containers.routes import Layout, ProxyServer, backend_name, configuration
from wrapper.containers.runtime_api import WORKER, Refused

pytestmark = [pytest.mark.docker, pytest.mark.containers]
ACME, BETA = "arn:aws:x:1:targetgroup/acme/1", "arn:aws:x:1:targetgroup/beta/2"


@pytest.fixture(scope="module")
def program() -> str:
    """Installed as the tool does it, once for this checkout."""
    return haproxy.program(Path(__file__).parents[2] / ".orchestrate", print)


def world(*rules: Any, **group: Any) -> dict[str, Any]:
    listener = {"arn": "arn:l", "port": 80, "protocol": "HTTP", "certificates": [], "rules": list(rules)}
    return {
        "load_balancers": [{"arn": "arn:lb", "dns": "lb-1.elb.amazonaws.com", "idle": 90, "listeners": [listener]}],
        "target_groups": [{"arn": ACME, "sticky": 0.0, **group}, {"arn": BETA, "sticky": 0.0}],
        "names": [],
    }


def rule(action: Any, *conditions: Any, priority: Any = "default") -> dict[str, Any]:
    return {"priority": priority, "conditions": list(conditions), "action": action}


FORWARD = {"type": "forward", "groups": [(ACME, 1)]}
EVERY = [
    {"field": "host-header", "values": ["*.example.com"]},
    {"field": "path-pattern", "values": ["/a/*", '/"$1']},
    {"field": "http-request-method", "values": ["GET"]},
    {"field": "http-header", "values": ["a*"], "name": "X-Who"},
    {"field": "source-ip", "values": ["10.0.0.0/8"]},
    {"field": "query-string", "values": [{"key": "v", "value": "1*"}]},
    {"field": "something-new", "values": ["x"]},
]


def test_it_takes_every_kind_of_rule(program: str, tmp_path: Path) -> None:
    both = {"type": "forward", "groups": [(ACME, 1), (BETA, 3)]}
    rules = [rule(both, one, priority=n) for n, one in enumerate(EVERY)]
    redirect = {"type": "redirect", "code": 301, "protocol": "HTTPS", "port": "443", "host": "www.example.com"}
    rules += [rule(redirect, priority=8), rule({"type": "fixed-response", "code": 404, "body": "no"})]
    rules.append(rule({"type": "fixed-response", "code": 503, "body": None}, priority=9))
    servers = {ACME: [ProxyServer("task-a", 4711, 7, cookie=True)]}
    text = configuration(world(*rules, sticky=60.0), servers, Layout(WORKER, {80: 8001}))
    (tmp_path / CONFIGURATION).write_text(text)
    done = subprocess.run([program, "-c", "-f", CONFIGURATION], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


class Named(BaseHTTPRequestHandler):
    """Answers with its own port."""

    def do_GET(self) -> None:
        body = str(self.server.server_port).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def targets() -> Iterator[list[int]]:
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Named) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [server.server_port for server in servers]
    for server in servers:
        server.shutdown()
        server.server_close()


class Behind:
    """A proxy with one target group, of which each change is to be so at once."""

    def __init__(self, home: Path, program: str) -> None:
        self.home = home
        self.proxy = Proxy(home, program)
        self._ports = choose_ports([80], {})
        self.idle = 90

    def apply(self, *ports: int) -> bool:
        found = world(rule(FORWARD))
        found["load_balancers"][0]["idle"] = self.idle
        servers = {ACME: [ProxyServer(f"task-{port}", port) for port in ports]}
        layout = Layout(WORKER, self._ports)
        by_name = {backend_name(arn): {one.name: one for one in ones} for arn, ones in servers.items()}
        return self.proxy.apply(configuration(found, {}, layout), configuration(found, servers, layout), by_name)

    def get(self) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self._ports[80], timeout=60)
        try:
            connection.request("GET", "/", headers={"Host": "lb-1.elb.amazonaws.com", "Connection": "close"})
            answer = connection.getresponse()
            return f"{answer.status} {answer.read().decode()}"
        finally:
            connection.close()


@pytest.fixture
def behind(program: str, tmp_path: Path) -> Iterator[Behind]:
    found = Behind(tmp_path, program)
    yield found
    found.proxy.end()


def test_each_change_is_so_when_the_call_returns(behind: Behind, targets: list[int]) -> None:
    """Of servers, and of the rest, which is a reload: two that follow each other at once are both obeyed."""
    for turn in range(20):
        port = targets[turn % 2]
        behind.idle += turn // 2 % 2  # every second pair of changes is a reload
        behind.apply(*targets)
        behind.idle += turn // 2 % 2
        behind.apply(port)
        assert [behind.get() for _ in range(4)] == [f"200 {port}"] * 4, f"turn {turn}"


def test_it_runs_also_while_its_master_executes_itself_again(behind: Behind, program: str, targets: list[int]) -> None:
    """Else a second one would start, and each would take a part of the connections."""
    behind.apply(*targets)
    found = Proxy(behind.home, program)  # as the data plane that comes after one that was killed
    seen: set[tuple[int, int]] = set()
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            seen.add((behind.proxy.running(), found.running()))

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(10):
        behind.idle += 1
        behind.apply(*targets)
    ended.set()
    looking.join()
    assert len(seen) == 1 and 0 not in seen.pop()


def test_a_change_of_servers_alone_keeps_the_worker(behind: Behind, targets: list[int]) -> None:
    behind.apply(targets[0])
    worker = behind.proxy.worker()
    assert [behind.apply(*targets), behind.apply(*targets), behind.apply(targets[1])] == [True, False, True]
    assert (behind.proxy.worker(), behind.get()) == (worker, f"200 {targets[1]}")
    behind.idle += 1
    behind.apply(targets[0])
    assert (behind.proxy.worker() != worker, behind.get()) == (True, f"200 {targets[0]}")


def test_a_configuration_that_it_refuses_is_an_error_and_the_one_before_goes_on(
    behind: Behind, targets: list[int]
) -> None:
    behind.apply(targets[0])
    with pytest.raises(Refused, match="unknown keyword 'nonsense'"):
        behind.proxy.apply("other", "nonsense\n", {})
    assert behind.get() == f"200 {targets[0]}"
