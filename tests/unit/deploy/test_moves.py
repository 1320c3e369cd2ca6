"""A tenant that shares a load balancer goes to another target group: a second slot, from its plan until the move has ended."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from aws_answers import Aws
from cloud import Cloud
from fakes import CHANGES, context
from project_on_disk import APP, REGION, Disk, filled

from wrapper.deploy.lb_slots import slots
from wrapper.deploy.lb_slots.assignment import assign
from wrapper.deploy.lb_slots.slots import SlotTable, render
from wrapper.deploy.moves import FREED
from wrapper.model.errors import RefusedError, TerraformFailed
from wrapper.model.nouns import Outcome
from wrapper.terraform import plan_json

ACME = f"{REGION}/app-test/acme"
BOOK = f"{REGION}/app-test/allotments.json"
TENANT = """\
variable "load_balancer" {
  type    = object({ mode = optional(string, "own") })
  default = { mode = "shared" }
}
variable "allotment" {
  type = object({
    load_balancer = number
    priority      = number
    moving        = optional(object({ turned = number, aside = object({ instance = number, ip = number }) }))
  })
  default = null
}
"""
LEAVES = "".join(
    f'\n  # module.service.{kind}["first"] will be destroyed\n'
    for kind in ("aws_lb_target_group.this", "aws_lb_listener_rule.shared", "aws_ecs_service.this")
)
WITHOUT_WATCH: dict[str, Any] = {"rollout_limit": 0}
FIRST, MOVING = {"load_balancer": 1, "priority": 10101}, {"turned": 12101, "aside": {"instance": 13101, "ip": 14101}}


class Shared(Cloud):
    """Its plans leave the tenant's target group until an apply of one was good."""

    leaves = False
    says = LEAVES

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk)
        self.done: list[tuple[str, Any]] = []  # what Terraform applied, with which slot

    def behave(self, run: Any, step: Any) -> Outcome:
        outcome = super().behave(run, step)
        if step.argv[1] == "plan" and outcome and self.leaves:
            return replace(CHANGES, tail=self.says + CHANGES.tail)
        if step.argv[1] == "apply" and outcome:
            self.leaves = False
            self.done += [("apply", self.values.get(ACME, {}).get("allotment"))]
        return outcome

    @property
    def table(self) -> dict[str, Any]:
        return dict(json.loads((self.states / BOOK).read_text()))

    def fill(self, tenants: int, moving: int) -> None:
        table = assign(
            SlotTable(), {name: {} for name in ["acme", *(f"t{n}" for n in range(1, tenants))]}, "then", "me"
        )
        for name in [f"t{n}" for n in range(1, moving + 1)]:
            table = slots.move(table, {name: table.tenants[name].slot.priority + 2000}, "then", "me")
        (self.states / BOOK).write_bytes(render(table))


@pytest.fixture
def cloud(example: Disk) -> Shared:
    return Shared(filled(example, _applied))


def _applied(example: Disk) -> None:
    example.append("src/app/tenant/variables.tf", TENANT)
    example.append(f"{APP}/variables.tfvars", 'load_balancer = { mode = "shared" }\n')
    made = Shared(example)
    made.perform("apply")
    made.perform("apply", "acme")


def test_a_move_is_applied_with_a_second_slot_and_once_more_without(cloud: Shared) -> None:
    before = cloud.record("acme")["inputs"]
    cloud.leaves = True
    cloud.perform("apply", "acme")
    assert cloud.done == [("apply", FIRST | {"moving": MOVING}), ("apply", FIRST)]
    assert "moving" not in cloud.table
    assert cloud.record("acme")["inputs"] == before, "what is recorded is what the next look compares"


def test_a_new_build_takes_none(cloud: Shared) -> None:
    cloud.perform("apply", "acme")
    assert cloud.done == [("apply", FIRST)]


def test_a_move_that_fails_keeps_its_slot_and_ends_by_apply_again(cloud: Shared) -> None:
    cloud.leaves, cloud.fails[ACME, "apply"] = True, Outcome(1, ok=False, tail="Error: not steady")
    with pytest.raises(TerraformFailed):
        cloud.perform("apply", "acme")
    assert cloud.table["moving"]["acme"]["priority"] == 12101
    cloud.fails.clear()
    cloud.done.clear()
    cloud.perform("apply", "acme")
    assert cloud.done == [("apply", FIRST | {"moving": MOVING}), ("apply", FIRST)] and "moving" not in cloud.table


def test_a_move_whose_last_apply_fails_ends_by_apply_again(cloud: Shared) -> None:
    cloud.leaves, second = True, FIRST | {"moving": MOVING}

    def once(run: Any, step: Any) -> Outcome:
        if step.argv[1] == "apply" and cloud.done == [("apply", second)]:
            return Outcome(1, ok=False, tail="Error: throttled")
        return cloud.behave(run, step)

    cloud.engine.behaviour = once
    with pytest.raises(TerraformFailed):
        cloud.perform("apply", "acme")
    assert cloud.table["moving"]["acme"]["priority"] == 12101
    cloud.leaves, deletable = False, []

    def heard(run: Any, step: Any) -> Outcome:
        deletable.append(run.deletable)
        return cloud.behave(run, step)

    cloud.engine.behaviour = heard
    cloud.perform("apply", "acme", context=context(deletable=("one",)))
    assert cloud.done == [("apply", second), ("apply", FIRST)] and "moving" not in cloud.table
    assert {*deletable} == {("one", *FREED)}, "also where the stack is protected"
    deletable.clear()
    cloud.perform("apply", "acme")
    assert {*deletable} == {()}


