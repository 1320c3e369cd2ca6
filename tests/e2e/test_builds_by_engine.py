"""Builds that stay, on each engine: what was promoted stays when something else is applied, on a protected stack too, and a file
that names another build is followed. On roots that need no provider; with the shipped example: tests/e2e/test_promotion.py."""

from __future__ import annotations

import json
import shlex
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness import REGION, Aws, Done, Project, make

pytestmark = [pytest.mark.sandbox]
TEST, BETA, LIVE = "shop-test", "shop-beta", "shop-live"
STACKS = {TEST: "", BETA: f'promotes_from = "{TEST}"\n', LIVE: f'protected = true\npromotes_from = "{BETA}"\n'}
ACME = ("-var", "tenant=acme")
MANY = ("--tenants", "acme")
CONFIRM = ("--confirm", f"{REGION}/{LIVE}")
CONFIRM_ACME = ("--confirm", f"{REGION}/{LIVE}/acme")
BOTH = {"service1-build": "90", "service2-build": "41"}
STACK_LAYER = 'terraform {\n  backend "s3" {}\n}\n\noutput "cluster" {\n  value = "c"\n}\n'
TENANT = """\
terraform {
  backend "s3" {}
}

variable "tenant" { type = string }
variable "note" {
  type    = string
  default = ""
}
%s
resource "terraform_data" "service" {
  for_each = { service1 = %s, service2 = %s }
  input    = { build = each.value, note = var.note }
}

output "url" { value = "http://${var.tenant}.example.com" }
"""
ALONE = "".join(f'variable "service{n}-build" {{\n  type    = string\n  default = "1"\n}}\n' for n in (1, 2))
MAP = 'variable "builds" {\n  type    = map(string)\n  default = { service1 = "1", service2 = "1" }\n}\n'
ROOTS = {  # one engine, one form
    "docker": TENANT % (ALONE, "var.service1-build", "var.service2-build"),
    "host": TENANT % (MAP, 'var.builds["service1"]', 'var.builds["service2"]'),
}


@pytest.fixture
def shop(tmp_path: Path, aws: Aws, engine: str, made: Callable[[Project], Project]) -> Project:
    project = made(make(tmp_path, aws, {"ORCHESTRATE_ENGINE": engine}))
    project.bucket = f"states-{uuid.uuid4().hex[:10]}"
    place = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    aws.client("s3").create_bucket(Bucket=project.bucket, **place)
    project.write("src/shop/main.tf", STACK_LAYER)
    project.write("src/shop/tenant/main.tf", ROOTS[engine])
    for name, settings in STACKS.items():
        here = f"config/{REGION}/{name}"
        project.write(f"{here}/stack.hcl", f'source = "shop"\nmerge  = "deep"\n{settings}')
        project.write(f"{here}/backend.tfvars", f'bucket = "{project.bucket}"\nregion = "{REGION}"\n')
        project.write(f"{here}/variables.tfvars", "")
        project.write(f"{here}/tenants/acme.tfvars", 'service1-build = "1"\nservice2-build = "1"\n')
    return project


def says(project: Project, stack: str, number: str) -> None:
    project.write(
        f"config/{REGION}/{stack}/tenants/acme.tfvars", f'service1-build = "{number}"\nservice2-build = "41"\n'
    )


def runs(project: Project, stack: str) -> dict[str, str]:
    return dict(json.loads(project.run("builds", stack, REGION, *ACME, "--json").out))


def changed(project: Project) -> list[Any]:
    return [json.loads(project.run("tenants", s, REGION, *MANY, "--json").out)[0]["changed"] for s in STACKS]


def has(done: Done, text: str) -> bool:
    return any(text in line for line in done.err.splitlines())


def test_what_was_promoted_stays(shop: Project) -> None:
    """Test runs 90 and 41, beta and live took them over; then come other values, files that move, and a fleet."""
    shop.run("apply", TEST, REGION, *ACME, "-var", "service1-build=90", "-var", "service2-build=41")
    shop.run("promote", TEST, BETA, REGION, *ACME)
    shop.run("promote", BETA, LIVE, REGION, *ACME, *CONFIRM_ACME)
    assert changed(shop) == [False, False, False]
    done = shop.run("apply", LIVE, REGION, *MANY, *CONFIRM, "-var", "note=x")
    assert runs(shop, LIVE) == BOTH, str(done)
    (noted,) = (line for line in done.err.splitlines() if "variable note" in line)
    assert "service1-build 90" in noted
    newest, *_ = json.loads(shop.run("history", LIVE, REGION, *ACME, "--json").out)
    assert newest["builds"] == BOTH
    assert changed(shop)[:2] == [False, False]

    says(shop, BETA, "95")
    done = shop.run("plan", BETA, REGION, *ACME)
    assert has(done, f"service1-build 90 -> 95: changed in config/{REGION}/{BETA}/tenants/acme.tfvars:1"), str(done)
    done = shop.run("plan", LIVE, REGION, *ACME, "--config-builds")
    for number, (name, ran) in enumerate(BOTH.items(), 1):
        where = f"config/{REGION}/{LIVE}/tenants/acme.tfvars:{number}"
        assert has(done, f"{name} {ran} -> 1 (--config-builds, {where})"), str(done)

    # a fleet: given 97, git says 97, and then 90 again
    shop.run("apply", TEST, REGION, *MANY, "-var", "service1-build=97")
    says(shop, TEST, "97")
    assert has(shop.run("apply", TEST, REGION, *MANY), "1 unchanged")
    says(shop, TEST, "90")
    shop.run("apply", TEST, REGION, *MANY)
    assert runs(shop, TEST) == BOTH

    # a tenant of a stack that is not protected takes a build that the one before never ran
    shop.run("apply", BETA, REGION, *ACME, "-var", "service1-build=12")
    assert runs(shop, BETA) == BOTH | {"service1-build": "12"}

    # what a refused promote says is what makes it good, and keeps the builds
    shop.run("taint", TEST, REGION, *ACME, 'terraform_data.service["service1"]')
    refused = shop.run("promote", TEST, BETA, REGION, *ACME, codes=(77,))
    (hint,) = (
        line.partition("./orchestrate ")[2] for line in refused.err.splitlines() if "./orchestrate apply" in line
    )
    shop.run(*shlex.split(hint))
    assert runs(shop, TEST) == BOTH
    shop.run("promote", TEST, BETA, REGION, *ACME)
    assert runs(shop, BETA) == BOTH
