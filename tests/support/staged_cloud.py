"""A cloud whose stack runs a task before or after a deploy: its plans as data, and the tasks that ran."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cloud import Cloud
from fakes import CHANGES, DONE
from project_on_disk import APP, Disk

from wrapper.deploy.deploy_tasks import DeployTask
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.run.signals import SignalHandler

MIGRATE = 'module.service["service1"].aws_ecs_task_definition.task["migrate"]'
SERVICE = 'module.service["service1"].aws_ecs_service.this["first"]'
ARN = "arn:aws:ecs:r:1:task-definition/acme-migrate"


def change(address: str, *actions: str, **more: Any) -> dict[str, Any]:
    module, _, last = f".{address}".rpartition(".aws_")
    module = module.lstrip(".")
    kind, _, name = last.partition(".")
    name, _, index = name.partition("[")
    parts = {"type": f"aws_{kind}", "name": name, "module_address": module}
    parts |= {"index": index.strip('"]')} if index else {}
    return {
        "address": address,
        "mode": "managed",
        **parts,
        **more,
        "change": {"actions": list(actions), "before": None},
    }


def output(build: str = "", **more: Any) -> dict[str, Any]:
    """``build``: the revision; "" where it is not known yet."""
    one = {"cluster": "c", "taskDefinition": f"{ARN}:{build}"} if build else None
    return {
        "actions": ["update"],
        "after": {"migrate": one} if one else {},
        "after_unknown": {} if one else {"migrate": True},
    } | more


def plan(*changes: dict[str, Any], run_task: dict[str, Any] | None = None) -> str:
    outputs = {"run_task": run_task} if run_task else {}
    return json.dumps({"format_version": "1.2", "resource_changes": list(changes), "output_changes": outputs})


DEFINED, SERVED = change(MIGRATE, "create", "delete"), change(SERVICE, "update")
WHOLE = plan(DEFINED, SERVED, run_task=output())
PART = plan(DEFINED, run_task=output())
REST = plan(SERVED, run_task=output("2"))


class StagedCloud(Cloud):
    """``shown``: what the plans say, one after another; ``empty``: numbers of plans that see no change."""

    def __init__(self, disk: Disk, settings: str = 'before_deploy = ["migrate"]') -> None:
        super().__init__(disk)
        disk.append(f"{APP}/stack.hcl", settings + "\n")
        self.shown = [WHOLE, PART, REST]
        self.empty: tuple[int, ...] = ()
        self.plans = 0
        self.tasks: list[DeployTask] = []
        self.wrong: Exception | None = None
        self.meanwhile: Callable[[], None] = lambda: None

    def behave(self, run: Run, step: Step) -> Outcome:
        if run.layer.tenant and step.argv[1] == "plan":
            self.plans += 1
            return DONE if self.plans in self.empty else CHANGES
        if run.layer.tenant and step.captured:
            return Outcome(0, ok=True, tail=self.shown.pop(0))
        if run.layer.tenant and step.argv[1] == "apply":
            super().behave(run, step)
            return Outcome(0, ok=True, tail="Apply complete! Resources: 1 added, 1 changed, 0 destroyed.")
        return super().behave(run, step)

    def run_task(self, task: DeployTask, _signals: SignalHandler, info: Callable[[str], None]) -> None:
        self.tasks.append(task)
        self.engine.steps.append((task.layer.label, ("task", task.name)))
        self.meanwhile()
        if self.wrong:
            raise self.wrong
        info("its lines")

    def deploy(self, *arguments: str, **changes: Any) -> Outcome:
        return self.perform("apply", "acme", *arguments, **{"run_task": self.run_task, **changes})

    @property
    def verbs(self) -> list[str]:
        """What the tenant's apply did, after its init."""
        done = [argv for label, argv in self.engine.steps if label.endswith("/acme") and argv[1] != "init"]
        return [argv[1] + ("*" if any(w.startswith("-target") for w in argv) else "") for argv in done]
