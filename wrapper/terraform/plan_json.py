"""A plan as data (``terraform show -json``): what it deletes, and what of a layer is not as it was left. Pure.

The form is that of developer.hashicorp.com/terraform/internals/json-format, stable since 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from ..model import strict_json
from ..model.errors import OrchestrateError, RefusedError
from ..model.nouns import Drift

# A new revision replaces the old one with every build; the old one stays usable (skip_destroy).
_ROUTINE = ("aws_ecs_task_definition",)
# Notes of modules/tenant-service and tenant-load-balancer in the state, which stand for nothing. Any other terraform_data may have
# a provisioner.
_NOTES = re.compile(r"module\.\S+\.terraform_data\.(bounds|discovery|first|named|resolvers|serving)(\[.+\])?")


def check_deletions(data: bytes, label: str, allowed: Sequence[str], unchanged: str = "nothing was changed") -> None:
    """RefusedError for a plan that takes away anything of a protected layer that --allow-delete does not name. ``unchanged``:
    what is said of what the Run did until then."""
    gone = [
        str(change["address"])
        for change in _changes(data)
        if "delete" in change["change"]["actions"]
        and change.get("type") not in _ROUTINE
        and not _NOTES.fullmatch(str(change["address"]))
    ]
    refused = [a for a in gone if not any(a == pattern or fnmatchcase(a, pattern) for pattern in allowed)]
    if refused:
        named = ", ".join(refused[:5]) + (f" and {len(refused) - 5} more" if len(refused) > 5 else "")
        raise RefusedError(
            f"{label} is protected, and this plan deletes or replaces {named}",
            hint=f"{unchanged}. If it is meant, name each: --allow-delete '{refused[0]}'",
        )


def drifted(data: bytes) -> tuple[Drift, ...]:
    """What the plan would put right: addresses, and the names of their attributes that differ. No values."""
    return tuple(
        Drift(str(c["address"]), tuple(_attributes(c["change"])))
        for c in _changes(data)
        if set(c["change"]["actions"]) - {"no-op", "read"}
    )


class ImageMove(NamedTuple):
    """A container of a task definition that gets another tag of its image."""

    address: str
    image: str
    before: str
    after: str


def image_moves(data: bytes) -> Iterator[ImageMove]:
    """The containers whose image goes from one tag to another."""
    for change in _changes(data):
        if change.get("type") in _ROUTINE:
            before, after = (_images(change["change"].get(when)) for when in ("before", "after"))
            for name in before.keys() & after.keys():
                (image, was), (other, becomes) = before[name], after[name]
                if image == other and was != becomes:
                    yield ImageMove(str(change["address"]), image, was, becomes)


def _images(resource: object) -> dict[str, tuple[str, str]]:
    """Of a task definition, by container: its image and tag; {} where they are not known yet."""
    text = resource.get("container_definitions") if isinstance(resource, Mapping) else None
    try:
        containers = strict_json.parse(text.encode()) if isinstance(text, str) else []
        found = {str(c["name"]): str(c["image"]).rpartition(":") for c in containers}
    except (ValueError, KeyError, TypeError):
        return {}
    return {name: (image, tag) for name, (image, _, tag) in found.items() if image}


def _changes(data: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        changes = strict_json.parse(data).get("resource_changes") or ()
        yield from (c for c in changes if c.get("mode") == "managed")
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise OrchestrateError(f"cannot read Terraform's plan: {error}", hint="please report it") from None


def _attributes(change: Mapping[str, Any]) -> Iterator[str]:
    before, after, unknown = (change.get(k) for k in ("before", "after", "after_unknown"))
    if before is None or after is None:
        yield "(gone)" if before is None else "(not in the code)"
        return
    computed = {n for n, is_so in (unknown or {}).items() if is_so is True}
    known = [n for n in sorted({*before, *after} - computed) if before.get(n) != after.get(n)]
    yield from known or sorted(computed)  # what is computed again follows from what differs
