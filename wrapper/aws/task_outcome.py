"""How a task ended, as DescribeTasks shows it: judged by its containers' exit codes, never by what it once was. Pure.

A task may end between two looks, so that nothing ever sees it RUNNING. A container that never ran has no exit code; then the
reasons of ECS and of the container say why.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .ecs_service_status import stopped_reason, task_id

_BEGUN = ("RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")


@dataclass(frozen=True)
class TaskOutcome:
    """``codes``: exit codes by container, None of one that never ran; ``failed``: essential ones that did not end with 0."""

    id: str
    codes: Mapping[str, int | None] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    reason: str = ""

    @property
    def exit_code(self) -> int:
        return int(bool(self.failed) or not self.codes)

    @property
    def words(self) -> str:
        return self.after()

    def after(self, seconds: float | None = None) -> str:
        """In words, with the time that it took where that is known."""
        took = "" if seconds is None else f" after {seconds:g} s"
        if not self.exit_code:
            return f"ended well{took}"
        codes = [f"{name} {'never ran' if self.codes.get(name) is None else self.codes[name]}" for name in self.failed]
        return f"failed{took} ({', '.join(codes) or 'no container ran'}): {self.reason}"


def ended(task: Mapping[str, Any]) -> bool:
    return task.get("lastStatus") == "STOPPED"


def begun(task: Mapping[str, Any]) -> bool:
    """Whether a container of it ran, as far as is known."""
    ran = any("exitCode" in c or c.get("lastStatus") == "RUNNING" for c in task.get("containers") or ())
    return bool(task.get("startedAt")) or ran or (task.get("lastStatus") in _BEGUN and not ended(task))


def judged(task: Mapping[str, Any], definition: Mapping[str, Any]) -> TaskOutcome:
    """Of a task that has STOPPED. Every essential container must have ended with 0, but a log router, which ECS stops."""
    codes = {c.get("name", ""): c.get("exitCode") for c in task.get("containers") or ()}
    failed = tuple(name for name in essential(definition) if codes.get(name) != 0)
    return TaskOutcome(task_id(task), codes, failed, stopped_reason(task))


def essential(definition: Mapping[str, Any]) -> Sequence[str]:
    containers = definition.get("containerDefinitions") or ()
    return [c["name"] for c in containers if c.get("essential", True) and not c.get("firelensConfiguration")]


def not_started(answer: Mapping[str, Any]) -> str:
    """Why RunTask started nothing, as ECS says it; "" where it did."""
    failures = [
        " ".join(filter(None, (f.get("reason"), f.get("detail"), f"({f['arn']})" if f.get("arn") else "")))
        for f in answer.get("failures") or ()
    ]
    return "; ".join(failures) or ("" if answer.get("tasks") else "ECS gives no reason")


def waiting_for(task: Mapping[str, Any]) -> str:
    """What a task that has not begun waits for, as far as ECS says."""
    reasons = [c["reason"] for c in task.get("containers") or () if c.get("reason")]
    reasons += [task["stoppedReason"]] if task.get("stoppedReason") else []
    attachments = [
        f"{a.get('type', 'attachment')} is {a['status']}"
        for a in task.get("attachments") or ()
        if a.get("status") not in ("ATTACHED", None)
    ]
    place = "" if task.get("containerInstanceArn") or task.get("launchType") == "FARGATE" else "no machine yet"
    said = "; ".join([*reasons, *attachments, *([place] if place and task.get("lastStatus") == "PROVISIONING" else [])])
    return f"{task.get('lastStatus', 'unknown')}{f': {said}' if said else ''}"