@pytest.mark.parametrize(("tenants", "moving"), [(90, 5), (80, 10)])
def test_without_a_free_second_slot_nothing_is_applied(cloud: Shared, tenants: int, moving: int) -> None:
    cloud.fill(tenants, moving)
    cloud.leaves = True
    with pytest.raises(RefusedError, match=f"no second slot free for that: {moving} tenants move there") as refused:
        cloud.perform("apply", "acme")
    assert refused.value.exit_code == 77 and "apply again t1" in refused.value.hint
    assert cloud.done == [] and "acme" not in cloud.table["moving"]


def test_a_plan_shows_the_move_and_holds_nothing(cloud: Shared) -> None:
    cloud.leaves = True
    cloud.perform("plan", "acme")
    assert cloud.values[ACME]["allotment"] == FIRST | {"moving": MOVING}
    assert cloud.done == [] and "moving" not in cloud.table


def test_a_plan_that_is_kept_holds_the_slot_that_it_names(cloud: Shared) -> None:
    cloud.leaves = True
    cloud.perform("plan", "acme", "-out=kept")
    assert cloud.table["moving"]["acme"]["priority"] == 12101


def test_a_tenant_that_is_destroyed_does_not_move(cloud: Shared) -> None:
    cloud.leaves = True
    cloud.perform("destroy", "acme")
    assert cloud.done == [("apply", FIRST)] and cloud.table["tenants"] == {}


def test_a_root_that_takes_no_second_slot_gets_none(cloud: Shared) -> None:
    file = cloud.disk.root / "src/app/tenant/variables.tf"
    file.write_text("\n".join(line for line in file.read_text().splitlines() if "moving" not in line) + "\n")
    cloud.leaves = True
    cloud.perform("apply", "acme")
    assert cloud.done == [("apply", FIRST)]


RUNNING = 'variable "running_tasks" {\n  type    = map(number)\n  default = {}\n}\n'
ANOTHER = """
  # module.service.aws_ecs_service.this["first"] will be destroyed
  # module.service.aws_ecs_service.this["ip-shared1-fargate-replica-44136fa3"] will be created
"""
PROMISED = {"acme": {"cluster": "c", "service": "acme_6cd1f999", "task_definition": "web:1"}}


@pytest.fixture
def aws() -> Aws:
    return Aws({"services": [{"serviceName": "acme_6cd1f999", "desiredCount": 5, "status": "ACTIVE"}]})


@pytest.mark.parametrize("said", [ANOTHER, ANOTHER + LEAVES])
def test_a_service_that_takes_anothers_place_starts_with_the_tasks_that_run(cloud: Shared, aws: Aws, said: str) -> None:
    cloud.disk.append("src/app/tenant/variables.tf", RUNNING)
    cloud.outputs["tenant"] = {"services": PROMISED}
    cloud.perform("apply", "acme", **WITHOUT_WATCH)
    inputs = cloud.record("acme")["inputs"]
    cloud.leaves, cloud.says, told = True, said, []

    def behave(run: Any, step: Any) -> Outcome:
        outcome = cloud.behave(run, step)
        told.append((step.argv[1], cloud.values[ACME].get("running_tasks")))
        return outcome

    cloud.engine.behaviour = behave
    cloud.perform("apply", "acme", identity=aws, **WITHOUT_WATCH)
    assert next(count for verb, count in told if verb == "apply") == {"acme": 5}
    assert cloud.record("acme")["inputs"] == inputs, "how many ran is no input"


def test_a_root_that_takes_no_count_is_planned_once_for_another_service(cloud: Shared) -> None:
    cloud.leaves, cloud.says = True, ANOTHER
    cloud.perform("apply", "acme")
    assert cloud.done == [("apply", FIRST)]


def test_the_apply_that_ends_a_move_may_take_away_what_is_left_also_where_the_stack_is_protected() -> None:
    rules = [
        "module.service.aws_lb_listener_rule.turned[0]",
        'module.load_balancer.aws_lb_listener_rule.turned["api"]',
        'aws_lb_listener_rule.shared["ip-shared1"]',
    ]
    rules += ['module.service.aws_lb_target_group.this["first"]']
    gone = [{"mode": "managed", "address": a, "type": "x", "change": {"actions": ["delete"]}} for a in rules]
    plan_json.check_deletions(json.dumps({"resource_changes": gone}).encode(), "acme", FREED)
    other = [{**gone[0], "address": 'module.service.aws_ecs_service.this["first"]'}]
    with pytest.raises(RefusedError):
        plan_json.check_deletions(json.dumps({"resource_changes": other}).encode(), "acme", FREED)
