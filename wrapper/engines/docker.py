"""The docker engine: one hardened container per layer, Steps exec'ed in it. The only room that talks to Docker
about runs (:mod:`wrapper.engines.image.build` builds the image).

The container's first process (wrapper/engines/image/context/hold) waits for our end of its standard input. If this
process is killed, that end closes, and the container lives until Terraform has saved its state.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..model.errors import BusyError, UnavailableError
from ..model.nouns import Mount, Outcome, Run, Step
from ..terraform.suggested import suggest
from . import OutputCallback, docker_host
from .container import LABEL, LOG_DRIVER, LOG_OPTIONS, MEMORY, PIDS, STOP_TIMEOUT, TMPFS, Container, describe
from .heard import Heard
from .held_stream import HeldStream, close_stream
from .run_directory import RunDirectory, occupy

_NOT_OURS, _NOT_WRITABLE = 97, 98
_OOM_KILLS = "cat /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control 2>/dev/null"
_ANSWER, _ACTION = 20, 120  # seconds: to say that it is there, and to make or remove a container
_REMOVAL = 30.0  # seconds that an ended container may take to go away


def connect(answer: int = _ANSWER) -> Any:
    """docker-py's client of the engine that DOCKER_HOST (or the usual socket) names; ``answer``: seconds to say that it is
    there."""
    import docker

    docker_host.check(os.environ)
    try:
        client = docker.from_env(timeout=answer)
        client.ping()
        client.api.timeout = _ACTION
        return client
    except (docker.errors.DockerException, OSError) as error:
        raise _no_engine(str(error), answer) from None


def _no_engine(reason: str, answer: int) -> UnavailableError:
    if "timed out" in reason:
        return UnavailableError(
            f"the Docker engine takes the question and does not answer ({answer} s)",
            where=docker_host.shown(os.environ),
            hint="start it again (systemctl restart docker), or use --engine host",
        )
    return UnavailableError("no Docker engine answers", where=docker_host.shown(os.environ), hint=_how_to_start(reason))


def _how_to_start(reason: str) -> str:
    if "Permission" in reason:
        return "your user may not use it: join the group docker (newgrp docker), or run as root"
    return "start it (systemctl start docker), install it (make engine), or use --engine host"


class DockerEngine:
    """Opens one container per Run. ``notice`` gets words for the user; ``image`` makes sure of the image."""

    name = "docker"
    contained = True

    def __init__(self, notice: Callable[[str], None], image: Callable[[Any, str], str]) -> None:
        self._notice = notice
        self._image = image

    def check(self) -> None:
        connect()

    def as_typed(self, run: Run) -> tuple[str, str]:
        return shlex.join(describe(Container.of(run, nonce="NONCE"))), f"docker exec {run.container.name} "

    @contextlib.contextmanager
    def open(self, run: Run) -> Iterator[DockerSession]:
        docker = connect()
        self._image(docker, run.container.image)
        client = docker.api
        with _translated(), occupy(run, self._notice, lambda: self._wait_for_name(client, run)) as directory:
            container = Container.of(run, directory.nonce)
            session = DockerSession(client, run, directory, container)
            try:
                session.start()
                yield session
            finally:
                session.close()

    def _wait_for_name(self, client: Any, run: Run) -> None:
        """A container of an earlier, killed run may still be finishing: say so, wait, or refuse."""
        name, deadline, said = run.container.name, time.monotonic() + run.lock_timeout, False
        while (found := _inspect(client, name)) is not None:
            if not found["State"]["Running"] and found["State"]["Status"] != "restarting":
                _remove(client, found["Id"])
                continue
            author, verb = (found["Config"]["Labels"].get(f"{LABEL}.{k}", "?") for k in ("author", "verb"))
            what = f"the container of a run that was cut off ({verb} by {author}) is still finishing {run.layer.label}"
            if time.monotonic() >= deadline:
                raise BusyError(
                    what,
                    where=name,
                    hint=f"wait for it with -lock-timeout=10m, or look: docker top {name}",
                )
            if not said:
                self._notice(f"{what}; waiting for it")
                said = True
            time.sleep(0.3)


class DockerSession:
    """A started container and the Step that runs in it."""

    def __init__(self, client: Any, run: Run, directory: RunDirectory, container: Container) -> None:
        self.directory = directory
        self._client = client
        self._run = run
        self._container = container
        self._id = ""
        self._stdin: Any = None
        self._stopped = False
        self._goes_on = False  # we do not know when Terraform ends
        self._hang_up: Callable[[], None] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Create, attach (before the start: the held end must never be missing), start, wait for its word."""
        with _signals_later():
            self._id = _create(self._client, self._container)
            self._stdin = self._client.attach_socket(
                self._id, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
            )
            self._client.start(self._id)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        from docker.utils.socket import frames_iter

        self._stdin._sock.settimeout(60)
        said = b""
        for _, data in frames_iter(self._stdin, tty=False):  # type: ignore[no-untyped-call]
            said += data
            if said.startswith(b"ready"):
                return
        raise self._ended(said.decode(errors="replace").strip())

    def execute(self, step: Step, output: OutputCallback) -> Outcome:
        if self._stopped:
            return Outcome(143, ok=False, begun=False)
        if step.interactive:
            return self._interactive(step)
        heard = Heard(step, output)
        with self._lost(step):
            code = self._heard(self._exec(step), heard)
        return heard.outcome(code, out_of_memory=code not in step.accepts and self._lacked_memory())

    def _heard(self, exec_id: str, heard: Heard) -> int:
        """All that it says, and its exit code."""
        for is_error, data in self._said(exec_id):
            heard.add(data, is_error)
        return self._exit_code(exec_id)

    def _said(self, exec_id: str) -> Iterator[tuple[bool, bytes]]:
        with contextlib.closing(HeldStream(self._client.exec_start(exec_id, socket=True))) as stream:
            yield from stream.frames()

    @contextlib.contextmanager
    def _lost(self, step: Step) -> Iterator[None]:
        """An engine that goes away while Terraform changes something says nothing of how that ends."""
        import docker
        import requests
        import urllib3

        try:
            yield
        except (
            docker.errors.DockerException,
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
        ) as error:
            if not step.mutates:
                raise
            raise self._unknown(f"the Docker engine was lost while Terraform ran ({error})") from None

    def _unknown(self, what: str) -> BusyError:
        layer, self._goes_on = self._run.layer, True
        return BusyError(
            f"{layer.label}: {what}; the outcome is unknown",
            where=self._container.name,
            hint=f"the container may go on until Terraform has saved its state; this shows it: docker ps -a --filter "
            f"name={self._container.name} ; when it has ended: {suggest('plan', layer)}",
        )

    def _interactive(self, step: Step) -> Outcome:
        from .terminal import attach

        exec_id = self._exec(step, stdin=True)
        attach(self._client, exec_id, self._hang_up_with)
        code = self._exit_code(exec_id)
        return Outcome(code, ok=code in step.accepts)

    def _hang_up_with(self, hang_up: Callable[[], None]) -> None:
        self._hang_up = hang_up

    def _exec(self, step: Step, stdin: bool = False) -> str:
        return str(
            self._client.exec_create(self._id, list(step.argv), stdin=stdin, tty=stdin and sys.stdin.isatty())["Id"]
        )

    def _exit_code(self, exec_id: str) -> int:
        """The stream's end may be the daemon's: only what inspection says is believed."""
        for _ in range(100):
            state = self._client.exec_inspect(exec_id)
            if not state["Running"] and state["ExitCode"] is not None:
                return int(state["ExitCode"])
            time.sleep(0.05)
        raise self._unknown("the engine lost sight of Terraform")

    def _lacked_memory(self) -> bool:
        """Whether the kernel killed a process of the container for its memory. Docker says it only of one that has ended; the
        counter is that of its control group, in version 2 or 1."""
        try:
            asked = self._client.exec_create(self._id, ["sh", "-c", _OOM_KILLS])["Id"]
            said = b"".join(data for _, data in self._said(asked))
            return any(int(n) for n in re.findall(rb"oom_kill (\d+)", said))
        except Exception:  # what is said of a failure is never another one
            return False

    def _ended(self, said: str) -> UnavailableError:
        """Why the container did not stay: its first process says it by its exit code."""
        code = self._client.wait(self._id, timeout=_REMOVAL)["StatusCode"]
        if code == _NOT_OURS:
            return UnavailableError(
                "the Docker daemon does not see this folder",
                where=str(self._run.home),
                hint="the daemon runs on another file system (another machine, or this is itself a container): "
                "mount this folder there at the same path, or use --engine host",
            )
        if code == _NOT_WRITABLE:
            return UnavailableError(
                f"user {self._container.user} may not write the run directory",
                where=str(self._run.home),
                hint="its folders must belong to you: chown them",
            )
        return UnavailableError(
            f"the container ended at once (exit code {code}): {said or 'it said nothing'}",
            hint="build the image again: ./orchestrate image --force",
        )

    def stop(self) -> None:
        with self._lock:
            first, self._stopped = not self._stopped, True
        if first and self._hang_up:
            self._hang_up()
        elif first and self._id:
            with contextlib.suppress(Exception):
                self._client.kill(self._id, signal="TERM")

    def close(self) -> None:
        """Close the held end; the container ends by itself. It is removed here, whatever happened, unless Terraform may be at
        work in it: then the next run removes it."""
        if self._stdin is not None:
            with contextlib.suppress(OSError):
                self._stdin._sock.shutdown(socket.SHUT_RDWR)  # close() alone is no end of file
            close_stream(self._stdin)
        if self._id and not self._goes_on:
            with contextlib.suppress(Exception):
                self._client.wait(self._id, timeout=_REMOVAL)
            _remove(self._client, self._id)


