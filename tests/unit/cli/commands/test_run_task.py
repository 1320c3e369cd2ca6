"""A task run once, at the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from live_aws import CLUSTER, IDS, MIGRATE, WEB, LiveAws
from live_session import LiveTenant
from project_on_disk import REGION, Disk

ACME = "run-task app-test --tenant acme"
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def tenant(example: Disk, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> LiveTenant:
    monkeypatch.chdir(example.root)
    return LiveTenant(example, capfd).applied()


def failing(code: int) -> dict[str, Any]:
    one = {"name": "web", "exitCode": code}
    return {
        "tasks": [
            {"taskArn": f"a/c/{IDS[MIGRATE]}", "lastStatus": "STOPPED", "stoppedReason": "ended", "containers": [one]}
        ]
    }


def test_a_declared_task(tenant: LiveTenant) -> None:
    world = LiveAws()
    said = tenant.run(f"{ACME} --task migrate", world)
    assert (said.code, said.out.split(" ", 1)[1]) == (0, f"migrate/web/{'d' * 8} migrated\n"), said
    assert f"migrate: task {IDS[MIGRATE]} ended well" in said.err
    (asked,) = world.of("run_task")
    assert (asked["taskDefinition"], asked["cluster"], asked["count"]) == (MIGRATE, CLUSTER, 1)
    assert asked["overrides"]["containerOverrides"] == [{"name": "web", "command": ["./migrate"]}]
    assert asked["startedBy"].startswith("orchestrate/me-")


def test_a_services_definition_with_another_command(tenant: LiveTenant) -> None:
    world = LiveAws()
    tenant.run(f"{ACME} --service acme --env A=b --env USER --cpu 64 --memory 128", world, ("./x", "--flag", "a b"))
    (asked,) = world.of("run_task")
    assert (asked["taskDefinition"], asked["launchType"]) == (WEB, "EC2")
    (one,) = asked["overrides"]["containerOverrides"]
    assert (one["name"], one["command"], one["cpu"], one["memory"]) == ("web", ["./x", "--flag", "a b"], 64, 128)
    assert one["environment"] == [{"name": "A", "value": "b"}, {"name": "USER", "value": "me"}]


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (3, 1), (137, 1)])
def test_the_exit_code_and_json(tenant: LiveTenant, code: int, expected: int) -> None:
    said = tenant.run(f"{ACME} --task migrate --json", LiveAws(describe_tasks=failing(code)))
    found = json.loads(said.out)
    Draft202012Validator(json.loads((ROOT / "docs/schemas/run-task-1.json").read_text())).validate(found)
    assert (said.code, found["exit_code"], found["containers"]) == (expected, expected, {"web": code})
    assert "migrated" in said.err


def test_who_does_not_wait_has_no_limit(tenant: LiveTenant) -> None:
    world = LiveAws()
    said = tenant.run(f"{ACME} --task migrate --detach --start-timeout 5m", world)
    assert said.code == 64 and "--detach waits for nothing" in said.err and world.asked == []


def test_detached(tenant: LiveTenant) -> None:
    world = LiveAws()
    said = tenant.run(f"{ACME} --task migrate --detach --json", world)
    found = json.loads(said.out)
    assert (said.code, found["detached"], found["exit_code"]) == (0, True, None)
    assert [operation for operation, _ in world.asked] == ["run_task", "describe_task_definition"][::-1]


def test_a_dry_run_starts_nothing_and_shows_no_value(tenant: LiveTenant) -> None:
    world = LiveAws()
    said = tenant.run(f"{ACME} --task migrate --dry-run --env A=secret", world)
    assert said.code == 0 and said.out.startswith("ecs:RunTask {") and "secret" not in said.out
    assert world.of("run_task") == []


def test_ctrl_c_stops_it(tenant: LiveTenant) -> None:
    running = {"tasks": [{"taskArn": f"a/c/{IDS[MIGRATE]}", "lastStatus": "RUNNING"}]}
    world = LiveAws(describe_tasks=running)
    said = tenant.run(f"{ACME} --task migrate", world, most=3)
    assert (said.code, world.stopped) == (130, [IDS[MIGRATE]]), said.err


def test_a_task_that_never_starts(tenant: LiveTenant) -> None:
    pending = {"tasks": [{"taskArn": f"a/c/{IDS[MIGRATE]}", "lastStatus": "PENDING", "launchType": "FARGATE"}]}
    world = LiveAws(describe_tasks=pending)
    said = tenant.run(f"{ACME} --task migrate --start-timeout 1ms", world)
    assert (said.code, world.stopped) == (124, [IDS[MIGRATE]])
    assert "did not start in 0.001 s: PENDING" in said.err
    without = tenant.run(f"{ACME} --task migrate", world, most=5)
    assert without.code == 130, "ten minutes are not over"


def test_it_stands_in_the_history(tenant: LiveTenant) -> None:
    jenkins = replace(tenant, environ={**tenant.environ, "BUILD_URL": "https://ci/7", "BUILD_USER_ID": "ann"})
    jenkins.run(
        f"{ACME} --task migrate --env PASSWORD=hunter2", LiveAws(describe_tasks=failing(3)), ("--password", "hunter2")
    )
    tenant.run(f"{ACME} --task migrate --detach")
    said = tenant.run("history app-test --tenant acme")
    rows = [line.split() for line in said.out.splitlines()[1:]]
    assert [row[0] for row in rows] == ["-", "-", "1"], said.out
    assert "task migrate: detached" in said.out and "task migrate: 1" in said.out and "https://ci/7" in said.out
    assert "ann" in said.out
    data = json.loads(tenant.run("history app-test --tenant acme --json").out)
    assert [one.get("task", {}).get("name") for one in data] == ["migrate", "migrate", None]
    stored = b"".join(f.read_bytes() for f in (tenant.disk.root / ".orchestrate/states").rglob("*") if f.is_file())
    assert b"hunter2" not in stored and b"migrate" in stored


def test_a_history_that_cannot_be_written_is_said(tenant: LiveTenant) -> None:
    folder = tenant.disk.root / f".orchestrate/states/{REGION}/app-test/tenants/acme"
    (folder / "orchestrate-tasks.json").mkdir()
    said = tenant.run(f"{ACME} --task migrate")
    assert (said.code, "the task is not in the history" in said.err) == (0, True), said.err


def test_a_protected_stack_wants_it_confirmed(tenant: LiveTenant) -> None:
    tenant.applied("app-live")
    line = f"run-task app-live {REGION} --tenant acme --task migrate"
    world = LiveAws()
    said = tenant.run(line, world)
    assert (said.code, world.asked) == (77, [])
    assert f"--confirm {REGION}/app-live/acme" in said.err
    assert tenant.run(f"{line} --confirm {REGION}/app-live/acme").code == 0


@pytest.mark.parametrize(
    ("more", "argv", "code", "words"),
    [
        ("", (), 64, "name a declared task"),
        ("", ("ls",), 64, "has 2 services: acme, acme/worker"),
        ("--service x", ("ls",), 66, "has no service 'x'"),
        ("--task nothing", (), 66, "there is: migrate"),
        ("--task migrate --service acme", (), 64, "leave out --service"),
        ("--task migrate --container x", (), 64, "it has: web"),
        ("--task migrate --env NOT_SET_HERE", (), 64, "no such variable"),
        ("--task migrate --cpu 0", (), 64, "--cpu"),
    ],
)
def test_what_is_not_there(tenant: LiveTenant, more: str, argv: tuple[str, ...], code: int, words: str) -> None:
    said = tenant.run(f"{ACME} {more}", None, argv)
    assert (said.code, words in said.err) == (code, True), said.err


def test_a_service_that_is_gone(tenant: LiveTenant) -> None:
    said = tenant.run(f"{ACME} --service acme", LiveAws(describe_services={"services": []}), ("ls",))
    assert (said.code, "ECS has no service acme" in said.err) == (66, True)
    assert f"./orchestrate apply app-test {REGION} -var tenant=acme" in said.err


def test_a_dry_run_as_data(tenant: LiveTenant) -> None:
    said = tenant.run(f"{ACME} --task migrate --dry-run --json --env A=secret")
    found = json.loads(said.out)
    Draft202012Validator(json.loads((ROOT / "docs/schemas/calls-1.json").read_text())).validate(found)
    assert (said.code, [one["layer"] for one in found["calls"]]) == (0, [f"{REGION}/app-test/acme"])
    assert "secret" not in said.out


def test_a_command_without_dashes_says_where_they_stand(tenant: LiveTenant) -> None:
    said = tenant.run(f"run-task app-test {REGION} --tenant acme --service acme ./migrate up")
    assert (said.code, "'./migrate' is neither a region nor an option" in said.err) == (64, True), said
    assert "name a declared task with --task; a command stands at the end, after --: -- ./migrate ..." in said.err


def test_a_tenant_that_declares_no_task(tenant: LiveTenant) -> None:
    said = tenant.applied(run_task={}).run(f"{ACME} --task migrate")
    assert (said.code, "no task 'migrate': ap-southeast-2/app-test/acme declares none" in said.err) == (66, True), (
        said.err
    )
    assert "declare it (one_off_tasks, scheduled_tasks), and apply" in said.err
