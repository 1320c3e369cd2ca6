"""``orchestrate sandbox``: the simulated AWS of this project, or of no project, started, stopped, looked at, emptied."""

from __future__ import annotations

import contextlib
from typing import Any

import click

from ...sandbox.lifecycle import Seed
from .. import sandbox_containers
from ..command import CommandGroup
from ..options import takes
from ..sandbox_seed import seed_of
from ..session import CliSession

_containers = click.option(
    "--containers", is_flag=True, help="Run tasks as containers of this machine, behind addresses that answer."
)


@click.group("sandbox", cls=CommandGroup, help="Start, stop, show or empty the simulated AWS of this project.")
def command() -> None: ...


@command.command("start", help="Start the sandbox, unless it runs.")
@takes("root", "json")
@_containers
@click.pass_context
def start(ctx: click.Context, /, containers: bool, **options: Any) -> int:
    session = ctx.obj.merged(options)
    return _show(session, session.start_sandbox(_seed(session), containers))


@command.command("stop", help="Stop the sandbox. Everything in it is lost.")
@takes("root")
@click.pass_context
def stop(ctx: click.Context, /, **options: Any) -> int:
    session = ctx.obj.merged(options)
    running = session.simulated.status()
    session.containers.plane.stop()
    session.console.info("sandbox: stopped" if session.simulated.stop() else "sandbox: was not running")
    session.forget_states_of(running)
    return 0


@command.command("status", help="Show whether the sandbox runs, and where. Exit code 1: it does not run.")
@takes("root", "json")
@click.pass_context
def status(ctx: click.Context, /, **options: Any) -> int:
    session = ctx.obj.merged(options)
    endpoint = session.simulated.status()
    if endpoint is None:
        session.console.json({"running": False}) if session.options.json else session.console.info(
            "sandbox: not running"
        )
        return 1
    return _show(session, endpoint)


@command.command("reset", help="Empty the sandbox.")
@takes("root", "json")
@_containers
@click.pass_context
def reset(ctx: click.Context, /, containers: bool, **options: Any) -> int:
    session = ctx.obj.merged(options)
    running = session.simulated.status()
    containers = containers or session.wants_containers
    if containers:
        session.containers.check()
    session.containers.plane.stop()
    made = session.simulated.reset(_seed(session), containers)
    if containers:
        session.containers.go_on()
    session.forget_states_of(running)
    return _show(session, made)


def _seed(session: CliSession) -> Seed:
    """Outside any project it holds nothing."""
    return Seed() if session.found_root is None else seed_of(session.project)


@command.command(
    "watch", help="Show services, tasks, targets and addresses until Ctrl-C; once where there is no terminal."
)
@takes("root")
@click.pass_context
def watch(ctx: click.Context, /, **options: Any) -> int:
    session = ctx.obj.merged(options)
    endpoint = session.simulated.status()
    if endpoint is None or not endpoint.containers:
        session.console.info("sandbox: none with containers runs")
        return 1
    with contextlib.suppress(KeyboardInterrupt):
        sandbox_containers.watch(endpoint, session.console.print, click.clear if session.live else None)
    return 0


@command.command("images", help="Build a demo application for each image of this project that the engine lacks.")
@takes("root", "json")
@click.pass_context
def images(ctx: click.Context, /, **options: Any) -> int:
    session = ctx.obj.merged(options)
    made = session.containers.make_images(session.project)
    if session.options.json:
        session.console.json(made)
    for name in () if session.options.json else made:
        session.console.print(name)
    return 0


def _show(session: CliSession, endpoint: Any) -> int:
    if session.options.json:
        shown = {
            "url": endpoint.url,
            "pid": endpoint.pid,
            "log": str(endpoint.log),
            "version": endpoint.version or None,
        }
        if endpoint.containers:
            shown["containers"] = sandbox_containers.shown(endpoint)
        session.console.json({"running": True, **shown})
    else:
        session.console.info(f"sandbox: running at {endpoint.url} (process {endpoint.pid}, log {endpoint.log})")
        for line in sandbox_containers.lines(sandbox_containers.shown(endpoint)) if endpoint.containers else ():
            session.console.info(line)
    return 0
