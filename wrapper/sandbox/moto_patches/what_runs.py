"""Who says what runs of an ECS service: a clock (``timed``), since nothing runs, or a data plane that runs containers.

One choice for the whole process, made before its first request.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup


class WhatRuns(Protocol):
    def begin(self, service: Any) -> None:
        """A new PRIMARY deployment of the service's present task definition; the ones before run on beside it."""

    def keep(self, service: Any) -> None:
        """What an update changed without a new deployment, shown on the one there is."""

    def advance(self, service: Any) -> None:
        """Brings the service up to what happened since the last look."""

    def tasks(self, service: Any) -> Iterable[dict[str, Any]]:
        """Its tasks as DescribeTasks shows them, stopped ones too."""

    def targets(self, group: FakeTargetGroup, services: Iterable[Any]) -> Iterable[FakeHealthStatus]:
        """The targets that services have registered with a group."""

    def deleted(self, service: Any) -> None:
        """DeleteService was carried out."""

    def run(self, cluster: Any, definition: Any, count: int, **fields: Any) -> list[dict[str, Any]] | None:
        """Tasks that RunTask starts, as it answers them; None where moto's own answer will do."""

    def run_tasks(self, cluster: str) -> list[dict[str, Any]]:
        """Those of a cluster, by its ARN, as DescribeTasks shows them."""

    def stop(self, task: str, reason: str) -> dict[str, Any] | None:
        """StopTask of one that ``run`` or a service started; None where it is neither."""
