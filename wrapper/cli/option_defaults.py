"""``options`` of orchestrate.hcl: defaults of options, for each command that takes them. What is typed wins, before the command
too. None of them confirms, deletes or leaves out a check.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from click.core import ParameterSource

from ..engines.by_name import NAMES as ENGINES
from ..model import naming
from ..model.errors import ConfigError, OrchestrateError
from ..project.project_settings import ProjectSettings
from .options import Options

_FOR_MANY = ("jobs", "tenant_timeout", "fail_fast", "canary", "wave")
ALLOWED = (
    *("engine", "timeout", "rollout_timeout", *_FOR_MANY),
    *("smoke_status", "smoke_contains", "smoke_tries", "smoke_timeout", "report", "junit", "html"),
)


def defaults(chosen: Options, environ: Mapping[str, str], settings: ProjectSettings) -> dict[str, Any]:
    """Those of the command that runs, by the names of its parameters. ``chosen``: what was typed. ConfigError for an option that
    has no default here, or a value that it does not take."""
    ctx = click.get_current_context(silent=True)
    if ctx is None or ctx.parent is None:
        return {}
    taken = [
        o.name for context in (ctx.find_root(), ctx) for o in context.command.params if _on_command_line(context, o)
    ]
    taken += () if _is_for_many(ctx, chosen) else _FOR_MANY
    found: dict[str, Any] = {}
    for written, value in settings.options.items():
        name = written.replace("-", "_")
        if name not in ALLOWED:
            raise _not_allowed(written, settings.where["options"])
        option = next((option for option in ctx.command.params if option.name == name), None)
        if option is not None:
            found[name] = _converted(ctx, option, value, settings.where["options"])
        if name in taken or f"ORCHESTRATE_{name.upper()}" in environ:
            found.pop(name, None)
    return found


def _is_for_many(ctx: click.Context, options: Options) -> bool:
    """Whether many tenants were asked for, or the command knows nothing else."""
    fleet = options.fleet
    chosen = fleet.all_tenants or fleet.tenants or fleet.tag or fleet.shard or fleet.failed_from
    return bool(chosen) or "all_tenants" not in {option.name for option in ctx.command.params}


def _on_command_line(ctx: click.Context, option: click.Parameter) -> bool:
    return bool(option.name) and ctx.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE


def _converted(ctx: click.Context, option: click.Parameter, value: Any, where: str) -> Any:
    if isinstance(value, bool) != bool(getattr(option, "is_flag", False)):
        raise ConfigError(f"options: {option.name} takes another kind of value than {value!r}", where=where)
    if option.name == "engine" and value not in ENGINES:
        hint = f"there is: {', '.join(ENGINES)}"
        raise ConfigError(f"options: engine: no engine {value!r}", where=where, hint=hint)
    try:
        return option.type_cast_value(ctx, value if isinstance(value, bool) else str(value))
    except (click.BadParameter, OrchestrateError) as error:
        said = error.message
        raise ConfigError(f"options: {option.name}: {said}", where=where, hint="write what you would type") from None


def _not_allowed(name: str, where: str) -> ConfigError:
    close = naming.nearest(name.replace("-", "_"), ALLOWED)
    hint = f"did you mean {close}?" if close else f"a default may have: {', '.join(ALLOWED)}"
    return ConfigError(
        f"options: {name} has no default: it is typed each time, or there is no such option", where=where, hint=hint
    )
