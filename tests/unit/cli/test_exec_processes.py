"""The engine of a sandbox is asked for the sandbox's own containers only."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest

from wrapper.cli import exec_processes
from wrapper.model.errors import NotFoundError
from wrapper.operations.exec_session import ExecTarget

WHERE = ExecTarget("c", "t", "web", "r-1")


def client(labels: dict[str, str]) -> Any:
    return SimpleNamespace(api=SimpleNamespace(inspect_container=lambda name: {"Config": {"Labels": labels}}))


@pytest.mark.parametrize("labels", [{}, {"orchestrate.sandbox": "/another/home"}])
def test_no_other_container_is_entered(labels: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(NotFoundError, match="container web of task t is not on this machine's engine"):
        exec_processes.in_sandbox(client(labels), WHERE, ("ls",), ("orchestrate.sandbox", "/home"))
