"""A move in two stages: the new service, until ECS runs it; then what turns requests to it, and what goes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from aws_answers import Aws
from fakes import CHANGES
from project_on_disk import APP, Disk
from staged_cloud import DEFINED as MIGRATES
from staged_cloud import StagedCloud, change, output, plan

from wrapper.deploy.move_gate import staying
from wrapper.model.errors import PlanChanged, RolloutFailed, TaskFailed
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Layer
from wrapper.terraform import planned_changes

MODULE = 'module.service["service1"]'
OLD, NEW = f'{MODULE}.aws_ecs_service.this["first"]', f'{MODULE}.aws_ecs_service.this["ip-shared1"]'
TURNED = 'module.load_balancer.aws_lb_listener_rule.turned["service1"]'
ANOTHER = f"\n  # {OLD} will be destroyed\n  # {NEW} will be created\n"
TASKS = f"{MODULE}.aws_ecs_task_definition.this"
MADE, GOES, TURNS = change(NEW, "create"), change(OLD, "delete"), change(TURNED, "create")
DEFINED, LEFT = change(TASKS, "create", "delete"), change(TASKS, "delete")
MOVE, PART, REST = plan(MADE, GOES, TURNS, DEFINED), plan(MADE, DEFINED), plan(GOES, TURNS, LEFT)
STAGED = ["plan", "plan", "show", "plan*", "show", "apply", "plan", "show", "apply"]


def told(state: str, running: int = 1) -> dict[str, Any]:
    """What ECS says of the new service."""
    deployment = {"status": "PRIMARY", "taskDefinition": "arn:x:task-definition/acme:2", "id": "d", "desiredCount": 1}
    deployment |= {"rolloutState": state, "rolloutStateReason": "tasks failed to start.", "runningCount": running}
    return {"services": [{"serviceName": "acme_2", "status": "ACTIVE", "deployments": [deployment]}], "taskArns": []}


class MovingCloud(StagedCloud):
    """Its plans move the tenant to another service. ``services``: those of its state, by key."""

    services: tuple[str, ...] = ("first",)
    says = ANOTHER

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk, 'rollout_timeout = "1m"')
        self.shown = [MOVE, PART, REST]

    def behave(self, run: Run, step: Step) -> Outcome:
        outcome = super().behave(run, step)
        if run.layer.tenant and step.argv[1] == "plan" and outcome.code == 2:
            return replace(CHANGES, tail=self.says + CHANGES.tail)
        return outcome

    def write(self, layer: Layer, *, gone: bool = False) -> None:
        super().write(layer, gone=gone)
        if layer.tenant:
            self.put(layer, json.dumps({"version": 4, "serial": 2, "lineage": "l", "outputs": {}} | self.resources()))

    def resources(self) -> dict[str, Any]:
        numbers = {"first": 1, "ip-shared1": 2}
        made = [(key, f"acme_{numbers[key]}", f"arn:x:task-definition/acme:{numbers[key]}") for key in self.services]
        found = [{"index_key": k, "attributes": {"cluster": "c", "name": n, "task_definition": t}} for k, n, t in made]
        service = {"mode": "managed", "type": "aws_ecs_service", "name": "this", "module": MODULE}
        return {"resources": [{**service, "instances": found}]}

    def move(self, aws: Aws) -> Outcome:
        self.services = ("first", "ip-shared1")
        return self.perform("apply", "acme", identity=aws)


@pytest.fixture
def cloud(example: Disk) -> MovingCloud:
    made = MovingCloud(example)
    made.perform("apply", "")
    made.says, made.shown = "", []
    made.perform("apply", "acme", identity=Aws(told("COMPLETED")))
    made.engine.steps.clear()
    made.says, made.shown = ANOTHER, [MOVE, PART, REST]
    return made


def test_requests_turn_when_ecs_runs_the_new_service(cloud: MovingCloud) -> None:
    aws = Aws(told("COMPLETED"))
    cloud.move(aws)
    assert cloud.verbs == STAGED
    asked = [given["services"] for _, _, given in aws.asked if "services" in given]
    assert ["acme_2"] in asked
    targets = [word for _, argv in cloud.engine.steps for word in argv if word.startswith("-target")]
    assert targets == [f"-target={NEW}"]
    assert any("ECS runs the new service before the rest is applied" in line for line in cloud.console.said)


def with_a_task(cloud: MovingCloud) -> MovingCloud:
    """The same where a task runs before a deploy, and its definition is another one."""
    cloud.disk.append(f"{APP}/stack.hcl", 'before_deploy = ["migrate"]\n')
    whole = plan(MADE, GOES, TURNS, DEFINED, MIGRATES, run_task=output())
    rest = plan(MADE, GOES, TURNS, DEFINED, run_task=output("2"))
    cloud.shown = [whole, plan(MIGRATES, run_task=output()), rest, PART, REST]
    return cloud


def test_a_task_before_a_deploy_runs_before_a_move_begins(cloud: MovingCloud) -> None:
    one = with_a_task(cloud)
    one.services = ("first", "ip-shared1")
    one.deploy(identity=Aws(told("COMPLETED")))
    first = ["plan", "plan", "show", "plan*", "show", "apply", "plan", "show", "migrate"]
    assert one.verbs == [*first, "plan*", "show", "apply", "plan", "show", "apply"]


def test_a_task_that_fails_leaves_a_move_unbegun(cloud: MovingCloud) -> None:
    one = with_a_task(cloud)
    one.wrong = TaskFailed("exit 1")
    with pytest.raises(TaskFailed, match="no service was changed"):
        one.deploy(identity=Aws(told("COMPLETED")))
    assert one.verbs[-1] == "migrate" and len(one.verbs) == 9


def test_one_that_ecs_gave_up_turns_nothing(cloud: MovingCloud) -> None:
    with pytest.raises(RolloutFailed, match="tasks failed to start; no request turned to it, and the service before"):
        cloud.move(Aws(told("FAILED", 0)))
    assert cloud.verbs == STAGED[:-1], "all but the apply of the rest"


def test_with_another_image_a_move_that_failed_goes_on_in_stages(cloud: MovingCloud) -> None:
    with pytest.raises(RolloutFailed):
        cloud.move(Aws(told("FAILED", 0)))
    cloud.engine.steps.clear()
    changed = change(NEW, "update")
    cloud.says = f"\n  # {OLD} will be destroyed\n  # {NEW} will be updated in-place\n"
    cloud.shown = [plan(changed, GOES, TURNS), plan(changed), plan(GOES, TURNS)]
    cloud.move(Aws(told("COMPLETED")))
    assert cloud.verbs == STAGED[1:], "its state says that it has begun, so no first plan has to"


def test_what_is_planned_for_the_rest_alone_is_not_applied(cloud: MovingCloud) -> None:
    cloud.shown[2] = plan(GOES, TURNS, change("module.load_balancer.aws_lb.this", "delete"))
    with pytest.raises(PlanChanged, match=r"aws_lb\.this \(delete\)"):
        cloud.move(Aws(told("COMPLETED")))
    assert cloud.verbs == STAGED[:-1]


def test_where_ecs_is_not_to_be_asked_it_is_one_apply(cloud: MovingCloud) -> None:
    cloud.services = ("first", "ip-shared1")
    cloud.perform("apply", "acme", identity=Aws(told("FAILED", 0)), rollout_limit=0)
    assert cloud.verbs == ["plan", "apply"]


def test_a_service_that_goes_alone_makes_way_for_none(cloud: MovingCloud) -> None:
    cloud.says, cloud.shown = f"\n  # {OLD} will be destroyed\n", []
    cloud.perform("apply", "acme", identity=Aws(told("COMPLETED")))
    assert cloud.verbs == ["plan", "apply"]


WORKER = f'{MODULE}.aws_ecs_service.worker["mail"]'


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ([MADE, GOES, TURNS], [NEW]),
        ([change(NEW, "no-op"), GOES], [NEW]),
        ([MADE], []),
        ([GOES], []),
        ([change(OLD, "update")], []),
        ([MADE, change('module.service["api"].aws_ecs_service.this["first"]', "delete")], []),
        ([change(WORKER, "create"), change(WORKER.replace("mail", "bills"), "delete")], []),
    ],
)
def test_which_services_stay_where_another_goes(changes: list[dict[str, Any]], found: list[str]) -> None:
    assert [one.address for one in staying(planned_changes.parse(plan(*changes).encode()))] == found


@pytest.mark.parametrize(
    ("planned", "strange"),
    [
        (LEFT, []),
        (change(TASKS, "create"), []),
        (change(TASKS, "update"), [TASKS]),
        (change(WORKER, "delete"), [WORKER]),
    ],
)
def test_a_part_of_what_was_agreed_to_is_agreed_to(planned: dict[str, Any], strange: list[str]) -> None:
    later, agreed = (planned_changes.parse(text.encode()) for text in (plan(planned), MOVE))
    assert [one.address for one in later.beyond(agreed)] == strange


def test_what_a_stage_left_to_delete_hides_no_replacement_of_the_same_address() -> None:
    """As a move goes on that failed after its first stage: the object that it replaced is deposed, and is replaced again."""
    agreed, later = (planned_changes.parse(plan(*ones).encode()) for ones in ((DEFINED, LEFT), (LEFT, DEFINED)))
    assert later.beyond(agreed) == agreed.beyond(later) == ()
