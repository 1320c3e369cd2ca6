"""Our own two-dash options: what was typed, as data, and how click reads it."""

# Annotations are no texts here: a NamedTuple compiles each text, at every start.

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar

import click

from ..model import duration


class FleetOptions(NamedTuple):
    """Which of a stack's layers, and how many of them at once (docs/tenants.md)."""

    all_tenants: bool = False
    tenants: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    shard: str = ""
    failed_from: str = ""
    resume: bool = False
    jobs: int = 0
    fail_fast: bool = False
    tenant_timeout: str = ""
    canary: int = 0
    wave: int = 0
    refresh: bool = False
    force: bool = False


class FileOptions(NamedTuple):
    """Where reports go."""

    report: str = ""
    junit: str = ""
    html: str = ""
    notify: tuple[str, ...] = ()


class SmokeOptions(NamedTuple):
    """What is asked after an apply, and what it must answer."""

    smoke: tuple[str, ...] = ()
    smoke_status: int = 0
    smoke_contains: str = ""
    smoke_tries: int = 0
    smoke_timeout: str = ""


class Options(NamedTuple):
    """What was typed, wherever on the command line it stood."""

    root: str = ""
    sandbox: bool = False
    engine: str = ""
    dry_run: bool = False
    json: bool = False
    tenant: str = ""
    confirm: str = ""
    timeout: str = ""
    rollout_timeout: str = ""
    allow_delete: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()
    var_env: tuple[str, ...] = ()
    config_builds: bool = False
    unpromoted: str = ""
    state_lost: str = ""
    ttl: str = ""
    hooks: bool = False
    no_hooks: bool = False
    fleet: FleetOptions = FleetOptions()
    files: FileOptions = FileOptions()
    check: SmokeOptions = SmokeOptions()

    def merged(self, parameters: Mapping[str, Any]) -> "Options":
        """With what click found, by the names of its parameters; what was not typed does not count."""
        values = {name: value for name, value in parameters.items() if value not in (None, False, "", 0, ())}
        groups = {name: _merged(getattr(self, name), values) for name in ("fleet", "files", "check")}
        return _merged(self, values)._replace(**groups)


Group = TypeVar("Group", FleetOptions, FileOptions, SmokeOptions, Options)


def _merged(group: Group, values: Mapping[str, Any]) -> Group:
    return group._replace(**{name: value for name, value in values.items() if name in group._fields})


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Shared(click.Option):
    """An option of several commands: help shows it after those that a command has alone."""

    rank = 1


class GlobalOption(Shared):
    """An option that may stand before the command too: help shows it after all others."""

    rank = 2


class Duration(click.ParamType[str]):
    """A length of time: refused before anything runs, kept as typed."""

    name = "duration"

    def __init__(self, *, zero: bool = False) -> None:
        self._parse = duration.parse_or_zero if zero else duration.parse

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        self._parse(value, param.opts[0] if param else "")
        return value


TIME = Duration()
TIME_OR_ZERO = Duration(zero=True)
shared = partial(click.option, cls=Shared)
global_option = partial(click.option, cls=GlobalOption)
_EVERYWHERE: Mapping[str, Decorator] = {
    "root": global_option("--root", metavar="DIR", help="The project: the folder with config/ and src/."),
    "sandbox": global_option("--sandbox", is_flag=True, help="Use a simulated AWS, started on demand."),
    "engine": global_option("--engine", metavar="NAME", help="Where Terraform runs: docker (default) or host."),
    "dry_run": global_option(
        "--dry-run",
        is_flag=True,
        help="Show each step's container and argv, or the request to AWS; start nothing.",
    ),
    "json": global_option("--json", is_flag=True, help="Print JSON on standard output."),
    "tenant": global_option("--tenant", metavar="NAME", help="The same as -var tenant=NAME."),
    "confirm": global_option(
        "--confirm", metavar="REGION/STACK[/TENANT]", help="Confirm a change to a protected stack."
    ),
    "all_tenants": global_option("--all-tenants", is_flag=True, help="The stack and all its tenants."),
    "jobs": global_option(
        "--jobs", type=click.IntRange(1, 256), metavar="N", help="Number of tenants to run side by side."
    ),
    "timeout": global_option(
        "--timeout", type=TIME, metavar="TIME", help="Stop gracefully after this time (90s, 30m, 2h)."
    ),
    "rollout_timeout": global_option(
        "--rollout-timeout",
        type=TIME_OR_ZERO,
        metavar="TIME",
        help="Wait this long for ECS after an apply (default 10m; 0: do not wait).",
    ),
}
# Of a command that asks AWS, or the sandbox in its stead, which starts only where the engine is there.
ASKS_AWS = ("root", "sandbox", "engine", "json")
# Of a command that deploys.
DEPLOYS = (*ASKS_AWS, "dry_run", "tenant", "confirm", "timeout", "rollout_timeout")


def takes(*names: str) -> Decorator:
    """Of the options that may also stand before the command, those that it acts on; it refuses the rest
    (:class:`wrapper.cli.command.Command`)."""
    return stacked(*(option for name, option in _EVERYWHERE.items() if name in names))


def global_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """All that may stand before a command."""
    return takes(*_EVERYWHERE)(command)


def stacked(*options: Decorator) -> Decorator:
    """Options as one, shown in this order."""

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated
