"""The sandbox with containers, as a command of the tool starts it, shows it and asks it: its data plane, its demo images, the
address at which a tenant answers.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..model.stack import Layer
from . import installation

if TYPE_CHECKING:
    from ..containers.lifecycle import DataPlane
    from ..project.project import Project

_ANY = "demo"  # a tenant without a file
_PATIENCE = 10.0  # seconds that an address may take to answer after an apply
_FRESH = 15.0  # seconds after which the data plane's word is old


@dataclass(frozen=True)
class SandboxContainers:
    """``home``: the project's private folder; ``docker`` and ``image``: the engine, and the image of this tool."""

    home: Path
    info: Callable[[str], None]
    docker: Callable[[], Any]
    image: Callable[[Any], str]

    def check(self) -> None:
        """UnavailableError where this machine cannot run containers with a port each."""
        from ..containers import engine

        client = engine.connect()
        _ = self.program
        engine.check_ports(client, self.base())

    @cached_property
    def program(self) -> str:
        """HAProxy's."""
        from ..containers import haproxy

        return haproxy.program(self.home, self.info)

    @cached_property
    def plane(self) -> DataPlane:
        from ..containers.lifecycle import DataPlane

        return DataPlane(self.home / "sandbox")

    @property
    def label(self) -> tuple[str, str]:
        """That of its tasks' containers, and no other's."""
        from ..containers.engine import LABEL

        return LABEL, str(self.home / "sandbox")

    def go_on(self, speed: float | None = None) -> None:
        """The data plane of a sandbox that runs; started again where it was killed."""
        if speed is not None or not self.plane.running():
            self.plane.start(self.program, speed)

    def base(self) -> str:
        """The image that the demo application is built on: the base of this tool's own, or else that one itself."""
        from ..engines.image import build

        client = self.docker()
        name = build.base_name(installation.pins())
        return name if build.exists(client, name) else self.image(client)

    def make_images(self, project: Project, pulled: Iterable[str] = ()) -> list[str]:
        """``pulled``: images to pull first, which are used then."""
        from ..containers import demo_images, engine

        made = [engine.pulled(engine.connect(), name) for name in pulled]
        for found in repositories(project):
            made += demo_images.make(engine.connect(), self.base(), found, self.info)
        return list(dict.fromkeys(made))

    def shown(self, endpoint: Any) -> dict[str, Any]:
        return shown(endpoint)

    def drill(self, endpoint: Any, kind: str, tenant: str, seconds: float) -> Iterator[str]:
        """Begins it; which tasks it is about."""
        from ..containers import lifecycle
        from .sandbox_drills import chosen

        tasks = chosen(shown(endpoint), kind, tenant)
        for service, task in tasks if kind == "fill" else tasks[:1]:
            lifecycle.drill(endpoint.url, endpoint.key, kind, task, seconds)
            yield f"drill {kind}: task {task[:12]} of service {service}"

    def page(self, endpoint: Any, output: str | None) -> str:
        """Its address, or the file that it was saved in."""
        from ..sandbox.lifecycle import DIRECT

        address = f"{endpoint.url}/_orchestrate/page"
        if output is None:
            return address
        with DIRECT.open(address, timeout=10) as answer:
            Path(output).write_bytes(answer.read())
        return output

    def visit(self, endpoint: Any, url: str) -> str:
        """How the address of an application answers, in words for a person."""
        here = shown(endpoint).get("addresses", {}).get(url)
        if here is None:
            return f"sandbox: no load balancer answers for {url}"
        deadline = time.monotonic() + _PATIENCE
        while True:
            code, said = _ask(here, shown(endpoint).get("ca"))
            if code == 200 or time.monotonic() > deadline:
                return f"sandbox: {here} answers {code or 'nothing'}{said}"
            time.sleep(0.3)


def repositories(project: Project) -> list[dict[str, str]]:
    """The variable ``images`` of each stack's tenants, those without a file too, each value once."""
    found: list[dict[str, str]] = []
    for stack in (stack for stack in project.stacks() if stack.tenant_source is not None):
        layers = [Layer(stack, name) for name in (*project.tenants(stack), _ANY)]
        for values in project.values.of_all(layers, forgive=lambda *_: None):
            images = values["images"].value if isinstance(values, Mapping) and "images" in values else None
            if isinstance(images, dict) and images not in found:
                found.append(images)
    return found


# -- what it shows ------------------------------------------------------------------------------


def shown(endpoint: Any) -> dict[str, Any]:
    """What runs, as the data plane told last; nothing where its word is old."""
    from ..containers.lifecycle import look

    try:
        told = look(endpoint.url, endpoint.key)
    except (OSError, ValueError):
        return {}
    return dict(told["shown"]) if told["age"] < _FRESH else {}


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """For a person."""
    if not found:
        yield "sandbox: its containers are not known: the data plane does not answer"
        return
    for service in found["services"]:
        yield (
            f"service {service['cluster']}/{service['name']}: {service['running']} of {service['desired']} tasks run, "
            f"{service['state']}"
        )
        for task in service["tasks"]:
            yield f"  task {task['id'][:12]} {task['definition']}: {task['status']}{_targets(task)}"
    for url, here in sorted(found["addresses"].items()):
        yield f"address {url}: {here}"


def watch(
    endpoint: Any,
    show: Callable[[str], None],
    clear: Callable[[], None] | None,
    look: Callable[[Any], Mapping[str, Any]] = shown,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Again and again where ``clear`` clears the terminal; else once."""
    while True:
        text = "\n".join([time.strftime("%H:%M:%S"), *lines(look(endpoint))])
        if clear is None:
            return show(text)
        clear()
        show(text)
        pause(1.0)


def _targets(task: Mapping[str, Any]) -> str:
    return "".join(f", target 127.0.0.1:{t['port']} {t['state']}" for t in task["targets"])


def _ask(here: str, ca: str | None) -> tuple[int, str]:
    """The status, and who answered. ``*.localhost`` is this machine, also where its resolver does not know that."""
    parts = urlsplit(here)
    try:
        connection = _connection(parts.scheme, str(parts.hostname), int(parts.port or 0), ca)
        connection.request("GET", "/", headers={"Host": parts.netloc, "Accept": "application/json"})
        answer = connection.getresponse()
        return answer.status, _author(answer.read(65536))
    except (OSError, http.client.HTTPException):
        return 0, ""


def _connection(scheme: str, host: str, port: int, ca: str | None) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    plain = socket.create_connection(("127.0.0.1", port), 5)
    context = ssl.create_default_context(cafile=ca or None)
    connection.sock = context.wrap_socket(plain, server_hostname=host) if scheme == "https" else plain
    return connection


def _author(body: bytes) -> str:
    """The demo application says which tenant, service and build answered."""
    try:
        said = json.loads(body)
        return f" ({said['tenant']}, {said['service']}, build {said['build']})"
    except (ValueError, KeyError, TypeError):
        return ""
