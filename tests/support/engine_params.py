"""On which engine a test runs: on both where the engine is its subject, on one where it is not."""

from __future__ import annotations

from typing import Any

import pytest

MARKS = {"docker": pytest.mark.docker, "host": pytest.mark.terraform}


def param(engine: str, *more: Any) -> Any:
    """A row of parameters that begins with the engine, with the mark that says what the engine needs."""
    return pytest.param(engine, *more, marks=MARKS[engine])


ENGINES = [param(engine) for engine in MARKS]
on_host = pytest.mark.parametrize("engine", [param("host")], indirect=True)
on_docker = pytest.mark.parametrize("engine", [param("docker")], indirect=True)
