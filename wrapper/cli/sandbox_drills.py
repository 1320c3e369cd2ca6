"""Which tasks of a tenant a drill is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.errors import NotFoundError


def chosen(found: Mapping[str, Any], kind: str, tenant: str) -> list[tuple[str, str]]:
    """Running tasks of the services named for the tenant, each with its service; what gets sick has a target."""
    tasks = [
        (f"{service['cluster']}/{service['name']}", task["id"])
        for service in found.get("services", ())
        if service["name"] == tenant or service["name"].startswith((f"{tenant}-", f"{tenant}_"))
        for task in service["tasks"]
        if task["status"] == "RUNNING" and (kind != "sick" or task["targets"])
    ]
    if not tasks:
        what = "no task behind a load balancer" if kind == "sick" else "no task"
        hint = "see what runs: ./orchestrate sandbox status"
        raise NotFoundError(f"{what} of the tenant {tenant!r} runs in the sandbox", hint=hint)
    return tasks
