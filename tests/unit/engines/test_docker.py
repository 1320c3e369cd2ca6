"""The docker engine without an engine: what it would run, and what it says when none answers."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes import run_of

from wrapper.engines.container import Container
from wrapper.engines.docker import DockerEngine, DockerSession, _create, connect
from wrapper.engines.run_directory import RunDirectory
from wrapper.model.errors import UnavailableError
from wrapper.model.nouns import Step

ROOT = Path(__file__).resolve().parents[3]


def test_as_it_is_typed() -> None:
    line, before = DockerEngine(print, str).as_typed(run_of(name="orchestrate.x"))
    assert line.startswith("docker run --rm --interactive") and "--name=orchestrate.x" in line
    assert before == "docker exec orchestrate.x "


def test_no_engine_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ftp://nowhere")
    with pytest.raises(UnavailableError, match="no Docker engine answers") as error:
        connect()
    assert error.value.where == "ftp://nowhere"
    assert "use --engine host" in error.value.hint


def test_an_engine_that_takes_a_question_and_answers_nothing(tmp_path: Path) -> None:
    """Its socket is there and is connected to, as that of a daemon that hangs. In a process of its own: of a client that could
    not be made docker-py leaves the socket open."""
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "docker.sock"))
        silent.listen()
        environment = {**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/docker.sock", "PYTHONPATH": str(ROOT)}
        asks = "from wrapper.engines.docker import connect; connect(answer=1)"
        done = subprocess.run(
            [sys.executable, "-c", asks], env=environment, capture_output=True, text=True, timeout=300
        )
    assert "UnavailableError" in done.stderr
    assert "the Docker engine takes the question and does not answer (1 s)" in done.stderr


def held(kind: int, data: bytes) -> socket.socket:
    """A stream of an exec'ed process that said this, and ended."""
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(struct.pack(">BxxxL", kind, len(data)) + data)
    return ours


@pytest.mark.parametrize(
    ("said", "lacked"),
    [
        (b"low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\n", True),
        (b"oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", True),
        (b"oom_kill_disable 1\nunder_oom 0\noom_kill 0\n", False),
        (b"", False),
        (OSError("gone"), False),
    ],
)
def test_what_was_killed_for_memory_is_told_by_the_containers_counter(said: bytes | Exception, lacked: bool) -> None:
    class Client:
        def exec_create(self, container: str, argv: list[str], **_: Any) -> dict[str, str]:
            return {"Id": argv[0]}

        def exec_start(self, exec_id: str, **options: Any) -> Any:
            assert options == {"socket": True}
            if exec_id == "terraform":
                return held(2, b"Error: x")
            if isinstance(said, Exception):
                raise said
            return held(1, said)

        def exec_inspect(self, exec_id: str) -> dict[str, Any]:
            return {"Running": False, "ExitCode": 1}

    run, directory = run_of(), RunDirectory(run_of())
    outcome = DockerSession(Client(), run, directory, Container.of(run, "n")).execute(Step(("terraform",)), print)
    assert (outcome.stderr, outcome.out_of_memory) == ("Error: x", lacked)


def test_the_log_of_a_container_has_an_end() -> None:
    class Client:
        def create_host_config(self, **asked: Any) -> dict[str, Any]:
            return asked

        def create_container(self, *_: Any, host_config: dict[str, Any], **__: Any) -> dict[str, Any]:
            return {"Id": host_config["log_config"]}

    made = _create(Client(), Container.of(run_of(), "n"))
    assert "json-file" in made and "'max-size': '1m'" in made and "'max-file': '1'" in made
