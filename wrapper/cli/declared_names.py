"""What shell completion offers for the commands for running services: names that a tenant's files say. It asks no AWS, and offers
nothing where the files do not say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from ..model.errors import OrchestrateError
from .session import CliSession

_FIRST = "service1"  # the service that has the tenant's name
_TASKS = ("one_off_tasks", "scheduled_tasks")


def words(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Of a stack, its Regions, its tenants: as for Terraform's verbs."""
    from .terraform_verb import complete

    return complete(ctx, parameter, incomplete)


def services(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    tenant, values = _declared(ctx)
    found = [tenant if name == _FIRST else name for name in values.get("services") or {_FIRST: {}}]
    return _beginning(incomplete, found if tenant else [])


def containers(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """A service's first container has its name."""
    return _beginning(incomplete, _declared(ctx)[1].get("services") or ())


def tasks(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    values = _declared(ctx)[1]
    of_services = (one for one in _map(values.get("services")).values() if isinstance(one, Mapping))
    return _beginning(
        incomplete, [name for one in (values, *of_services) for kind in _TASKS for name in _map(one.get(kind))]
    )


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _beginning(incomplete: str, names: Any) -> list[str]:
    return sorted({name for name in names if name.startswith(incomplete)})


def _declared(ctx: click.Context) -> tuple[str, dict[str, Any]]:
    """The tenant, and what its stack's file and its own say; a map of both has the keys of both."""
    given = [*(ctx.params.get("words") or ()), *ctx.args]
    tenant = ctx.params.get("tenant") or next((w.partition("=")[2] for w in given if w.startswith("tenant=")), "")
    named = [w for w in given if not w.startswith("-") and "=" not in w]
    found: dict[str, Any] = {}
    try:
        for name, value in _values(CliSession().merged(ctx.params), named, tenant):
            found[name] = {**_map(found.get(name)), **value} if isinstance(value, Mapping) else value
    except (OrchestrateError, IndexError):
        return "", {}
    return tenant, found


def _values(session: CliSession, named: list[str], tenant: str) -> Iterator[tuple[str, Any]]:
    project = session.project
    stack = project.stack(*named[:2])
    for file in (stack.config / "variables.tfvars", *([project.tenant_file(stack, tenant)] if tenant else [])):
        if project.files.has(file):
            yield from ((name, value) for name, (value, _line) in project.files.literals(file).items())
