"""Containers of tasks on the Docker engine: made, started, stopped, removed, listed. The data plane's only door to Docker.

Every container carries this sandbox's labels, and only such ones are ever touched. Ports are published on 127.0.0.1; nothing is
pulled, nothing of this machine is mounted, none is privileged.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ..model.errors import UnavailableError
from .nouns import TaskContainer

LABEL = "orchestrate.sandbox"  # its value: the private folder of the sandbox that the container belongs to
MEMORY = 512 << 20  # bytes at most, whatever the task definition says
PIDS = 512
SHARES = 256  # of a unit of ECS: a task comes before containers of this machine that reserve nothing, which have 1024
# https://docs.kernel.org/scheduler/sched-design-CFS.html; so tasks are told apart up to one processor
MOST_SHARES = 262_144
LOG = {"max-size": "5m", "max-file": "1"}
LOOPBACK = "127.0.0.1"
_STARTED = 30  # seconds that the engine may take for one request


class NotStarted(Exception):
    """Why a task cannot run, in ECS's words."""


@dataclass(frozen=True)
class FoundContainer:
    """A container of ours that is there."""

    id: str
    labels: Mapping[str, str]
    running: bool
    exit_code: int
    ports: Mapping[int, int]
    address: str
    health: str


def connect() -> Any:
    """docker-py's client. UnavailableError where no engine answers, or not on this machine."""
    import docker
    import requests

    where = os.environ.get("DOCKER_HOST", "unix://")
    if not where.startswith("unix://"):
        raise UnavailableError(
            "the Docker engine is on another machine, and the ports that it binds are not here", where=where
        )
    try:
        client = docker.from_env(timeout=_STARTED, max_pool_size=256)
        client.ping()
        return client
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        hint = "start it (systemctl start docker), or start the sandbox without --containers"
        raise UnavailableError(f"no Docker engine answers: {error}", hint=hint) from None


def sweep_unreachable(home: str) -> int:
    """What of a sandbox is left, removed; 0 where no engine answers, which then runs none."""
    with contextlib.suppress(UnavailableError):
        return TaskEngine(connect(), home, "").sweep()
    return 0


