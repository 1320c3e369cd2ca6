"""The docker engine without an engine: what it would run, and what it says when none answers."""

from __future__ import annotations

import pytest
from fakes import run_of

from wrapper.engines.docker import DockerEngine, connect
from wrapper.model.errors import UnavailableError


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
