"""Which ECS services a plan is about, in its own words and in pieces of any size."""

from __future__ import annotations

import pytest

from wrapper.terraform.planned_services import ServiceReader

CLUSTER = "arn:aws:ecs:ap-southeast-2:1:cluster/app-test"
PLAN = f"""
Terraform will perform the following actions:

  # module.service.aws_ecs_service.this will be created
  + resource "aws_ecs_service" "this" {{
      + availability_zone_rebalancing      = "ENABLED"
      + cluster                            = "{CLUSTER}"
      + id                                 = (known after apply)
      + name                               = "acme"
      + task_definition                    = (known after apply)

      + load_balancer {{
          + container_name   = "web"
        }}
    }}

  # module.service.aws_ecs_service.worker["mail"] will be updated in-place
  ~ resource "aws_ecs_service" "worker" {{
        id                                 = "arn:aws:ecs:ap-southeast-2:1:service/app-test/acme-mail"
        name                               = "acme-mail"
      ~ task_definition                    = "arn:aws:ecs:ap-southeast-2:1:task-definition/a:1" -> (known after apply)
        # (15 unchanged attributes hidden)
    }}

  # module.service.aws_ecs_task_definition.this must be replaced
-/+ resource "aws_ecs_task_definition" "this" {{
      ~ id = "x" -> (known after apply)
      + name = "no-service"
      + cluster = "no"
    }}

  # aws_ecs_service.old will be destroyed
  - resource "aws_ecs_service" "old" {{
      - cluster = "c" -> null
      - name    = "old" -> null
    }}

Plan: 2 to add, 1 to change, 1 to destroy.
"""
FOUND = [(CLUSTER, "acme"), ("app-test", "acme-mail")]


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("color", ["", "\x1b[1m"])
def test_what_is_made_and_what_is_changed(size: int, color: str) -> None:
    reader, text = ServiceReader(), PLAN.replace("  # ", f"{color}  # ").encode()
    for start in range(0, len(text), size):
        reader.hear(text[start : start + size])
    assert list(reader.services) == FOUND


def test_a_name_that_is_not_known_yet_is_not_read() -> None:
    reader = ServiceReader()
    reader.hear(PLAN.replace('"acme"', "(known after apply)").encode())
    assert list(reader.services) == FOUND[1:]