class TaskEngine:
    """``home``: whose containers these are; ``server``: of which sandbox server, so that those of an earlier one are swept."""

    def __init__(self, client: Any, home: str, server: str) -> None:
        self._client = client
        self._api = client.api
        self._home = home
        self._server = server

    # -- a task -----------------------------------------------------------------------------------

    def start(
        self, labels: Mapping[str, str], definition: Mapping[str, Any], wait: Callable[[str, str], None]
    ) -> list[TaskContainer]:
        """All containers of a task, in the order of their dependencies; NotStarted, and nothing is left, if one cannot.
        ``wait(id, condition)`` returns when a container is as another one's dependsOn wants it."""
        made: dict[str, TaskContainer] = {}
        try:
            for one in ordered(definition["containers"]):
                for needed in one.get("dependsOn") or ():
                    wait(made[needed["containerName"]].id, needed["condition"])
                made[one["name"]] = self._run(labels, one, definition, list(made.values()))
        except BaseException:
            for container in made.values():
                self.remove(container.id)
            raise
        return list(made.values())

    def _run(
        self,
        labels: Mapping[str, str],
        one: Mapping[str, Any],
        definition: Mapping[str, Any],
        before: Sequence[TaskContainer],
    ) -> TaskContainer:
        import docker

        if one["missing"]:
            raise NotStarted(
                f"ResourceInitializationError: unable to pull secrets or registry auth: {one['missing'][0]}"
            )
        said = {
            "server": self._server,
            "container": one["name"],
            "image": one["image"],
            "essential": str(bool(one.get("essential", True))).lower(),
            "checked": str(bool(one.get("healthCheck"))).lower(),
        }
        mine = {**labels, LABEL: self._home, **{f"{LABEL}.{name}": text for name, text in said.items()}}
        shared = before[0].id if definition["network"] == "awsvpc" and before else ""
        hostname = "" if shared else labels.get(f"{LABEL}.task", "").rpartition("/")[2]
        name = f"orchestrate-sandbox-{labels.get(f'{LABEL}.task', '').rpartition('/')[2][:12]}-{one['name']}"
        settings = {**options(one, definition, shared, hostname), "labels": mine, "name": name}
        made = ""
        try:
            made = str(self._client.containers.create(one["image"], **settings).id)
            self._api.start(made)
            return described(self._api.inspect_container(made), one)
        except docker.errors.ImageNotFound:
            raise NotStarted(
                f"CannotPullContainerError: failed to resolve ref {one['image']}: not found on this machine's engine"
            ) from None
        except docker.errors.APIError as error:
            if made:
                self.remove(made)
            raise NotStarted(f"CannotStartContainerError: {error.explanation or error}") from None

    def stop(self, containers: Sequence[tuple[str, int]], ended: Callable[[str], None]) -> dict[str, int]:
        """Each gets its signal, and after its seconds the end; ``ended`` hears of it; then it is removed. Exit codes by id."""
        import docker

        exits = {}
        for container, seconds in containers:
            with contextlib.suppress(docker.errors.NotFound):
                self._api.stop(container, timeout=seconds)
        for container, _ in containers:
            with contextlib.suppress(docker.errors.NotFound):
                exits[container] = int(self._api.inspect_container(container)["State"]["ExitCode"])
            ended(container)
            self.remove(container)
        return exits

    def remove(self, container: str) -> None:
        import docker

        with contextlib.suppress(docker.errors.NotFound, docker.errors.APIError):
            self._api.remove_container(container, force=True, v=True)

    def state(self, container: str) -> tuple[str, int, str]:
        """Status, exit code, and what its own health check says."""
        found = self._api.inspect_container(container)["State"]
        return str(found["Status"]), int(found["ExitCode"]), str((found.get("Health") or {}).get("Status", ""))

    def logs(self, container: str, since: float = 0.0) -> Iterator[bytes]:
        """Its lines, each with its time before it, until it ends. One that comes in pieces is put together."""
        import docker

        rest, more = b"", {"since": since} if since else {}
        with contextlib.suppress(docker.errors.NotFound):
            for piece in self._api.logs(container, stream=True, follow=True, timestamps=True, **more):
                *whole, rest = (rest + piece).split(b"\n")
                yield from whole
            if self.state(container)[0] == "running":
                raise OSError("the engine's stream ended before the container")
        if rest:
            yield rest

    def kill(self, container: str) -> None:
        self._api.kill(container)

    def burn(self, container: str, seconds: float) -> None:
        """Keeps one processor busy for so long, with the shell that is in the container."""
        command = ["timeout", str(max(1, round(seconds))), "sh", "-c", "while :; do :; done"]
        self._api.exec_start(self._api.exec_create(container, command)["Id"], detach=True)

    def usage(self, container: str) -> Iterator[Mapping[str, Any]]:
        """What it uses, once a second until it ends. https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container/operation/ContainerStats"""
        import docker

        with contextlib.suppress(docker.errors.NotFound):
            yield from self._api.stats(container, decode=True, stream=True)

    def processors(self) -> int:
        return int(self._client.info()["NCPU"])

    # -- all of them ------------------------------------------------------------------------------

    def found(self) -> list[FoundContainer]:
        """Every container of this sandbox, of earlier servers too."""
        import docker

        listed = []
        for one in self._api.containers(all=True, filters={"label": f"{LABEL}={self._home}"}):
            with contextlib.suppress(docker.errors.NotFound):
                listed.append(as_found(self._api.inspect_container(one["Id"])))
        return listed

    def is_ours(self, labels: Mapping[str, str]) -> bool:
        """Whether a container is of this very server."""
        return labels.get(f"{LABEL}.server") == self._server

    def sweep(self, keep: Callable[[FoundContainer], bool] = lambda _: False) -> int:
        """Removes every container of this sandbox but those to keep; how many."""
        gone = [one.id for one in self.found() if not keep(one)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self.remove, gone))
        return len(gone)

    def events(self, since: float) -> Iterator[Mapping[str, Any]]:
        """Deaths and health of this sandbox's containers since then, as they happen."""
        asked = {"type": "container", "event": ["die", "health_status"], "label": f"{LABEL}={self._home}"}
        with contextlib.closing(self._client.events(decode=True, filters=asked, since=int(since))) as stream:
            yield from stream


def options(
    one: Mapping[str, Any], definition: Mapping[str, Any], shared: str = "", hostname: str = ""
) -> dict[str, Any]:
    """A container definition of ECS -> what docker-py is asked for. ``shared``: the container whose network it joins."""
    ports = {
        f"{p['containerPort']}/{p.get('protocol', 'tcp')}": (LOOPBACK, None) for p in one.get("portMappings") or ()
    }
    all_ports = {
        f"{p['containerPort']}/{p.get('protocol', 'tcp')}": (LOOPBACK, None)
        for each in definition["containers"]
        for p in each.get("portMappings") or ()
    }
    wanted = int(one.get("memory") or one.get("memoryReservation") or definition["memory"] or 0) << 20
    network = (
        {"network_mode": f"container:{shared}"} if shared else {"ports": all_ports if is_shared(definition) else ports}
    )
    return {
        **network,
        "environment": one["environment"],
        "command": one.get("command") or None,
        "entrypoint": one.get("entryPoint") or None,
        "user": one.get("user") or None,
        "working_dir": one.get("workingDirectory") or None,
        "read_only": bool(one.get("readonlyRootFilesystem")),
        "init": bool((one.get("linuxParameters") or {}).get("initProcessEnabled")),
        "mem_limit": min(MEMORY, max(wanted, 6 << 20)) if wanted else MEMORY,
        "cpu_shares": shares(one, definition),
        "pids_limit": PIDS,
        "security_opt": ["no-new-privileges"],
        "log_config": {"type": "json-file", "config": LOG},
        "healthcheck": health_check(one.get("healthCheck")),
        "hostname": hostname or None,
        "detach": True,
    }


