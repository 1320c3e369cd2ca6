"""The engine of a sandbox is asked for the sandbox's own containers only."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from stubbed_aws import StubbedAws

from wrapper.cli import exec_processes
from wrapper.model.errors import NotFoundError, Stopped
from wrapper.operations.exec_session import ExecTarget
from wrapper.run.signals import SignalHandler

WHERE = ExecTarget("c", "t", "web", "r-1")


def client(labels: dict[str, str]) -> Any:
    return SimpleNamespace(api=SimpleNamespace(inspect_container=lambda name: {"Config": {"Labels": labels}}))


@pytest.mark.parametrize("labels", [{}, {"orchestrate.sandbox": "/another/home"}])
def test_no_other_container_is_entered(labels: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(NotFoundError, match="container web of task t is not on this machine's engine"):
        exec_processes.in_sandbox(client(labels), WHERE, ("ls",), ("orchestrate.sandbox", "/home"))


PLUGIN = """\
#!{python}
import os, pathlib, signal, sys, time
def ended(*_):
    pathlib.Path({ended!r}).write_text("ended")
    sys.exit(1)
signal.signal(signal.SIGTERM, ended)
os.kill(os.getppid(), signal.SIGTERM)
time.sleep(60)
"""


@pytest.mark.parametrize("argv", [(), ("sleep", "60")])
def test_a_signal_that_ends_the_command_ends_the_plugin(tmp_path: Path, argv: tuple[str, ...]) -> None:
    plugin, ended = tmp_path / "session-manager-plugin", tmp_path / "ended"
    plugin.write_text(PLUGIN.format(python=sys.executable, ended=str(ended)))
    plugin.chmod(0o755)
    aws = StubbedAws()
    session = {"session": {"sessionId": "s", "streamUrl": "u", "tokenValue": "t"}}
    aws.stub("ecs").add_response("execute_command", session)
    try:
        with pytest.raises(Stopped), SignalHandler(print).installed():
            exec_processes.on_aws(aws.calls(), WHERE, argv, {**os.environ, "PATH": str(tmp_path)})
    finally:
        aws.close()
    assert ended.read_text() == "ended"
