"""What the containers print, at the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from live_aws import GROUP, IDS, MIGRATE, NOW, WEB, LiveAws, container, refused, services
from live_session import LiveTenant
from project_on_disk import Disk

ACME = "logs app-test --tenant acme"
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def tenant(example: Disk, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> LiveTenant:
    monkeypatch.chdir(example.root)
    return LiveTenant(example, capfd).applied()


def texts(out: str) -> list[str]:
    return [line.partition(" ")[2] for line in out.splitlines()]


def test_lines_of_all_tasks_in_order_of_time(tenant: LiveTenant) -> None:
    said = tenant.run(ACME)
    assert (said.code, texts(said.out)) == (
        0,
        [
            f"acme/web/{'a' * 8} GET /",
            f"acme/side/{'a' * 8} aside",
            f"acme/worker/worker/{'b' * 8} at work",
            f"migrate/web/{'d' * 8} migrated",
        ],
    ), said


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("--service worker", ["at work"]),
        ("--container side", ["aside"]),
        ("--filter GET", ["GET /"]),
        ("--task aaaa", ["GET /", "aside"]),
        (f"--task {IDS[MIGRATE]}", ["migrated"]),
        ("--since 1s", []),
    ],
)
def test_fewer(tenant: LiveTenant, more: str, expected: list[str]) -> None:
    said = tenant.run(f"{ACME} {more}")
    assert said.code == 0, said.err
    assert [text.partition(" ")[2] for text in texts(said.out)] == expected


def test_where_no_line_is_it_says_since_when(tenant: LiveTenant) -> None:
    said = tenant.run(f"{ACME} --since 2026-01-02T03:04:05+01:00 --filter nothing")
    assert (said.code, said.out) == (0, "")
    assert said.err == "ap-southeast-2/app-test/acme: no line since 2026-01-02T02:04:05.000Z\n"


def test_json_is_an_object_in_each_line(tenant: LiveTenant) -> None:
    schema = Draft202012Validator(json.loads((ROOT / "docs/schemas/log-line-1.json").read_text()))
    lines = tenant.run(f"{ACME} --json").out.splitlines()
    for line in lines:
        schema.validate(json.loads(line))
    assert json.loads(lines[0])["task"] == IDS[WEB]


def test_previous(tenant: LiveTenant) -> None:
    said = tenant.run(f"{ACME} --previous")
    assert (said.code, f"task {'e' * 32} stopped" in said.err) == (0, True), said.err


def test_follow_goes_on(tenant: LiveTenant) -> None:
    """Across a deployment: the new task's lines come, and each once."""
    world = LiveAws()
    now = int(NOW.timestamp() * 1000)
    looks = [("a", now, "old task"), ("a", now, "old task"), ("f", now + 2, "new task")]

    def answer(**_: object) -> dict[str, object]:
        found = looks[: 1 + len(world.of("filter_log_events"))]
        return {
            "events": [
                {"eventId": text, "timestamp": at, "logStreamName": f"web/web/{task * 32}", "message": text}
                for task, at, text in found
            ]
        }

    world.answers["filter_log_events"] = answer
    said = tenant.run(f"{ACME} --follow --since 1h", world, most=70)
    assert (said.code, texts(said.out)) == (130, [f"acme/web/{'a' * 8} old task", f"acme/web/{'f' * 8} new task"])
    assert len(world.of("filter_log_events")) == 70
    assert len(world.of("describe_services")) == 3, "which containers there are is asked for twice a minute"


@pytest.mark.parametrize("line", [f"{ACME} --follow", "status app-test --tenant acme --watch", ACME])
def test_it_ends_with_the_reader_of_its_output(tenant: LiveTenant, line: str) -> None:
    kept, (reader, writer) = os.dup(1), os.pipe()
    os.dup2(writer, 1)
    os.close(writer)
    os.close(reader)
    try:
        assert tenant.run(line, most=20).code == 141
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def test_lines_that_go_elsewhere(tenant: LiveTenant) -> None:
    router = {
        "taskDefinitionArn": WEB,
        "containerDefinitions": [container("web", logConfiguration={"logDriver": "awsfirelens"})],
    }
    said = tenant.run(f"{ACME} --service acme", LiveAws(describe_task_definition={"taskDefinition": router}))
    assert "the lines of web go elsewhere: awsfirelens" in said.err
    found = services()
    del found["acme"]["log_group"]
    tenant.applied(services=found)
    said = tenant.run(f"{ACME} --service acme", LiveAws(describe_task_definition={"taskDefinition": router}))
    assert (said.code, "no container writes to CloudWatch Logs" in said.err) == (66, True)


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ("--container x", 66, "it has: side, web, worker"),
        ("--service x", 66, "has no service 'x'"),
        ("--since yesterday", 64, "is not a duration"),
        ("--since 2026-13-99", 64, "is no time"),
        ("--since 0001-01-01", 64, "is no time"),
        ("--since 1w", 64, "or a time: --since 2026-12-01T08:00Z"),
        ("--since 2999-01-01T00:00Z", 64, "is in the future"),
        (f"--filter {'x' * 1023}", 64, "has more than 1024 characters"),
        ("--previous --follow", 64, "leave out --task and --follow"),
    ],
)
def test_what_is_not_there(tenant: LiveTenant, more: str, code: int, words: str) -> None:
    said = tenant.run(f"{ACME} {more}")
    assert (said.code, words in said.err) == (code, True), said.err


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        ("ResourceNotFoundException", 66, f"log group {GROUP} is gone"),
        ("AccessDeniedException", 77, "the role needs logs:FilterLogEvents"),
        ("ExpiredTokenException", 77, "log in again"),
    ],
)
def test_bad_days(tenant: LiveTenant, error: str, code: int, words: str) -> None:
    for more in ("", " --follow"):
        said = tenant.run(f"{ACME}{more}", LiveAws(filter_log_events=refused(error)))
        assert (said.code, words in said.err, "Traceback" in said.err) == (code, True, False), said.err
