"""ECS services that lie tainted in a state: which they are, and what is said of each. Pure.

A create that timed out or was stopped leaves its resource tainted. Terraform then replaces a service that ECS already runs,
and a new one of the same name is refused ("Creation of service was not idempotent",
github.com/hashicorp/terraform-provider-aws/issues/605, 2283); untainted it is updated in place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TYPE = "aws_ecs_service"
ACTIVE, MISSING = "ACTIVE", "MISSING"


@dataclass(frozen=True)
class Tainted:
    """One tainted service of a state, and where ECS is asked for it. ``arn`` is the service's."""

    address: str
    arn: str
    cluster: str

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def name(self) -> str:
        return self.arn.rpartition("/")[2]


def services(state: Mapping[str, Any] | None) -> list[Tainted]:
    """The tainted services of a state, in any module. A deposed object is not one: no address names it."""
    found = _mappings((state or {}).get("resources"))
    mine = (r for r in found if r.get("type") == TYPE and r.get("mode") == "managed" and r.get("name"))
    return [one for resource in mine for one in _of(resource)]


def _of(resource: Mapping[str, Any]) -> Iterator[Tainted]:
    for instance in _mappings(resource.get("instances")):
        attributes = instance.get("attributes") or {}
        arn = str(attributes.get("id") or "")
        if instance.get("status") == "tainted" and "deposed" not in instance and arn.count(":") >= 5:
            yield Tainted(
                address(resource, instance.get("index_key")), arn, str(attributes.get("cluster") or "default")
            )


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


def left(one: Tainted, status: str) -> str:
    known = "ECS has no such service" if status == MISSING else f"ECS shows it {status}"
    return f"{one.address} is tainted, and {known}: it stays tainted, and the plan replaces it"


def unknown(one: Tainted, error: str) -> str:
    return (
        f"{one.address} is tainted, and ECS cannot be asked whether it is {ACTIVE} ({error}): it stays tainted, and the plan "
        "replaces it. The role needs ecs:DescribeServices"
    )


def untainted(one: Tainted, confirm: str = "") -> str:
    """Of an apply. ``confirm``: the option that it lacks."""
    if confirm:
        return f"{_active(one)}: an apply untaints it before the plan, with {confirm}"
    return f"{_active(one)}: terraform untaint comes before the plan, so that it is updated in place"


def planned(one: Tainted, *, kept: bool, confirm: str) -> str:
    """Of a plan, which writes nothing. ``kept``: to a file, which is applied as it is; ``confirm``: the option that an
    apply needs."""
    with_it = f" {confirm}" if confirm else ""
    if kept:
        return f"{_active(one)}: this plan file replaces it; an apply{with_it} without the file untaints it first"
    return f"{_active(one)}: the replacement in this plan will not happen, because apply{with_it} untaints it first"


def saved(one: Tainted) -> str:
    """Of an apply of a plan file."""
    return f"{_active(one)}: a plan file is applied as it is; an apply without the file untaints it first"


def _active(one: Tainted) -> str:
    return f"{one.address} is tainted, and ECS shows it {ACTIVE}"
