"""Our options of a command that may be for many tenants. Light: the help of every verb shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..answers.files import Targets
    from .options import Options

_SCOPE = (
    click.option("--tenants", multiple=True, metavar="GLOB", help="These tenants: a*,!acme (an exclusion wins)."),
    click.option("--shard", metavar="K/N", help="Part K of N of the tenants, by their names."),
)
_TERMS = (
    click.option("--fail-fast", is_flag=True, help="Start no further tenant after a failure."),
    click.option("--tenant-timeout", metavar="TIME", help="Stop one tenant gracefully after so long."),
    click.option("--refresh", is_flag=True, help="Start Terraform for unchanged tenants too, to see drift."),
    click.option("--force", is_flag=True, help="The same: unchanged tenants too."),
    click.option("--canary", type=click.IntRange(1), metavar="N", help="First N tenants; go on if all are good."),
    click.option("--wave", type=click.IntRange(1), metavar="N", help="Then N at a time; stop at a bad wave."),
    click.option("--failed-from", metavar="REPORT", help="Only what failed or was stopped in that report."),
    click.option("--resume", is_flag=True, help="Go on with the same run, which was killed."),
)
_LOSSES = (
    click.option("--allow-delete", multiple=True, metavar="ADDRESS", help="May go although the stack is protected."),
)
_FILES = (
    click.option("--report", metavar="FILE", help="Write the report as JSON (docs/schemas/report-1.json)."),
    click.option("--junit", metavar="FILE", help="Write the report as JUnit's XML, for Jenkins."),
    click.option("--html", metavar="FILE", help="Write the report as one page for a browser."),
)


def scope_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which tenants."""
    return _with(command, _SCOPE)


def file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where the answers go."""
    return _with(command, _FILES)


def one_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What one layer may lose, and where the answers go."""
    return _with(command, (*_LOSSES, *_FILES))


def many_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which tenants, on which terms, and where the answers go."""
    return _with(command, (*_SCOPE, *_TERMS, *_LOSSES, *_FILES))


def targets(options: Options) -> Targets:
    """The files asked for, tried before anything runs. Relative paths are the caller's."""
    from ..answers import files

    given = [options.directory / path if path else None for path in (options.report, options.junit, options.html)]
    found = files.Targets(*given)
    files.check_writable(found)
    return found


def _with(command: Callable[..., Any], options: Iterable[Callable[..., Any]]) -> Callable[..., Any]:
    for option in reversed(tuple(options)):
        command = option(command)
    return command
