"""Tenants that end by themselves, at the command line: shown, told, destroyed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud, OnFakes, on_fakes
from project_on_disk import APP, REGION, Disk
from said import Said

from wrapper.cli.commands.reap import command
from wrapper.model.errors import UnavailableError
from wrapper.model.report import ENDS_SOON, LayerResult, Report
from wrapper.reports import notification

Run = Callable[..., Said]


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    found = Cloud(example, "app-test", REGION)
    for tenant in ("", "acme", "globex"):
        found.perform("apply", tenant, ttl=3600.0 if tenant == "acme" else 0.0)
    return found


def object_of(cloud: Cloud, tenant: str = "acme") -> Path:
    return cloud.states / REGION / f"app-test/tenants/{tenant}/orchestrate-lifetime.json"


def ends(cloud: Cloud, seconds: float) -> None:
    """From now."""
    file = object_of(cloud)
    data = json.loads(file.read_text())
    data["expires"]["at"] = time.time() + seconds
    file.write_text(json.dumps(data))


def reap(cloud: Cloud, *words: str) -> int:
    session = on_fakes(cloud.disk.root, cloud.engine)
    code: int = command.main(["--expired", *words], obj=session, standalone_mode=False)
    return code


def test_without_yes_it_shows_them(run_cli: Run, cloud: Cloud) -> None:
    assert "ends at" in run_cli("reap", "--expired").out
    ends(cloud, -5)
    said = run_cli("reap", "--expired")
    assert (said.code, f"To destroy {REGION}/app-test/acme: add --yes" in said.err) == (0, True)
    [row] = json.loads(run_cli("reap", "--expired", "--json").out)
    assert (row["tenant"], row["overdue"], row["reap"], row["why"]) == ("acme", True, True, "")
    assert object_of(cloud).exists()


def test_with_yes_it_destroys_what_is_past_its_end_and_nothing_else(cloud: Cloud) -> None:
    cloud.engine.steps.clear()
    assert (reap(cloud, "--yes"), cloud.engine.done) == (0, [])
    ends(cloud, -5)
    assert reap(cloud, "--yes") == 0
    assert {label for label, _ in cloud.engine.done} == {f"{REGION}/app-test/acme"}
    assert not object_of(cloud).exists()
    assert "app-test/tenants/globex/terraform.tfstate" in cloud.keys


def test_a_stack_that_is_not_ephemeral_too_but_no_protected_one(cloud: Cloud) -> None:
    settings = cloud.disk.root / APP / "stack.hcl"
    settings.write_text(settings.read_text().replace("ephemeral = true", "protected = true"))
    ends(cloud, -5)
    assert reap(cloud, "--yes") == 0
    assert object_of(cloud).exists()
    settings.write_text(settings.read_text().replace("protected = true", ""))
    assert (reap(cloud, "--yes"), object_of(cloud).exists()) == (0, False)


@dataclass(frozen=True)
class WithTopic(OnFakes):
    """``published``: what SNS got; ``fails``: it takes nothing."""

    published: list[str] = field(default_factory=list)
    fails: bool = False

    def publish(self, region: str, topic: str, message: Mapping[str, Any]) -> None:
        if self.fails:
            raise UnavailableError("SNS does not answer")
        self.published.append(str(message["Subject"]))


def test_a_message_that_cannot_be_sent_is_sent_again_and_then_never(cloud: Cloud) -> None:
    plain = on_fakes(cloud.disk.root, cloud.engine)
    environ = {"USER": "me", "ORCHESTRATE_SNS_TOPIC": f"arn:aws:sns:{REGION}:111111111111:night"}
    session = WithTopic(plain.options, environ=environ, fake=cloud.engine)

    def run(*more: str, fails: bool = False) -> list[str]:
        session.published.clear()
        line = ["--expired", "--yes", "--notify", "sns", *more]
        command.main(line, obj=replace(session, fails=fails), standalone_mode=False)
        return [*session.published]

    assert run("--warn", "1m") == [], "its end is not near"
    with pytest.raises(UnavailableError, match="SNS has no message"):
        run(fails=True)
    assert (len(run()), run()) == (1, [])


def test_a_warning_needs_a_message(run_cli: Run, cloud: Cloud) -> None:
    for line in (("reap", "--warn", "1h"), ("reap", "--expired", "--yes", "--warn", "1h")):
        said = run_cli(*line)
        assert (said.code, "--warn is for --expired with --notify" in said.err) == (64, True)


def test_what_ends_soon_is_a_message() -> None:
    soon = LayerResult("r", "s", "acme", "excluded", f"{ENDS_SOON}2026-01-02T03:04:05Z, in 3 h")
    plain: dict[str, Any] = {"id": "1", "verb": "reap", "region": "", "stack": "", "started": 0.0, "finished": 1.0}
    report = Report(**plain, results=(soon,))
    assert notification.is_worth_it(report)
    assert "r/s/acme: ends soon: 2026-01-02T03:04:05Z, in 3 h" in notification.lines(report)
    assert not notification.is_worth_it(Report(**plain, results=(replace(soon, reason="protected"),)))


def test_tenants_shows_the_end_and_that_it_is_past(run_cli: Run, cloud: Cloud) -> None:
    said = run_cli("tenants", "app-test")
    assert (", ends 20" in said.out, "past their end" in said.err) == (True, False)
    ends(cloud, -5)
    said = run_cli("tenants", "app-test")
    assert (", overdue since 20" in said.out, said.code) == (True, 0)
    assert "past their end, and still there: acme. No job destroys them" in said.err
    rows = {row["tenant"]: row for row in json.loads(run_cli("tenants", "app-test", "--json").out)}
    assert (rows["acme"]["overdue"], rows["globex"]["expires"], rows["acme"]["stopped"]) == (True, None, None)


def test_tenants_shows_one_that_has_an_end_and_nothing_else(run_cli: Run, cloud: Cloud) -> None:
    file = object_of(cloud, "pr-9")
    file.parent.mkdir()
    file.write_text('{"version": 1, "expires": {"at": 5, "by": "ci"}}')
    assert "pr-9    not deployed, overdue since 1970-01-01T00:00:05Z" in run_cli("tenants", "app-test").out
    file.write_text("{")
    said = run_cli("tenants", "app-test")
    assert (said.code, "the object is damaged" in said.err) == (0, True)


def test_the_command_that_an_apply_prints_keeps_it(run_cli: Run, cloud: Cloud) -> None:
    before = json.loads(object_of(cloud).read_text())["expires"]["at"]
    [said] = [text for text in cloud.console.said if "it ends at" in text]
    typed = said.partition("./orchestrate ")[2].split()
    assert run_cli(*typed).code == 0
    assert json.loads(object_of(cloud).read_text())["expires"]["at"] > before


def test_an_age_is_refused(run_cli: Run, cloud: Cloud) -> None:
    said = run_cli("reap", "--expired", "--older-than", "1d")
    assert (said.code, "leave --older-than out" in said.err) == (64, True)
