"""What a look at an ECS service says of a rollout: steady, waiting, failed or rolled back. Pure.

Knows the answers of DescribeServices and DescribeTasks as data; :mod:`wrapper.aws.ecs_rollout` asks for them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ExpectedService:
    """One service of a root, and the revision of its task definition that must run."""

    name: str
    cluster: str
    service: str
    task_definition: str
    target_groups: tuple[str, ...] = ()

    @property
    def service_name(self) -> str:
        """Where ``service`` is an ARN, the name in it."""
        return self.service.rpartition("/")[2]


@dataclass(frozen=True)
class Verdict:
    """What one look at a service says. ``state``: steady, waiting or failed; ``words`` for a person."""

    state: str
    words: str


# -- what is looked at --------------------------------------------------------------------------


def services(outputs: Mapping[str, Any]) -> list[ExpectedService]:
    """The services that a root gives out; none where it has no such output, or one of another shape."""
    found = outputs.get("services")
    if not isinstance(found, Mapping):
        return []
    return [_wanted(name, one) for name, one in sorted(found.items()) if _is_service(one)]


def _is_service(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(value.get(k), str) for k in ("cluster", "service", "task_definition")
    )


def _wanted(name: str, value: Mapping[str, Any]) -> ExpectedService:
    groups = value.get("target_groups") or ()
    arns = groups.values() if isinstance(groups, Mapping) else [groups] if isinstance(groups, str) else groups
    return ExpectedService(
        name, value["cluster"], value["service"], value["task_definition"], tuple(a for a in arns if a)
    )


def services_in_state(state: Mapping[str, Any] | None) -> list[ExpectedService]:
    """The services in a state, also of an apply that failed before its outputs were written. Each is to run the newest
    revision of its family that stands in the same state."""
    resources = [r for r in (state or {}).get("resources") or () if r.get("mode") == "managed"]
    revisions = [a["arn"] for a in _attributes(resources, "aws_ecs_task_definition") if isinstance(a.get("arn"), str)]
    found = [a for a in _attributes(resources, "aws_ecs_service") if _is_made(a)]
    return [_made(a, revisions) for a in sorted(found, key=lambda a: str(a["name"]))]


def _attributes(resources: Sequence[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    instances = (i for r in resources if r.get("type") == kind for i in r.get("instances") or ())
    return [i["attributes"] for i in instances if isinstance(i.get("attributes"), Mapping)]


def _is_made(service: Mapping[str, Any]) -> bool:
    return all(isinstance(service.get(k), str) and service[k] for k in ("cluster", "name", "task_definition"))


def _made(service: Mapping[str, Any], revisions: Sequence[str]) -> ExpectedService:
    family = revision(service["task_definition"]).rpartition(":")[0]
    mine = [r for r in revisions if revision(r).rpartition(":")[0] == family]
    newest = max(mine, key=lambda r: _number(revision(r)), default=service["task_definition"])
    return ExpectedService(service["name"], service["cluster"], service["name"], newest)


def given_up(service: Mapping[str, Any], known: Collection[str]) -> str:
    """What ECS says of the deployment that stands first, where it failed and is none of the known; "" otherwise. With an
    earlier one that COMPLETED that one would stand there again."""
    for one in service.get("deployments", ()):
        if one.get("status") == "PRIMARY" and one.get("rolloutState") == "FAILED" and one.get("id") not in known:
            reason = one.get("rolloutStateReason", "ECS gives no reason")
            return f"service {service.get('serviceName')}: the new version failed: {reason}"
    return ""


# -- what it says -------------------------------------------------------------------------------


def judge(wanted: ExpectedService, service: Mapping[str, Any] | None, healthy: Sequence[int]) -> Verdict:
    """A service as DescribeServices shows it; ``healthy`` targets per target group."""
    if service is None or service.get("status") != "ACTIVE":
        return Verdict("failed", "the service no longer exists")
    primary = next((d for d in service.get("deployments", ()) if d.get("status") == "PRIMARY"), None)
    if service.get("deploymentController", {}).get("type", "ECS") != "ECS" or primary is None:
        return Verdict("steady", "another deployment controller rolls it out; not checked")
    if revision(primary["taskDefinition"]) != revision(wanted.task_definition):
        return Verdict("failed", _replaced(wanted, service, primary))
    if primary.get("rolloutState") == "FAILED":
        return Verdict("failed", f"the new version failed: {primary.get('rolloutStateReason', 'ECS gives no reason')}")
    return _progress(service, primary, healthy)


def _progress(service: Mapping[str, Any], primary: Mapping[str, Any], healthy: Sequence[int]) -> Verdict:
    desired, running = primary.get("desiredCount", 0), primary.get("runningCount", 0)
    words = f"{running} of {desired} tasks run"
    if healthy:
        words += f", {min(healthy)} of {desired} targets are healthy"
    if primary.get("failedTasks"):
        words += f", {primary['failedTasks']} failed to start"
    steady = primary.get("rolloutState", "COMPLETED") == "COMPLETED" and running == desired
    return Verdict("steady" if steady and desired <= min(healthy, default=desired) else "waiting", words)


def _replaced(wanted: ExpectedService, service: Mapping[str, Any], primary: Mapping[str, Any]) -> str:
    """Another revision stands in the new one's place: the version before (ECS rolled back), or a later deployment."""
    mine = revision(wanted.task_definition)
    there = revision(primary["taskDefinition"])
    if _number(there) > _number(mine) and there.rpartition(":")[0] == mine.rpartition(":")[0]:
        return f"another deployment replaced {mine} with {there}"
    reasons = [d.get("rolloutStateReason") for d in service["deployments"] if revision(d["taskDefinition"]) == mine]
    return f"ECS rolled back from {mine} to {there}: {next(filter(None, reasons), 'the new version failed')}"


def revision(task_definition: str) -> str:
    """``family:revision`` of an ARN or of itself."""
    return task_definition.rpartition("/")[2]


def _number(revision: str) -> int:
    last = revision.rpartition(":")[2]
    return int(last) if last.isdigit() else 0


def task_id(task: Mapping[str, Any]) -> str:
    return str(task.get("taskArn", "")).rpartition("/")[2]


def stopped_reason(task: Mapping[str, Any]) -> str:
    """Why a task stopped, as ECS says it: for the task, and for each container that did not end well."""
    words = [str(task.get("stoppedReason") or "ECS gives no reason")]
    for container in task.get("containers", ()):
        if container.get("reason") and container["reason"] not in words:
            words.append(f"container {container.get('name')}: {container['reason']}")
        if container.get("exitCode"):
            words.append(f"container {container.get('name')}: exit code {container['exitCode']}")
    return "; ".join(words)