def shares(one: Mapping[str, Any], definition: Mapping[str, Any]) -> int:
    """Of the processors where they are short: by what it reserves, else by what its task does. ECS gives two units at least.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_environment"""
    units = int(one.get("cpu") or definition.get("cpu") or 0)
    return min(max(units, 2) * SHARES, MOST_SHARES)


def is_shared(definition: Mapping[str, Any]) -> bool:
    return bool(definition["network"] == "awsvpc")


def health_check(asked: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Seconds in ECS, nanoseconds in Docker. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html"""
    if not asked:
        return {"test": ["NONE"]}  # ECS ignores the image's own
    usual = {"interval": 30, "timeout": 5, "startPeriod": 0}
    seconds = {name: int(asked.get(name) or value) * 1_000_000_000 for name, value in usual.items()}
    return {
        "test": list(asked["command"]),
        "retries": int(asked.get("retries") or 3),
        "interval": seconds["interval"],
        "timeout": seconds["timeout"],
        "start_period": seconds["startPeriod"],
    }


def ordered(containers: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Each after those that it waits for."""
    done: list[Mapping[str, Any]] = []
    waiting = list(containers)
    while waiting:
        names = {one["name"] for one in done}
        ready = [c for c in waiting if {d["containerName"] for d in c.get("dependsOn") or ()} <= names] or waiting
        done += ready
        waiting = [c for c in waiting if c not in ready]
    return done


def described(inspected: Mapping[str, Any], one: Mapping[str, Any]) -> TaskContainer:
    found = as_found(inspected)
    checked = bool(one.get("healthCheck"))
    state = "RUNNING" if found.running else "STOPPED"
    usual: dict[str, Any] = {"essential": bool(one.get("essential", True)), "checked": checked, "ports": found.ports}
    return TaskContainer(one["name"], found.id, one["image"], status=state, address=found.address, **usual)


def as_found(inspected: Mapping[str, Any]) -> FoundContainer:
    state, network = inspected["State"], inspected["NetworkSettings"]
    ports = {
        int(inside.partition("/")[0]): int(outside[0]["HostPort"])
        for inside, outside in (network.get("Ports") or {}).items()
        if outside
    }
    labels = inspected["Config"]["Labels"] or {}
    health = str((state.get("Health") or {}).get("Status", ""))
    address = str(network.get("IPAddress") or "")
    return FoundContainer(
        inspected["Id"], labels, bool(state["Running"]), int(state["ExitCode"]), ports, address, health
    )


def check_ports(client: Any, image: str) -> None:
    """UnavailableError where the engine cannot bind a port of this machine's loopback."""
    import docker

    labels = {LABEL: "probe"}
    probe = client.containers.create(image, ["true"], ports={"8080/tcp": (LOOPBACK, None)}, labels=labels)
    try:
        probe.start()
    except docker.errors.APIError as error:
        raise UnavailableError(
            f"the Docker engine binds no port of this machine: {error.explanation}",
            hint="the sandbox without containers needs none",
        ) from None
    finally:
        probe.remove(force=True)


# -- images -------------------------------------------------------------------------------------


def image_labels(client: Any, name: str) -> dict[str, str] | None:
    """Of a local image; None where there is none of that name."""
    import docker

    try:
        return dict(client.api.inspect_image(name)["Config"].get("Labels") or {})
    except docker.errors.ImageNotFound:
        return None


def pulled(client: Any, name: str) -> str:
    """From its registry, with this machine's own login."""
    import docker
    from docker.utils import parse_repository_tag

    repository, tag = parse_repository_tag(name)  # a digest counts as one
    try:
        client.images.pull(repository, tag or "latest")
    except docker.errors.APIError as error:
        raise UnavailableError(
            f"the image {name} cannot be pulled: {error.explanation or error}",
            hint="see that its name is right, that the registry answers, and that docker login was run for it",
        ) from None
    return name


def built(client: Any, context: bytes, name: str) -> None:
    """An image of this name, out of a tar archive; its base must be there."""
    import io

    import docker

    said: list[str] = []
    try:
        events = client.api.build(
            fileobj=io.BytesIO(context), custom_context=True, tag=name, decode=True, pull=False, rm=True, forcerm=True
        )
        for event in events:
            if "error" in event:
                raise UnavailableError(f"the image {name} cannot be built: {event['error']}", hint="".join(said[-1:]))
            said.append(str(event.get("stream", "")).strip())
    except docker.errors.APIError as error:
        raise UnavailableError(f"the image {name} cannot be built: {error}") from None
