"""``orchestrate sandbox``: the simulated AWS of this project, started, stopped, looked at, emptied."""

from __future__ import annotations

from typing import Any

import click

from ..command import CommandGroup
from ..options import Options, takes
from ..sandbox_seed import seed_of


@click.group("sandbox", cls=CommandGroup, help="The simulated AWS of this project: start, stop, status, reset.")
def command() -> None: ...


@command.command("start", help="Start it, unless it runs.")
@takes("root", "json")
@click.pass_context
def start(ctx: click.Context, /, **given: Any) -> int:
    options = ctx.obj.merged(given)
    return _show(options, options.simulated.start(seed_of(options.project)))


@command.command("stop", help="Stop it; everything in it is gone.")
@takes("root")
@click.pass_context
def stop(ctx: click.Context, /, **given: Any) -> int:
    options = ctx.obj.merged(given)
    options.console.info("sandbox: stopped" if options.simulated.stop() else "sandbox: was not running")
    return 0


@command.command("status", help="Whether it runs, and where; exit code 1 when not.")
@takes("root", "json")
@click.pass_context
def status(ctx: click.Context, /, **given: Any) -> int:
    options = ctx.obj.merged(given)
    endpoint = options.simulated.status()
    if endpoint is None:
        options.console.json({"running": False}) if options.json else options.console.info("sandbox: not running")
        return 1
    return _show(options, endpoint)


@command.command("reset", help="Empty it, as if just started.")
@takes("root", "json")
@click.pass_context
def reset(ctx: click.Context, /, **given: Any) -> int:
    options = ctx.obj.merged(given)
    return _show(options, options.simulated.reset(seed_of(options.project)))


def _show(options: Options, endpoint: Any) -> int:
    if options.json:
        shown = {
            "url": endpoint.url,
            "pid": endpoint.pid,
            "log": str(endpoint.log),
            "version": endpoint.version or None,
        }
        options.console.json({"running": True, **shown})
    else:
        options.console.info(f"sandbox: running at {endpoint.url} (process {endpoint.pid}, log {endpoint.log})")
    return 0
