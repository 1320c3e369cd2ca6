"""A command in a container: which one, what the plugin gets, how the code comes back, what is missing."""

from __future__ import annotations

import json
import shlex
import subprocess
from datetime import timedelta
from typing import Any

import pytest
from live_aws import BEGAN

from wrapper.model.errors import (
    ConfigError,
    NotFoundError,
    OrchestrateError,
    RefusedError,
    UnavailableError,
    UsageError,
)
from wrapper.operations import exec_session
from wrapper.operations.exec_session import MarkedOutput, choose_task, obstacle, plugin_argv, target, wrapped


def task(number: str = "1111", **more: Any) -> dict[str, Any]:
    agent = {"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}
    web = {"name": "web", "lastStatus": "RUNNING", "runtimeId": "r-1", "managedAgents": [agent]}
    usual = {
        "lastStatus": "RUNNING",
        "startedAt": BEGAN,
        "clusterArn": "arn:aws:ecs:r:1:cluster/c",
        "containers": [web],
    }
    return {"taskArn": f"arn:aws:ecs:r:1:task/c/{number}", "enableExecuteCommand": True, **usual, **more}


def test_the_task_that_runs_longest() -> None:
    tasks = [task("2222", startedAt=BEGAN + timedelta(minutes=1)), task("1111"), task("3333", lastStatus="PENDING")]
    assert choose_task("l", tasks, "")["taskArn"].endswith("/1111")
    assert choose_task("l", tasks, "22")["taskArn"].endswith("/2222")
    assert choose_task("l", tasks, "arn:aws:ecs:r:1:task/c/2222")["taskArn"].endswith("/2222")
    with pytest.raises(NotFoundError, match="no task 3333 runs") as error:
        choose_task("l", tasks, "3333")
    assert error.value.hint == "these run: 2222, 1111"
    with pytest.raises(UsageError, match="several tasks begin with 1"):
        choose_task("l", [task("11"), task("12")], "1")
    with pytest.raises(NotFoundError, match="l: no task runs"):
        choose_task("l", [], "")


def test_a_container_that_is_not_there_or_does_not_run() -> None:
    with pytest.raises(NotFoundError, match="has no container 'x'"):
        target(task(), "x")
    with pytest.raises(NotFoundError, match="container web of task 1111 does not run: PENDING"):
        target(task(containers=[{"name": "web", "lastStatus": "PENDING"}]), "web")


def test_the_plugin_gets_what_the_aws_cli_gives_it() -> None:
    """awscli/customizations/ecs/executecommand.py of aws-cli 2, and its tests/functional/ecs/test_execute_command.py."""
    session = {"sessionId": "session-id", "tokenValue": "token-value", "streamUrl": "stream-url"}
    found = plugin_argv(session, target(task(), "web"), "us-west-2", "", "https://ecs.us-west-2.amazonaws.com")
    assert found == [
        "session-manager-plugin",
        json.dumps(session),
        "us-west-2",
        "StartSession",
        "",
        '{"Target": "ecs:c_1111_r-1"}',
        "https://ecs.us-west-2.amazonaws.com",
    ]


@pytest.mark.parametrize(
    ("argv", "code", "printed"),
    [
        (["echo", "a  b", "it's"], 0, b"a  b it's\n"),
        (["sh", "-c", "exit 7"], 7, b""),
        (["exit", "9"], 9, b""),
        (["sh", "-c", 'printf "%s" "$0 \\"x\\"" '], 0, b'sh "x"'),
        (["not-a-program"], 127, b""),
    ],
)
def test_a_shell_gives_back_the_code_behind_a_mark(argv: list[str], code: int, printed: bytes) -> None:
    line = wrapped(argv, "token")
    assert shlex.split(line)[:2] == ["/bin/sh", "-c"]
    done = subprocess.run(shlex.split(line), capture_output=True, check=False)
    output = MarkedOutput("token")
    assert output.passed(done.stdout) + output.rest() == printed
    assert output.code == code


GREETING = b"\r\nStarting session with SessionId: ecs-execute-command-1\r\n"


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("greeting", [GREETING, b""])
def test_whatever_the_pieces_only_the_commands_output_passes(size: int, greeting: bytes) -> None:
    data = (
        greeting
        + b"S one\r\ntwo\x1e three\r\n"
        + b"\x1etoken:7\r\n"
        + b"\r\n\r\nExiting session with sessionId: x.\r\n"
    )
    output, passed = MarkedOutput("token"), b""
    for n in range(0, len(data), size):
        passed += output.passed(data[n : n + size])
    assert (passed + output.rest(), output.code) == (b"S one\r\ntwo\x1e three\r\n", 7)


def test_what_is_shown_is_shown_at_once() -> None:
    output = MarkedOutput("token")
    assert output.passed(GREETING + b"name? ") == b"name? "


def test_a_session_without_a_mark() -> None:
    output = MarkedOutput("token")
    assert output.passed(b"half") + output.rest() == b"half"
    assert output.code is None


def agent(status: str, reason: str = "") -> list[dict[str, Any]]:
    found = {"name": "ExecuteCommandAgent", "lastStatus": status, "reason": reason}
    return [{"name": "web", "managedAgents": [found]}]


@pytest.mark.parametrize(
    ("found", "kind", "words"),
    [
        (task(enableExecuteCommand=False), ConfigError, "task = { execute_command = true }"),
        (task(containers=agent("PENDING")), UnavailableError, "half a minute"),
        (task(containers=agent("STOPPED", "no credentials")), RefusedError, "ssmmessages:CreateControlChannel"),
        (task(containers=[{"name": "web"}]), RefusedError, "ssmmessages:CreateControlChannel"),
    ],
)
def test_what_is_missing_has_what_mends_it(found: dict[str, Any], kind: type[OrchestrateError], words: str) -> None:
    error = obstacle(found, "web", "./orchestrate apply x")
    assert type(error) is kind and error is not None and words in error.hint


def test_nothing_is_missing() -> None:
    assert obstacle(task(), "web", "") is None


def test_what_aws_refuses() -> None:
    missing = "The execute command failed because execute command was not enabled when the task was run"
    assert isinstance(exec_session.refused("TargetNotConnectedException", "x", "web"), UnavailableError)
    assert isinstance(exec_session.refused("InvalidParameterException", missing, "web"), ConfigError)
    assert exec_session.refused("AccessDeniedException", "no", "web") is None
    assert exec_session.no_plugin().exit_code == 69
