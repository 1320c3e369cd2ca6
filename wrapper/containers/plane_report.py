"""What the data plane tells the server: services, tasks, targets, logs, and what people are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import descriptions
from . import world as worlds
from .nouns import EcsService
from .plane_state import PlaneState
from .proxying import Proxying


def tell(state: PlaneState, services: Mapping[str, EcsService]) -> None:
    """The events of what changed since the last time."""
    for service in services.values():
        state.happens(service, list(descriptions.events(state.told, state.of(service))))
    state.told = dict(state.tasks)


def report(state: PlaneState, proxying: Proxying, logs: list[dict[str, Any]]) -> dict[str, Any]:
    services = worlds.services(state.world, state.deployments) if state.world else {}
    return {
        "services": {arn: of_service(state, one) for arn, one in services.items()},
        "targets": targets(state),
        "tasks": {t.arn: descriptions.described(t, None) for t in state.tasks.values() if not t.service},
        "logs": logs,
        "metrics": state.metrics,
        "measured": state.measured,
        "now": state.clock.now(),
        "shown": {
            "addresses": worlds.addresses(state.world, proxying.ports) if state.world else {},
            "services": [descriptions.summary(one, state.of(one)) for one in services.values()],
            "ports": proxying.ports,
            "ca": proxying.ca,
        },
    }


def targets(state: PlaneState) -> dict[str, list[Any]]:
    """By target group."""
    kinds = {g["arn"]: g["kind"] for g in state.world["target_groups"]} if state.world else {}
    found: dict[str, list[Any]] = {}
    for task in state.tasks.values():
        for target in task.targets:
            shown = descriptions.target_health(task, target, kinds.get(target.group, "instance"))
            found.setdefault(target.group, []).append(shown)
    return found


def of_service(state: PlaneState, service: EcsService) -> dict[str, Any]:
    tasks = state.of(service)
    deployments = {}
    for one in service.deployments:
        mine = [t for t in tasks if t.deployment == one.id]
        # ECS counts a draining task as running until its containers get their signal.
        running = sum(t.status in ("RUNNING", "DEACTIVATING") for t in mine)
        pending = sum(t.status in ("PROVISIONING", "PENDING") for t in mine)
        deployments[one.id] = {"running": running, "pending": pending, "failed": one.failed}
    return {
        "deployments": deployments,
        "tasks": [descriptions.described(task, service) for task in tasks],
        "events": state.happened.get(service.arn, []),
        **state.verdicts.get(service.arn, {}),
    }
