"""Builds that stay, with the shipped example, the real Terraform and the simulated AWS: what was promoted stays when something
else is applied, on a protected stack too, and a file that names another build is followed."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from harness import REGION, Done, Project

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox, pytest.mark.long(320)]
TEST, LIVE = "appcluster-test", "appcluster-live"
CONFIRM = ("--confirm", f"{REGION}/{LIVE}")
ACME = ("--tenants", "acme")
FILE = f"config/{REGION}/%s/tenants/acme.tfvars"


@pytest.fixture
def shipped(shipped_on_host: Project) -> Project:
    """Live takes its builds from test: two stacks less to make."""
    settings = shipped_on_host.root / f"config/{REGION}/{LIVE}/stack.hcl"
    settings.write_text(settings.read_text().replace("appcluster-staging", TEST))
    return shipped_on_host


def runs(project: Project, stack: str) -> dict[str, str]:
    return dict(json.loads(project.run("builds", stack, REGION, "-var", "tenant=acme", "--format", "json").out))


def changed(project: Project, *stacks: str) -> list[Any]:
    rows = [json.loads(project.run("tenants", s, REGION, *ACME, "--json").out)[0] for s in stacks]
    return [row["changed"] for row in rows]


def lines(done: Done, text: str) -> list[str]:
    return [line for line in done.err.splitlines() if text in line]


def name(project: Project, stack: str, number: str) -> None:
    """In the tenant's own file, which is its first line where there is one already."""
    file = project.root / (FILE % stack)
    rest = [line for line in file.read_text().splitlines() if not line.startswith("service1-build")]
    file.write_text("\n".join([f'service1-build = "{number}"', *rest]) + "\n")


def test_what_was_promoted_stays(shipped: Project) -> None:
    given = ("-var", "service1-build=90", "-var", "service2-build=41")
    shipped.run("apply", TEST, REGION, "-var", "tenant=acme", *given, timeout=600)
    shipped.run("promote", TEST, LIVE, REGION, "-var", "tenant=acme", "--confirm", f"{REGION}/{LIVE}/acme", timeout=600)
    both = {"api-build": "1", "service1-build": "90", "service2-build": "41", "worker-build": "1"}
    assert changed(shipped, TEST, LIVE) == [False, False]

    done = shipped.run("apply", LIVE, REGION, *ACME, *CONFIRM, "-var", 'environment={LOG_LEVEL="info"}', timeout=600)
    assert runs(shipped, LIVE) == both, str(done)
    assert lines(done, "variable environment") and "service1-build 90" in lines(done, "variable environment")[0]
    newest, *_ = json.loads(shipped.run("history", LIVE, REGION, "-var", "tenant=acme", "--json").out)
    assert newest["builds"] == both
    assert changed(shipped, TEST) == [False]

    name(shipped, TEST, "95")
    done = shipped.run("plan", TEST, REGION, "-var", "tenant=acme")
    assert lines(done, f"service1-build 90 -> 95: changed in {FILE % TEST}:1"), str(done)
    done = shipped.run("plan", LIVE, REGION, "-var", "tenant=acme", "--config-builds")
    assert lines(done, f"service1-build 90 -> 1 (--config-builds, {FILE % LIVE}:1)"), str(done)
    assert lines(done, f"service2-build 41 -> 1 (--config-builds, {FILE % LIVE}:2)"), str(done)

    # deployFleet's own lines: given 97, git says 97, a fleet, git goes back to 90, a fleet
    shipped.run("apply", TEST, REGION, *ACME, "-var", "service1-build=97", timeout=600)
    name(shipped, TEST, "97")
    done = shipped.run("apply", TEST, REGION, *ACME, timeout=600)
    assert "1 unchanged" in done.err, str(done)
    name(shipped, TEST, "90")
    shipped.run("apply", TEST, REGION, *ACME, timeout=600)
    assert runs(shipped, TEST) == both

    # what promote says is what makes it good, and keeps the builds
    shipped.run("taint", TEST, REGION, "-var", "tenant=acme", 'module.service["service1"].aws_ecs_task_definition.this')
    refused = shipped.run("promote", TEST, LIVE, REGION, "-var", "tenant=acme", *CONFIRM, codes=(77,))
    (hint,) = (
        line.partition("./orchestrate ")[2] for line in refused.err.splitlines() if "./orchestrate apply" in line
    )
    shipped.run(*shlex.split(hint), timeout=600)
    assert runs(shipped, TEST) == both
    assert changed(shipped, TEST) == [False]
