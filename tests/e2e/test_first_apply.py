"""A tenant whose first apply failed, or was stopped, is applied again: with the real provider against the simulated ECS."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import PROVIDER, REGION, Aws, Project, tiny, wait_until

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]
ACME, GLOBEX = ("tiny", REGION, "-var", "tenant=acme"), ("tiny", REGION, "-var", "tenant=globex")
SHARED = """
resource "aws_ecs_cluster" "this" {
  name = "first-applies"
}

output "cluster" {
  value = aws_ecs_cluster.this.arn
}
"""
TENANT = """
variable "tenant" { type = string }
variable "cluster" { type = string }
variable "build" { type = string }

resource "aws_ecs_task_definition" "this" {
  family       = var.tenant
  skip_destroy = true

  container_definitions = jsonencode([{ name = "web", image = "web:${var.build}", memory = 64 }])
}

resource "aws_ecs_service" "this" {
  name                  = var.tenant
  cluster               = var.cluster
  task_definition       = aws_ecs_task_definition.this.arn
  desired_count         = 2
  wait_for_steady_state = true

  timeouts {
    create = "10s"
  }

  lifecycle {
    create_before_destroy = true
  }
}
"""
HERE = "aws_ecs_service.this is tainted, and ECS shows it ACTIVE"


@pytest.fixture
def shop(tmp_path: Path, aws: Aws, served_path: str, made: Callable[[Project], Project]) -> Project:
    project = made(tiny(tmp_path, aws, "host"))
    project.environment["PATH"] = served_path
    project.write("src/tiny/main.tf", PROVIDER + SHARED)
    project.write("src/tiny/tenant/main.tf", PROVIDER + TENANT)
    project.run("apply", "tiny", REGION)
    return project


def test_a_first_apply_that_failed_or_was_stopped_is_applied_again(shop: Project) -> None:
    failed = shop.run("apply", *ACME, "-var", "build=1-broken", codes=(1,))
    assert "timeout while waiting for state" in failed.all
    before = shop.state_bytes("acme")
    planned = shop.run("plan", *ACME, "-var", "build=1")
    assert f"{HERE}: the replacement in this plan will not happen" in planned.err
    assert shop.state_bytes("acme") == before

    again = shop.run("apply", *ACME, "-var", "build=1")
    assert f"{HERE}: terraform untaint comes before the plan" in again.err
    assert "aws_ecs_service.this: Modifying..." in again.out
    shop.run("plan", *ACME, "-var", "build=1", "-detailed-exitcode")

    stopped = shop.start("apply", *GLOBEX, "-var", "build=1-broken")
    stopped.wait_for("aws_ecs_service.this: Creating...")
    wait_until(lambda: status(shop, "globex") == "ACTIVE", info=stopped.said)
    time.sleep(1)  # the provider must have heard of it, too
    assert stopped.send(signal.SIGTERM).end().code == 143
    again = shop.run("apply", *GLOBEX, "-var", "build=1")
    assert f"{HERE}: terraform untaint comes before the plan" in again.err
    shop.assert_nothing_left()


def status(shop: Project, service: str) -> str:
    assert shop.aws is not None
    found = shop.aws.client("ecs").describe_services(cluster="first-applies", services=[service])["services"]
    return str(found[0]["status"]) if found else ""
