"""A tenant's place on a shared load balancer, and its rollout, with the real provider against the simulated ECS."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import PROVIDER, REGION, Aws, Project, tiny

from wrapper.deploy.lb_slots.assignment import assign
from wrapper.deploy.lb_slots.slots import SlotTable, render

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]
BOOK = f"{REGION}/tiny/allotments.json"
SHARED = """
variable "load_balancers" {
  type    = number
  default = 1
}

resource "aws_ecs_cluster" "this" {
  name = "rollouts"
}

output "cluster" {
  value = aws_ecs_cluster.this.arn
}

output "shared_load_balancers" {
  value = { for number in range(1, var.load_balancers + 1) : number => { listener = "l-${number}" } }
}
"""
TENANT = """
variable "tenant" { type = string }
variable "cluster" { type = string }
variable "build" { type = string }
variable "shared_load_balancers" { type = map(object({ listener = string })) }
variable "load_balancer" { type = object({ mode = string }) }
variable "allotment" { type = object({ load_balancer = number, priority = number }) }

resource "aws_ecs_task_definition" "this" {
  family       = var.tenant
  skip_destroy = true

  container_definitions = jsonencode([{ name = "web", image = "web:${var.build}", memory = 64 }])
}

resource "aws_ecs_service" "this" {
  name            = var.tenant
  cluster         = var.cluster
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = 2

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
}

output "services" {
  value = {
    web = {
      cluster         = var.cluster
      service         = aws_ecs_service.this.name
      task_definition = aws_ecs_task_definition.this.arn
      target_groups   = []
    }
  }
}

output "url" {
  value = "http://${var.shared_load_balancers[var.allotment.load_balancer].listener}/${var.allotment.priority}"
}
"""


@pytest.fixture
def shop(tmp_path: Path, aws: Aws, served_path: str, made: Callable[[Project], Project]) -> Project:
    """A stack whose tenants share load balancers; the first is full."""
    project = made(tiny(tmp_path, aws, "host"))
    project.environment["PATH"] = served_path
    project.write("src/tiny/main.tf", PROVIDER + SHARED)
    project.write("src/tiny/tenant/main.tf", PROVIDER + TENANT)
    project.write(f"config/{REGION}/tiny/variables.tfvars", 'load_balancer = { mode = "shared" }\n')
    full = assign(SlotTable(), {f"t{n}": {} for n in range(90)}, "2026-01-01T00:00:00Z", "somebody")
    aws.client("s3").put_object(Bucket=project.bucket, Key=BOOK, Body=render(full))
    return project


def test_a_tenant_comes_to_a_new_load_balancer_and_a_broken_build_is_rolled_back(shop: Project) -> None:
    acme = ("apply", "tiny", REGION, "-var", "tenant=acme")
    first = shop.run(*acme, "-var", "build=1")
    assert first.last == "http://l-2/10101"
    assert "load balancer 2 does not exist yet; applying the stack layer first" in first.err
    assert "ECS runs the new version of web" in first.err or "waiting for ECS" not in first.err
    assert shop.aws is not None
    table = json.loads(shop.aws.client("s3").get_object(Bucket=shop.bucket, Key=BOOK)["Body"].read())
    assert (len(table["tenants"]), table["tenants"]["acme"]["load_balancer"]) == (91, 2)

    broken = shop.run(*acme, "-var", "build=2-broken", codes=(1,))
    # A registration that is tried again makes one more revision: which two they are is not said here.
    back = r"service web: ECS rolled back from acme:[2-9] to acme:[1-8]: ECS deployment circuit breaker"
    assert re.search(back, broken.err), str(broken)
    assert "CannotPullContainerError: failed to resolve ref web:2-broken: not found" in broken.err
    assert "fix the image" in broken.err

    again = shop.run(*acme, "-var", "build=3")
    assert again.last == "http://l-2/10101"
