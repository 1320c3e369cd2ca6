"""What the clock starts where containers run: tasks of EventBridge Scheduler and of EventBridge's rules, and the scheduled
actions of Application Auto Scaling.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ecs.models import ecs_backends
from moto.events.models import events_backends
from moto.scheduler.models import EventBridgeSchedulerBackend, scheduler_backends
from moto.sqs.models import sqs_backends

from .containers_metrics import target_of_service
from .schedule_times import due

RunTask = Callable[..., Any]
log = logging.getLogger("sandbox")


class Schedules:
    """``run`` starts tasks (:meth:`WhatRuns.run`); ``tasks_of`` and ``scale`` are those of a service."""

    def __init__(
        self,
        run: RunTask,
        tasks_of: Callable[[str, str], int | None],
        scale: Callable[[str, str, int, str], None],
    ) -> None:
        self._run, self._tasks_of, self._scale = run, tasks_of, scale
        self._at = 0.0

    def fire(self, now: float) -> None:
        """What became due since the last time, by the data plane's clock. Nothing is due before the first."""
        after, self._at = self._at, now
        if not 0 < after < now:
            return
        for region, scheduler in list(scheduler_backends[DEFAULT_ACCOUNT_ID].items()):
            for schedule in [one for group in scheduler.schedule_groups.values() for one in group.schedules.values()]:
                self._schedule(region, scheduler, schedule, after, now)
        for region, events in list(events_backends[DEFAULT_ACCOUNT_ID].items()):
            for rule in [rule for bus in events.event_buses.values() for rule in bus.rules.values()]:
                self._rule(region, rule, after, now)
        for region, scaling in list(applicationautoscaling_backends[DEFAULT_ACCOUNT_ID].items()):
            for action in list(scaling.scheduled_actions):
                self._action(region, action, after, now)

    def _schedule(self, region: str, backend: EventBridgeSchedulerBackend, one: Any, after: float, now: float) -> None:
        created = float(one.creation_date)
        times = due(one.schedule_expression, one.schedule_expression_timezone, created, after, now)
        for at in times if one.state == "ENABLED" else ():
            if float(one.start_date or 0) <= at <= float(one.end_date or at):
                self._start(region, one.target, f"chronos-schedule/{one.name}")
                if one.action_after_completion == "DELETE" and one.schedule_expression.startswith("at("):
                    backend.delete_schedule(one.group_name, one.name)

    def _rule(self, region: str, rule: Any, after: float, now: float) -> None:
        if rule.state != "ENABLED" or not rule.scheduled_expression:
            return
        for _ in due(rule.scheduled_expression, "UTC", 0.0, after, now):
            for target in rule.targets:
                self._start(region, target, f"events-rule/{rule.name}")

    def _start(self, region: str, target: Mapping[str, Any], by: str) -> None:
        try:
            if ":ecs:" in target["Arn"]:
                self._task(region, target, by)
            elif ":sqs:" in target["Arn"]:
                queue = str(target["Arn"]).rpartition(":")[2]
                sqs_backends[DEFAULT_ACCOUNT_ID][region].send_message(queue, target.get("Input") or "{}")
            else:
                log.warning("%s: the sandbox starts no %s", by, target["Arn"])
        except Exception as error:  # moto's errors have no common parent; AWS gives such an event up
            log.warning("%s was not started: %s", by, getattr(error, "message", error))

    def _task(self, region: str, target: Mapping[str, Any], by: str) -> None:
        backend, settings = ecs_backends[DEFAULT_ACCOUNT_ID][region], target["EcsParameters"]
        definition = backend.describe_task_definition(settings["TaskDefinitionArn"])
        fields = {"overrides": json.loads(target.get("Input") or "{}"), "startedBy": by, "group": settings.get("Group")}
        fields["launchType"] = settings.get("LaunchType") or "EC2"
        self._run(backend._get_cluster(target["Arn"]), definition, int(settings.get("TaskCount") or 1), **fields)
        log.info("%s started %s", by, definition.arn)

    def _action(self, region: str, action: Any, after: float, now: float) -> None:
        target = target_of_service(region, action.resource_id)
        acts = target is not None and not (target.suspended_state or {}).get("ScheduledScalingSuspended")
        for _ in due(action.schedule, action.timezone or "UTC", action.creation_time, after, now) if acts else ():
            wanted = action.scalable_target_action or {}
            target.update(wanted.get("MinCapacity"), wanted.get("MaxCapacity"), None)
            current = self._tasks_of(region, action.resource_id)
            if current is not None:
                within = min(max(current, int(target.min_capacity)), int(target.max_capacity))
                if within != current:
                    self._scale(region, action.resource_id, within, f"scheduled action {action.scheduled_action_name}")
