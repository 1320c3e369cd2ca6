"""A task definition with what RunTask changes of it. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def overridden(definition: Mapping[str, Any], overrides: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    by_name = {one["name"]: one for one in overrides}
    return {**definition, "containers": [_container(c, by_name.get(c["name"], {})) for c in definition["containers"]]}


def _container(one: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: override[name] for name in ("command", "cpu", "memory", "memoryReservation") if override.get(name)}
    environment = {pair["name"]: pair["value"] for pair in override.get("environment") or ()}
    return {**one, **plain, "environment": {**one["environment"], **environment}}
