"""The main job, as the issue tells it: the shipped example, in a container, with the real AWS provider."""

from __future__ import annotations

import json
import re

import pytest
from account import Account
from harness import REGION, ROOT, Project

pytestmark = [pytest.mark.docker, pytest.mark.terraform, pytest.mark.sandbox]
STACK = "appcluster-test"
ALLOWED = {line.split("\t")[0] for line in (ROOT / "tests/support/jenkins/actions.tsv").read_text().splitlines()}


@pytest.mark.long(310)
def test_the_main_job(shipped: Project) -> None:
    tree = shipped.digest()
    acme = (STACK, REGION, "-var", "tenant=acme")
    globex = (STACK, REGION, "-var", "tenant=globex")

    # From nothing: the stack layer, the tenant, and its URL on the last line.
    done = shipped.run("apply", *acme, timeout=600)
    assert done.last == "http://acme.test.example.com"
    assert "\x1b[" not in done.all
    account = Account(shipped)
    assert account.asked() <= ALLOWED, "a role with the pipelines' policies can deploy"
    began = account.everything()
    assert {"clusters", "services", "load balancers", "launch configurations", "alarms", "records"} <= began.keys()
    assert len(began["alarms"]) >= 2 and "acme.test.example.com." in began["records"]

    # Nothing is left to do.
    assert "No changes." in shipped.run("plan", *acme, "-detailed-exitcode").out

    # A second tenant beside it, which it does not notice.
    before = account.states()
    assert shipped.run("apply", *globex, timeout=600).last == "http://globex.test.example.com"
    after = account.states()
    assert {key: after[key] for key in before} == before
    assert {key for key in after if key not in before} == {
        f"{REGION}/{STACK}/tenants/globex/terraform.tfstate",
        f"{REGION}/{STACK}/tenants/globex/orchestrate.json",
        f"{REGION}/{STACK}/tenants/globex/orchestrate-history.json",
    }

    # A new build changes the task definition and the service, and nothing else.
    build = ("-var", "service1-build=2")
    shipped.run("plan", *acme, *build, "-out=build.tfplan")
    (shipped.root / "build.tfplan").rename(shipped.home / "build.tfplan")
    plan = json.loads(shipped.run("show", *acme, "-json", str(shipped.home / "build.tfplan")).out)
    changed = {c["type"] for c in plan["resource_changes"] if c["change"]["actions"] not in (["no-op"], ["read"])}
    assert changed == {"aws_ecs_task_definition", "aws_ecs_service"}
    assert shipped.run("apply", *acme, str(shipped.home / "build.tfplan")).last == "http://acme.test.example.com"
    found = account.client("ecs").describe_services(cluster=began["clusters"][0], services=began["services"])[
        "services"
    ]
    task = next(service for service in found if re.fullmatch("acme_[0-9a-f]{8}", service["serviceName"]))
    containers = account.client("ecs").describe_task_definition(taskDefinition=task["taskDefinition"])["taskDefinition"]
    assert containers["containerDefinitions"][0]["image"].endswith(":2")

    # One goes, the other stays as it is.
    before = account.states()
    account.asked()
    shipped.run("destroy", *acme, timeout=600)
    assert account.asked() <= ALLOWED, "and destroy"
    after = account.states()
    assert after == {key: data for key, data in before.items() if "/acme/" not in key}
    assert [name for names in account.everything().values() for name in names if "acme" in name] == []

    # All goes: no state, no resource.
    done = shipped.run("destroy", STACK, REGION, timeout=600)
    assert "globex | succeeded +0 ~0 -" in done.err
    assert account.states() == {}
    assert account.everything() == {}

    assert shipped.digest() == tree
    shipped.assert_nothing_left()
