"""A command in a running container, at the command line. AWS's plugin is a script that writes down what it got."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from live_aws import CLUSTER, IDS, WEB, LiveAws, refused
from live_session import LiveTenant
from project_on_disk import REGION, Disk

ACME = "exec app-test --tenant acme --service acme"
PLUGIN = """\
#!{python}
import json, os, pathlib, subprocess, sys
here = pathlib.Path(__file__).parent
(here / "got.json").write_text(json.dumps(sys.argv))
command = (here / "command").read_text()
print("\\nStarting session with SessionId: ecs-execute-command-1", flush=True)
os.system(command)
print("\\nExiting session with sessionId: ecs-execute-command-1.\\n")
"""


class ExecAws(LiveAws):
    """Hands the command to the plugin, as Session Manager would."""

    def __init__(self, folder: Path, **answers: object) -> None:
        super().__init__(**answers)
        self.answers.setdefault("execute_command", self.execute)
        object.__setattr__(self, "folder", folder)

    folder: Path

    def execute(self, command: str, **_: object) -> dict[str, object]:
        (self.folder / "command").write_text(command)
        return {"session": {"sessionId": "s", "streamUrl": "u", "tokenValue": "t"}}


@pytest.fixture
def tenant(
    example: Disk, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> LiveTenant:
    monkeypatch.chdir(example.root)
    made = LiveTenant(example, capfd).applied()
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "session-manager-plugin").write_text(PLUGIN.format(python=sys.executable))
    (folder / "session-manager-plugin").chmod(0o755)
    return replace(made, environ={**made.environ, "PATH": f"{folder}:{made.environ['PATH']}"})


@pytest.mark.parametrize(
    ("argv", "code", "out"), [(("echo", "a  b"), 0, "a  b\n"), (("sh", "-c", "echo x; exit 7"), 7, "x\n")]
)
def test_its_output_and_its_code(
    tenant: LiveTenant, tmp_path: Path, argv: tuple[str, ...], code: int, out: str
) -> None:
    world = ExecAws(tmp_path / "bin")
    said = tenant.run(ACME, world, argv)
    assert (said.code, said.out) == (code, out), said.err
    (asked,) = world.of("execute_command")
    assert {k: asked[k] for k in ("cluster", "task", "container", "interactive")} == {
        "cluster": CLUSTER,
        "task": IDS[WEB],
        "container": "web",
        "interactive": True,
    }


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ("app-test ls", "-- ls"),
        (f"app-test {REGION} ls -l --all /", "-- ls ..."),
        ("app-test -var tenant=acme ls", "-- ls"),
        (f"app-test --service acme {REGION} a;b --task 1", "-- 'a;b'"),
    ],
)
def test_a_command_without_dashes_says_where_they_stand(tenant: LiveTenant, words: str, typed: str) -> None:
    said = tenant.run(f"exec {words}")
    assert (said.code, "is neither a region nor an option" in said.err) == (64, True), said
    assert f"to do: a command stands at the end, after --: {typed}\n" in said.err, said


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("app-test eu-west-1", "eu-west-1"),
        ("app-test ap-southeast", "did you mean"),
        ("nowhere", "nowhere"),
        ("app-test --all", "no option --all"),
    ],
)
def test_what_is_meant_otherwise_is_told_as_ever(tenant: LiveTenant, words: str, error: str) -> None:
    said = tenant.run(f"exec {words}")
    assert (error in said.err, "after --" in said.err) == (True, False), said
    assert "after --" not in tenant.run(f"exec {words}", argv=("ls",)).err


def test_the_plugin_is_started_as_the_aws_cli_does(tenant: LiveTenant, tmp_path: Path) -> None:
    tenant.run(f"{ACME} --container side", ExecAws(tmp_path / "bin"), ("true",))
    got = json.loads((tmp_path / "bin/got.json").read_text())
    assert got[1:] == [
        '{"sessionId": "s", "streamUrl": "u", "tokenValue": "t"}',
        REGION,
        "StartSession",
        "",
        json.dumps({"Target": f"ecs:c_{IDS[WEB]}_{IDS[WEB][:4]}-side"}),
        f"https://ecs.{REGION}.amazonaws.com",
    ]


def test_a_session_that_ends_before_the_command(tenant: LiveTenant, tmp_path: Path) -> None:
    world = ExecAws(tmp_path / "bin", execute_command={"session": {}})
    (tmp_path / "bin/command").write_text("echo half")
    said = tenant.run(ACME, world, ("ls",))
    assert (said.code, said.out.splitlines()[0]) == (75, "half"), said.err


@pytest.mark.parametrize(
    ("line", "argv", "code", "words"),
    [
        (ACME, (), 64, "a shell needs a terminal"),
        ("exec app-test --tenant acme", ("ls",), 64, "has 2 services"),
        (f"{ACME} --task ffff", ("ls",), 66, "no task ffff runs"),
        (f"{ACME} --container x", ("ls",), 66, "has no container 'x'"),
    ],
)
def test_what_is_not_there(tenant: LiveTenant, line: str, argv: tuple[str, ...], code: int, words: str) -> None:
    said = tenant.run(line, None, argv)
    assert (said.code, words in said.err) == (code, True), said.err


def test_without_the_plugin(tenant: LiveTenant) -> None:
    said = replace(tenant, environ={"USER": "me", "PATH": "/nonexistent"}).run(ACME, LiveAws(), ("ls",))
    assert (said.code, "session-manager-plugin is not on PATH" in said.err) == (69, True)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        ("AccessDeniedException", 77, "the role needs ecs:ExecuteCommand"),
        ("TargetNotConnectedException", 69, "ssmmessages:CreateControlChannel"),
    ],
)
def test_what_aws_refuses(tenant: LiveTenant, tmp_path: Path, error: str, code: int, words: str) -> None:
    said = tenant.run(ACME, ExecAws(tmp_path / "bin", execute_command=refused(error)), ("ls",))
    assert (said.code, words in said.err) == (code, True), said.err


def test_a_task_that_was_started_without_it(tenant: LiveTenant) -> None:
    one = {"name": "web", "lastStatus": "RUNNING", "runtimeId": "r"}
    plain = {"taskArn": f"a/c/{IDS[WEB]}", "lastStatus": "RUNNING", "containers": [one]}
    said = tenant.run(ACME, LiveAws(describe_tasks={"tasks": [plain]}), ("ls",))
    assert (said.code, "task = { execute_command = true }" in said.err) == (65, True)
    assert f"./orchestrate apply app-test {REGION} -var tenant=acme" in said.err


def test_a_protected_stack_wants_it_confirmed(tenant: LiveTenant) -> None:
    tenant.applied("app-live")
    world = LiveAws()
    said = tenant.run(f"exec app-live {REGION} --tenant acme --service acme", world, ("ls",))
    assert (said.code, world.asked) == (77, [])
