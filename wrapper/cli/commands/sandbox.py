"""``orchestrate sandbox``: the simulated AWS of this project, or of no project, started, stopped, looked at, emptied."""

from __future__ import annotations

import contextlib
from typing import Any

import click

from ...model.errors import NotFoundError, UsageError
from ...project.project import Project
from .. import sandbox_containers
from ..command import CommandGroup
from ..options import takes
from ..sandbox_seed import seed_of
from ..session import CliSession

_DRILL = 60.0  # seconds
_containers = click.option(
    "--containers", is_flag=True, help="Run tasks as containers of this machine, behind addresses that answer."
)


_speed = click.option(
    "--speed",
    type=click.FloatRange(1, 600),
    metavar="N",
    help="With --containers: let their clock run N times as fast, so that minutes of alarms and schedules are seconds.",
)


@click.group("sandbox", cls=CommandGroup, help="Start, stop, show or empty the simulated AWS of this project.")
def command() -> None: ...


@command.command("start", help="Start the sandbox, unless it runs.")
@takes("root", "json")
@_containers
@_speed
@click.pass_context
def start(ctx: click.Context, /, containers: bool, speed: float | None, **options: Any) -> int:
    session = ctx.obj.merged(options)
    _check_speed(session, containers, speed)
    return _show(session, session.start_sandbox(seed_of(_project(session)), containers, speed))


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
@_speed
@click.pass_context
def reset(ctx: click.Context, /, containers: bool, speed: float | None, **options: Any) -> int:
    session = ctx.obj.merged(options)
    _check_speed(session, containers, speed)
    running = session.simulated.status()
    containers = containers or session.wants_containers
    if containers:
        session.containers.check()
    session.containers.plane.stop()
    made = session.simulated.reset(seed_of(_project(session)), containers)
    if containers:
        session.containers.go_on(speed)
    session.forget_states_of(running)
    return _show(session, made)


def _with_containers(session: CliSession) -> Any:
    endpoint = session.simulated.status()
    if endpoint is None or not endpoint.containers:
        raise NotFoundError(
            "no sandbox with containers runs", hint="start one: ./orchestrate sandbox start --containers"
        )
    session.containers.go_on()
    return endpoint


def _check_speed(session: CliSession, containers: bool, speed: float | None) -> None:
    if speed is not None and not (containers or session.wants_containers):
        raise UsageError("--speed is of the containers' clock", hint="add --containers")


def _project(session: CliSession) -> Project | None:
    return None if session.found_root is None else session.project


@command.command(
    "watch", help="Show services, tasks, targets and addresses until Ctrl-C; once where there is no terminal."
)
@takes("root")
@click.pass_context
def watch(ctx: click.Context, /, **options: Any) -> int:
    session = ctx.obj.merged(options)
    endpoint = _with_containers(session)
    with contextlib.suppress(KeyboardInterrupt):
        sandbox_containers.watch(endpoint, session.console.print, click.clear if session.live else None)
    return 0


@command.command(
    "drill", help="Let a tenant's task be killed, get sick, or fill its processors, to see what happens then."
)
@takes("root")
@click.option("--seconds", type=click.FloatRange(1, 3600), help="How long sick and fill last; 60 without it.")
@click.argument("kind", type=click.Choice(["kill", "sick", "fill"]))
@click.argument("tenant")
@click.pass_context
def drill(ctx: click.Context, /, kind: str, tenant: str, seconds: float | None, **options: Any) -> int:
    session = ctx.obj.merged(options)
    if kind == "kill" and seconds is not None:
        raise UsageError("--seconds is of sick and fill: a kill is over at once", hint="leave it out")
    for words in session.containers.drill(_with_containers(session), kind, tenant, seconds or _DRILL):
        session.console.print(words)
    return 0


@command.command("page", help="Show where the page is that a browser opens, or save it as a file.")
@takes("root")
@click.option("--output", metavar="FILE", help="Write the page as it is now to FILE.")
@click.pass_context
def page(ctx: click.Context, /, output: str | None, **options: Any) -> int:
    session = ctx.obj.merged(options)
    session.console.print(session.containers.page(_with_containers(session), output))
    return 0


@command.command("images", help="Build a demo application for each image of this project that the engine lacks.")
@takes("root", "json")
@click.option(
    "--pull", multiple=True, metavar="IMAGE", help="Pull this image first, which is then used. Nothing else is pulled."
)
@click.pass_context
def images(ctx: click.Context, /, pull: tuple[str, ...], **options: Any) -> int:
    session = ctx.obj.merged(options)
    made = session.containers.make_images(session.project, pull)
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
            shown["containers"] = session.containers.shown(endpoint)
        session.console.json({"running": True, **shown})
    else:
        session.console.info(f"sandbox: running at {endpoint.url} (process {endpoint.pid}, log {endpoint.log})")
        for line in sandbox_containers.lines(session.containers.shown(endpoint)) if endpoint.containers else ():
            session.console.info(line)
    return 0
