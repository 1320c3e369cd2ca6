"""``orchestrate exec``: a shell, or a command, in a container that runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from ...model.errors import OrchestrateError, UnavailableError, UsageError
from ...operations import exec_session, run_task_request
from ...operations.exec_session import ExecTarget
from ...operations.status_reader import StatusReader
from ...terraform.suggested import suggest
from .. import exec_processes
from ..live_services import (
    WORDS,
    CommandWithArgv,
    LiveServices,
    argv_of,
    container_option,
    opened,
    service_option,
    words_argument,
)
from ..options import takes
from ..session import CliSession


@click.command(
    "exec",
    cls=CommandWithArgv,
    help="Enter a running container: a shell, or a command after --, whose exit code is this command's.",
    epilog="For example: ./orchestrate exec appcluster-test ap-southeast-2 -var tenant=acme --container service1 -- ls -l /",
    context_settings={"ignore_unknown_options": True},
)
@takes("root", "sandbox", "engine", "tenant", "confirm")
@service_option
@click.option(
    "--task", metavar="ID", default="", help="The task: its id, or the beginning of it (default: the oldest)."
)
@container_option(help="The container, where there are several.")
@words_argument(metavar=f"{WORDS} [-- COMMAND...]")
@click.pass_context
def command(
    ctx: click.Context, /, words: tuple[str, ...], service: str, task: str, container: str, **options: Any
) -> int:
    session: CliSession = ctx.obj.merged(options)
    argv = argv_of(ctx)
    with session.signals().installed() as signals:
        services = opened(session, "exec", words, signals, "" if argv else "a command stands at the end, after --")
        if not argv and not session.terminal:
            raise UsageError("a shell needs a terminal", hint="name a command: -- COMMAND")
        services.check_confirmed()
        found, name = _task(services, service, task, container)
        where = exec_session.target(found, name)
        session.console.info(f"{services.layer.label}: {name} of task {where.task}")
        error = exec_session.obstacle(found, name, suggest("apply", services.layer))
        if session.sandboxed:
            return _in_sandbox(session, where, argv, error)
        if error:
            raise error
        return exec_processes.on_aws(services.calls, where, argv, session.environ)


def _in_sandbox(session: CliSession, where: ExecTarget, argv: tuple[str, ...], error: OrchestrateError | None) -> int:
    """``error``: why AWS would refuse it."""
    running = session.started_sandbox()
    if not running.containers:
        raise UnavailableError(
            "in this sandbox no container runs",
            hint="start it with containers: ./orchestrate sandbox reset --containers",
        )
    if error:
        session.console.info(f"AWS would refuse this: {error.message}; {error.hint}")
    return exec_processes.in_sandbox(session.docker(), where, argv, session.containers.label)


def _task(services: LiveServices, service: str, task: str, container: str) -> tuple[Mapping[str, Any], str]:
    """The task, and the container's name."""
    one, reader = services.chosen(service), StatusReader(services.calls)
    there = services.found(one, reader.services([one]))
    label = f"{services.layer.label}: {one.name}"
    found = exec_session.choose_task(label, reader.tasks(one.cluster, one.service_name, "RUNNING"), task)
    names = [c["name"] for c in found.get("containers") or ()]
    return found, container or run_task_request.container_of(label, one.containers, there, names)
