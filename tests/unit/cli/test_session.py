"""What is opened from what was typed and the environment: which engine, where the project's private folder is, for whom."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from project_on_disk import REGION, Disk

from wrapper.cli.options import Options
from wrapper.cli.session import CliSession
from wrapper.deploy.deploy_tasks import DeployTask
from wrapper.engines import host
from wrapper.model.errors import UnavailableError, UsageError
from wrapper.model.stack import Layer


def session(disk: Disk, environ: dict[str, str] | None = None, **typed: object) -> CliSession:
    return CliSession(Options().merged({"root": str(disk.root), **typed}), environ=environ or {})


@pytest.mark.parametrize(
    ("typed", "environ", "name", "contained"),
    [
        ({}, {}, "docker", True),
        ({}, {"ORCHESTRATE_ENGINE": "host"}, "host", False),
        ({"engine": "docker"}, {"ORCHESTRATE_ENGINE": "host"}, "docker", True),
        ({"engine": "host", "dry_run": True}, {}, "host", False),
    ],
)
def test_the_engine(
    example: Disk, typed: dict[str, object], environ: dict[str, str], name: str, contained: bool
) -> None:
    engine = session(example, environ, **typed).make_engine()
    assert (engine.name, engine.contained) == (name, contained)


@pytest.mark.parametrize(
    ("engine", "dry", "asks"), [("host", False, True), ("host", True, False), ("docker", False, False)]
)
def test_the_hosts_terraform_is_asked_ahead(
    example: Disk, tmp_path: Path, engine: str, *, dry: bool, asks: bool
) -> None:
    example.write("orchestrate.hcl", 'binary = "tofu"\n')
    program = tmp_path / "tofu"
    program.write_text('#!/bin/sh\necho \'{"terraform_version": "1.2.3"}\'\n')
    program.chmod(0o755)
    before = host.ask_version.cache_info().misses
    session(example, {"PATH": str(tmp_path)}, engine=engine, dry_run=dry).ask_ahead()
    assert host.ask_version.cache_info().misses - before == int(asks)
    assert host.version(str(program)) == "1.2.3"


def test_no_such_engine(example: Disk) -> None:
    with pytest.raises(UsageError, match="no engine 'podman'"):
        session(example, engine="podman").make_engine()


def test_what_is_typed_later_is_added(example: Disk) -> None:
    one = session(example).merged({"jobs": 3, "smoke": ("/health",), "json": True, "tenant": ""})
    assert (one.options.fleet.jobs, one.options.check.smoke, one.options.json) == (3, ("/health",), True)
    assert one.options.root == str(example.root), "what stood before the command still counts"


@pytest.mark.parametrize(("value", "is_so"), [("1", True), ("TRUE", True), ("0", False), ("", False)])
def test_the_sandbox_by_the_environment(example: Disk, value: str, is_so: bool) -> None:
    assert session(example, {"ORCHESTRATE_SANDBOX": value}).sandboxed is is_so


def test_the_private_folder(example: Disk, tmp_path: Path) -> None:
    assert session(example).home == example.root / ".orchestrate"
    elsewhere = session(example, {"ORCHESTRATE_HOME": str(tmp_path)}).home
    assert elsewhere.parent == tmp_path and elsewhere.name.startswith("project-")


def test_the_store_of_a_simulated_bucket_that_is_not_there(example: Disk) -> None:
    one = session(example, sandbox=True, dry_run=True)
    with pytest.raises(UnavailableError, match="the sandbox is not running"):
        one.store(one.project.stack("app-test", REGION))


def test_a_reason_is_recorded(example: Disk) -> None:
    one = session(example, {"BUILD_USER_ID": "ann", "BUILD_URL": "http://ci/7/"}, engine="host", dry_run=True)
    deployer = one.deployer(one.project.stack("app-test", REGION), one.signals(), {"rollback_of": 3})
    assert (deployer.trigger.user, deployer.trigger.reason) == ("ann", {"rollback_of": 3})
    assert deployer.dry


@pytest.mark.parametrize(
    ("given", "dry", "seconds"),
    [("", False, 300.0), ("0", False, 0.0), ("90s", False, 90.0), ("", True, 0.0), ("90s", True, 0.0)],
)
def test_without_a_terminal_a_lock_is_waited_for(given: str, dry: bool, seconds: float) -> None:
    session = CliSession(Options(dry_run=dry), environ={"ORCHESTRATE_LOCK_TIMEOUT": given} if given else {})
    assert session._lock_wait() == seconds


def test_a_wait_that_is_no_time() -> None:
    with pytest.raises(UsageError, match="ORCHESTRATE_LOCK_TIMEOUT 'soon' is not a duration"):
        CliSession(environ={"ORCHESTRATE_LOCK_TIMEOUT": "soon"})._lock_wait()


@pytest.mark.parametrize(("containers", "words"), [(False, "a sandbox without containers"), (True, "")])
def test_a_task_of_a_deploy_in_a_sandbox(example: Disk, containers: bool, words: str) -> None:
    """Without containers none would end."""
    one = session(example, {"USER": "me"}, sandbox=True)
    one.__dict__["simulated"] = SimpleNamespace(status=lambda: SimpleNamespace(containers=containers))
    assert one._sandbox_without_containers is not containers
    said: list[str] = []
    stack = one.project.stack("app-test", "ap-southeast-2")
    task = DeployTask(Layer(stack, "acme"), "migrate", "before_deploy", {}, {})
    if words:
        one._task_runner(stack)(task, one.signals(), said.append)
        assert [words in line for line in said] == [True]
