"""What opens between the two stages of a move: ECS completed the deployment of the new service, and only then requests turn to it.

hashicorp/aws 5 calls a new service steady at the first look that finds as many tasks running as desired: also
between their start and their crash, and before a health check. (github.com/hashicorp/terraform-provider-aws/issues/20858)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..aws.ecs_service_status import ExpectedService, services_in_state
from ..model.errors import OrchestrateError
from ..model.findings import SERVICE
from ..terraform.planned_changes import PlannedChange, PlannedChanges
from .moves import services_of

_MOVES = "this"  # the name of the service in modules/tenant-service; its workers have another


@dataclass(frozen=True)
class MoveGate:
    """``state``: of the layer, as it is then; ``wait`` returns when ECS runs services, and raises when it does not."""

    state: Callable[[], Mapping[str, Any] | None]
    wait: Callable[[list[ExpectedService]], None]
    makes_services: bool = True
    _staying: list[PlannedChange] = field(default_factory=list)

    @property
    def words(self) -> str:
        return "ECS runs the new service"

    def is_wanted(self, plan: PlannedChanges) -> bool:
        """A plan that also moves addresses cannot be applied in parts."""
        moved = any(one.moved_from and one.moved_from != one.address for one in plan.resources)
        self._staying[:] = [] if moved else staying(plan)
        return bool(self._staying)

    def first(self, plan: PlannedChanges) -> tuple[str, ...]:
        return tuple(one.address for one in self._staying if one.changes)

    def open(self, rest: PlannedChanges) -> None:
        state = self.state()
        names = {name for module, key, name in services_of(state) if (module, key) in self._places}
        try:
            self.wait([one for one in services_in_state(state) if one.service in names])
        except OrchestrateError as error:
            error.message = f"{error.message.rstrip('.')}; no request turned to it, and the service before serves on"
            raise

    @property
    def _places(self) -> set[tuple[str, str]]:
        return {(one.module, one.index) for one in self._staying}

    def first_in_words(self) -> str:
        return f"the new {SERVICE}.{_MOVES}"

    def tell(self) -> None:
        """A dry run sees no plan, and so no move."""


def staying(plan: PlannedChanges) -> list[PlannedChange]:
    """The services that are made, changed or kept where another instance of theirs goes."""
    return list(_staying([one for one in plan.resources if (one.type, one.name) == (SERVICE, _MOVES) and one.index]))


def _staying(services: list[PlannedChange]) -> Iterator[PlannedChange]:
    left = {one.module for one in services if one.actions == ("delete",)}
    yield from (one for one in services if one.module in left and one.actions != ("delete",))
