"""A plan as data (``terraform show -json``): each change with its address and its actions, and what the outputs will be. Pure.

The form is that of developer.hashicorp.com/terraform/internals/json-format, stable since 1.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model import strict_json
from ..model.errors import OrchestrateError

_NOTHING = ("no-op",)


@dataclass(frozen=True)
class PlannedChange:
    """One resource of a plan, also one that stays. ``index``: its key, "" without one; ``module``: the address of its module;
    ``moved_from``: its address until now, where that is another; ``arn``: as it is now."""

    address: str
    type: str
    actions: tuple[str, ...]
    name: str = ""
    index: str = ""
    module: str = ""
    moved_from: str = ""
    arn: str = ""

    @property
    def changes(self) -> bool:
        return self.actions != _NOTHING

    @property
    def words(self) -> str:
        return f"{self.address} ({' and '.join(self.actions)})"


@dataclass(frozen=True)
class PlannedOutput:
    """``value``: as it will be, without what is not known yet, which ``unknown`` says: True, or the same shape; ``before``:
    as it is now."""

    value: Any = None
    unknown: Any = False
    before: Any = None


@dataclass(frozen=True)
class PlannedChanges:
    """A whole plan."""

    resources: tuple[PlannedChange, ...] = ()
    outputs: Mapping[str, PlannedOutput] = field(default_factory=dict)

    @property
    def changing(self) -> tuple[PlannedChange, ...]:
        return tuple(one for one in self.resources if one.changes)

    def beyond(self, agreed: PlannedChanges) -> tuple[PlannedChange, ...]:
        """What it changes otherwise than ``agreed`` does, or more. A part of a replacement is none: the first stage may make what
        is new, and leave the deletion of what was there."""
        known: dict[str, set[str]] = {}
        for one in agreed.changing:  # a deposed object has the address of the one that took its place
            known.setdefault(one.address, set()).update(one.actions)
        return tuple(one for one in self.changing if not known.get(one.address, set()) >= {*one.actions})


def parse(data: bytes) -> PlannedChanges:
    try:
        plan = strict_json.parse(data)
        outputs = {str(name): _output(one) for name, one in (plan.get("output_changes") or {}).items()}
        return PlannedChanges(tuple(_resources(plan)), outputs)
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise OrchestrateError(f"cannot read Terraform's plan: {error}", hint="please report it") from None


def _resources(plan: Mapping[str, Any]) -> Iterator[PlannedChange]:
    for one in plan.get("resource_changes") or ():
        if one.get("mode") == "managed":
            change, index = one["change"], one.get("index")
            yield PlannedChange(
                str(one["address"]),
                str(one.get("type", "")),
                tuple(change["actions"]),
                str(one.get("name", "")),
                "" if index is None else str(index),
                str(one.get("module_address", "")),
                str(one.get("previous_address", "")),
                str((change.get("before") or {}).get("arn") or ""),
            )


def _output(one: Mapping[str, Any]) -> PlannedOutput:
    return PlannedOutput(one.get("after"), one.get("after_unknown", False), one.get("before"))


def unknown_parts(unknown: Any, place: str = "") -> list[str]:
    """The places in a value that are not known yet, such as ``overrides.containerOverrides[0].command``."""
    if unknown is True:
        return [place or "all of it"]
    if isinstance(unknown, Mapping):
        return [found for name, one in unknown.items() for found in unknown_parts(one, f"{place}.{name}".lstrip("."))]
    if isinstance(unknown, list):
        return [found for number, one in enumerate(unknown) for found in unknown_parts(one, f"{place}[{number}]")]
    return []