def host_config(api: Any, mounts: Sequence[Mount], network: str) -> Any:
    """What each container of ours may do: read its mounts, write to /tmp and to what is writable, and ask the network."""
    import docker

    return api.create_host_config(
        mounts=[docker.types.Mount(m.target, str(m.source), type="bind", read_only=not m.writable) for m in mounts],
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        pids_limit=PIDS,
        mem_limit=MEMORY,
        tmpfs={"/tmp": TMPFS},
        log_config=docker.types.LogConfig(type=LOG_DRIVER, config=LOG_OPTIONS),
        network_mode=network,
    )


def _create(client: Any, container: Container) -> str:
    import docker

    host = host_config(client, container.mounts, container.network)
    try:
        made = client.create_container(
            container.image,
            list(container.command),
            name=container.name,
            hostname=container.hostname,
            user=container.user,
            working_dir=container.directory,
            environment=container.environment,
            labels=container.labels,
            stdin_open=True,
            host_config=host,
            stop_timeout=STOP_TIMEOUT,
        )
    except docker.errors.APIError as error:
        if error.status_code == 409:
            raise BusyError(
                f"another run of {container.labels[f'{LABEL}.layer']} has just begun",
                where=container.name,
                hint="wait for it with -lock-timeout=5m",
            ) from None
        raise
    return str(made["Id"])


