"""What lies tainted in a state although it stands in AWS, and what is said of it. Pure.

A create that timed out or was stopped leaves its resource tainted, and Terraform replaces that. Where the replacement is
created first, under the same name, AWS refuses it: "Creation of service was not idempotent"
(github.com/hashicorp/terraform-provider-aws/issues/605, 2283), "Load Balancer already exists", "Tried to create resource
record set, but it already exists". Untainted, the resource is updated in place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..model.findings import LOAD_BALANCER, RECORD, SERVICE, Seen, Tainted


def resources(state: Mapping[str, Any] | None) -> list[Tainted]:
    """The tainted resources of a state that may stand although they are to be replaced: ECS services, and of the other
    types those whose replacement is created first. A deposed object is not one: no address names it."""
    found = _mappings((state or {}).get("resources"))
    mine = (r for r in found if r.get("mode") == "managed" and r.get("type") in (SERVICE, LOAD_BALANCER, RECORD))
    return [one for resource in mine for one in _of(resource)]


def _of(resource: Mapping[str, Any]) -> Iterator[Tainted]:
    for instance in _mappings(resource.get("instances")):
        attributes, kind = instance.get("attributes") or {}, resource["type"]
        current = instance.get("status") == "tainted" and "deposed" not in instance
        if current and attributes.get("id") and (kind == SERVICE or instance.get("create_before_destroy")):
            yield Tainted(address(resource, instance.get("index_key")), kind, attributes)


def _mappings(value: object) -> Iterator[Mapping[str, Any]]:
    """What a state of format 4 lists; of any other shape nothing."""
    yield from (one for one in (value if isinstance(value, list) else ()) if isinstance(one, Mapping))


def address(resource: Mapping[str, Any], key: str | int | None) -> str:
    """A resource's instance, as developer.hashicorp.com/terraform/cli/state/resource-addressing writes it."""
    parts = [resource["module"]] if resource.get("module") else []
    index = "" if key is None else f"[{key}]" if isinstance(key, int) else f"[{_quoted(key)}]"
    return ".".join([*parts, resource["type"], resource["name"]]) + index


def _quoted(key: str) -> str:
    return json.dumps(key, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


# -- words --------------------------------------------------------------------------------------


def _is(one: Tainted, seen: Seen) -> str:
    return f"{one.address} is tainted, and {seen.words}"


def left(one: Tainted, seen: Seen) -> str:
    """Of one that does not stand, or of which that is not known."""
    return f"{_is(one, seen)}: it stays tainted, and the plan replaces it"


def untainted(one: Tainted, seen: Seen, confirm: str = "") -> str:
    """Of an apply. ``confirm``: the option that it lacks."""
    if confirm:
        return f"{_is(one, seen)}: an apply untaints it before the plan, with {confirm}"
    return f"{_is(one, seen)}: terraform untaint comes before the plan, so that it is updated in place"


def planned(one: Tainted, seen: Seen, *, kept: bool, confirm: str) -> str:
    """Of a plan, which writes nothing. ``kept``: to a file, which is applied as it is; ``confirm``: the option that an
    apply needs."""
    apply = f"an apply {confirm}" if confirm else "an apply"
    if kept:
        return f"{_is(one, seen)}: this plan file replaces it; {apply} without the file untaints it first"
    return f"{_is(one, seen)}: the replacement in this plan will not happen, because {apply} untaints it first"


def saved(one: Tainted, seen: Seen) -> str:
    """Of an apply of a plan file."""
    return f"{_is(one, seen)}: a plan file is applied as it is; an apply without the file untaints it first"
