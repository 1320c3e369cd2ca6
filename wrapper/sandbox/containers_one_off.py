"""Tasks that RunTask started, for the data plane to run: what was asked for, and what became of each.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

_ALIVE = ("PROVISIONING", "PENDING", "RUNNING", "DEACTIVATING", "STOPPING")


class OneOffTasks:
    """Records by ARN, as DescribeTasks shows them; times are seconds since 1970."""

    def __init__(self) -> None:
        self._tasks: dict[str, dict[str, Any]] = {}
        self._begun: set[str] = set()
        self.stops: dict[str, str] = {}  # ARN of a task that StopTask was called for -> why

    def start(self, cluster: Any, definition: Any, count: int, **fields: Any) -> list[dict[str, Any]]:
        made = [self._made(cluster, definition, fields) for _ in range(count)]
        self._tasks |= {task["taskArn"]: task for task in made}
        return made

    def _made(self, cluster: Any, definition: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "taskArn": f"{cluster.arn.replace(':cluster/', ':task/')}/{uuid.uuid4().hex}",
            "clusterArn": cluster.arn,
            "taskDefinitionArn": definition.arn,
            "lastStatus": "PROVISIONING",
            "desiredStatus": "RUNNING",
            "createdAt": time.time(),
            "containers": [{"name": c["name"], "lastStatus": "PENDING"} for c in definition.container_definitions],
            **{name: value for name, value in fields.items() if value is not None},
        }

    def note(self, seen: Mapping[str, Mapping[str, Any]]) -> None:
        """What the data plane says of them."""
        for arn, task in seen.items():
            if arn in self._tasks:
                self._begun.add(arn)
                mine = {
                    n: v for n, v in self._tasks[arn].items() if n in ("startedBy", "group", "overrides", "launchType")
                }
                self._tasks[arn] = {**task, **mine}

    def wanted(self) -> Iterator[dict[str, Any]]:
        """Those that have not ended. ``begun``: not to be started a second time."""
        for arn, task in self._tasks.items():
            if task["lastStatus"] in _ALIVE:
                overrides = (task.get("overrides") or {}).get("containerOverrides") or []
                definition = task["taskDefinitionArn"]
                yield {"arn": arn, "definition": definition, "overrides": overrides, "begun": arn in self._begun}

    def shown(self, cluster: str) -> list[dict[str, Any]]:
        return [task for task in self._tasks.values() if task["clusterArn"] == cluster]

    def find(self, name: str) -> dict[str, Any] | None:
        """By ARN or id."""
        return next((t for arn, t in self._tasks.items() if name in (arn, arn.rpartition("/")[2])), None)