@contextlib.contextmanager
def _signals_later() -> Iterator[None]:
    """No signal between making a container and knowing its id, or it would be left behind."""
    signals = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _inspect(client: Any, name: str) -> dict[str, Any] | None:
    import docker

    try:
        return dict(client.inspect_container(name))
    except docker.errors.NotFound:
        return None


def _remove(client: Any, name: str) -> None:
    import docker

    with contextlib.suppress(docker.errors.NotFound, docker.errors.APIError):
        client.remove_container(name, force=True)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Docker's own exceptions in our words."""
    import docker
    import requests

    try:
        yield
    except docker.errors.ImageNotFound:
        raise UnavailableError("the image is not there", hint="build it: ./orchestrate image") from None
    except docker.errors.APIError as error:
        text = str(error.explanation or error)
        if "bind source path does not exist" in text:
            raise UnavailableError(
                "the Docker daemon does not see this project's files",
                where=text.rpartition(": ")[2],
                hint="the daemon runs on another file system: mount the project there at the same "
                "path, or use --engine host",
            ) from None
        raise UnavailableError(f"Docker: {text}", hint="docker info and the daemon's log say more") from None
    except (docker.errors.DockerException, requests.exceptions.RequestException) as error:
        raise UnavailableError(
            f"Docker stopped answering: {error}", hint="docker info and the daemon's log say more"
        ) from None
