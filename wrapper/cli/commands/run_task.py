"""``orchestrate run-task``: a task of a layer, run once: started, heard, waited for, recorded."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import click

from ...aws import log_lines, task_run
from ...aws.log_lines import LogLine
from ...aws.task_outcome import TaskOutcome
from ...aws.task_run import START_LIMIT, TaskRun
from ...deploy.recorded_task import RecordedTask
from ...model import duration
from ...model.errors import UsageError
from ...operations import run_task_request
from ...operations.run_task_request import TaskChanges
from ...operations.status_reader import StatusReader
from ...state import layer_state
from .. import declared_names
from ..live_services import (
    WORDS,
    CommandWithArgv,
    LiveServices,
    argv_of,
    container_option,
    opened,
    service_option,
    show_calls,
    words_argument,
)
from ..options import ASKS_AWS, TIME, takes
from ..session import CliSession

_PROGRAM = "name a declared task with --task; a command stands at the end, after --"


@click.command(
    "run-task",
    cls=CommandWithArgv,
    help="Run a task once and wait for its end: a declared one (--task), or a service's own with another command. "
    "Exit code 0: every essential container ended with 0, 1: not, 124: it did not start in time.",
    epilog="For example: ./orchestrate run-task appcluster-test ap-southeast-2 -var tenant=acme --service acme -- ./migrate up",
    context_settings={"ignore_unknown_options": True},
)
@takes(*ASKS_AWS, "tenant", "dry_run", "confirm", "timeout")
@click.option(
    "--task",
    metavar="NAME",
    default="",
    help="A task that the root declares (one_off_tasks, scheduled_tasks).",
    shell_complete=declared_names.tasks,
)
@service_option
@container_option(help="The container that gets the command and the environment.")
@click.option("--env", "env", multiple=True, metavar="NAME[=VALUE]", help="Set a variable; without =, from yours.")
@click.option("--cpu", type=click.IntRange(1), metavar="UNITS", help="CPU units, for this once.")
@click.option("--memory", type=click.IntRange(1), metavar="MIB", help="Memory in MiB, for this once.")
@click.option("--detach", is_flag=True, help="Start it, print what it is, and do not wait.")
@click.option("--start-timeout", type=TIME, metavar="TIME", help="Stop it unless it starts in this time (10m).")
@words_argument(metavar=f"{WORDS} [-- COMMAND...]")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    if options["detach"] and options["start_timeout"]:
        raise UsageError("--detach waits for nothing, and takes no --start-timeout", hint="leave one of them out")
    with session.signals().installed() as signals:
        argv = argv_of(ctx)
        services = opened(session, "run-task", words, signals, "" if argv else _PROGRAM)
        services.check_confirmed()
        asked = AskedTask(services, options, argv)
        return asked.shown() if session.dry_run else asked.run()


@dataclass(frozen=True)
class AskedTask:
    """One command's."""

    services: LiveServices
    options: Mapping[str, Any]
    argv: tuple[str, ...]

    @property
    def session(self) -> CliSession:
        return self.services.session

    def shown(self) -> int:
        """The calls of a dry run."""
        show_calls(self.session, [(self.services.layer, "ecs:RunTask", run_task_request.shown(self._run().request))])
        return 0

    def run(self) -> int:
        signals, one = self.services.signals, self._recorded()
        if self.options["detach"]:
            task = one.start(signals)
            one.record(task, "detached", "")
            self._print(one, TaskOutcome(task), detached=True)
            return 0
        outcome = one.through(signals)
        self._print(one, outcome)
        return outcome.exit_code

    def _recorded(self) -> RecordedTask:
        session, store, layer = self.session, self.services.store, self.services.layer
        run, environ = self._run(), session.environ
        builds = layer_state.load_record(store, layer).builds
        by = environ.get("BUILD_USER_ID", "") or session.author
        return RecordedTask(store, layer, run, run.name, builds, by, environ.get("BUILD_URL", ""))

    def _run(self) -> TaskRun:
        name, request, service = self._asked()
        calls = self.services.calls.while_waiting()
        limit = self.options["start_timeout"]
        seconds = duration.parse(limit) if limit else START_LIMIT
        run = TaskRun(calls, name, request, self.session.console.info, self._line, seconds)
        changes = TaskChanges(self.argv, self._environment(), self.options["cpu"] or 0, self.options["memory"] or 0)
        if changes != TaskChanges() or self.options["container"]:
            request = run_task_request.changed(request, self._container(run, service), changes)
        return replace(run, request=task_run.started(request, self.session.author, str(uuid.uuid4())))

    def _asked(self) -> tuple[str, dict[str, Any], Mapping[str, Any]]:
        """The task in words, its request, and the service whose definition it is; {} of a declared one."""
        live, label, options = self.services.live, self.services.layer.label, self.options
        if options["task"]:
            if options["service"]:
                raise UsageError(
                    "--task and --service", hint="a declared task has its own definition: leave out --service"
                )
            where = f"{self.services.layer.source}/outputs.tf"
            return options["task"], run_task_request.declared(label, live.outputs, options["task"], where), {}
        if not self.argv:
            raise UsageError(
                "run-task needs a task or a command",
                hint="name a declared task: --task NAME; or give a service another command: -- COMMAND",
            )
        one = self.services.chosen(options["service"])
        there = StatusReader(self.services.calls).services([one])
        service = {**self.services.found(one, there), "containers": one.containers}
        return one.name, run_task_request.of_service(one, service), service

    def _container(self, run: TaskRun, service: Mapping[str, Any]) -> str:
        named, known = self.options["container"], run.containers
        if named and named not in known:
            raise UsageError(f"{run.name} has no container {named!r}", hint=f"it has: {', '.join(known)}")
        overrides = (run.request.get("overrides") or {}).get("containerOverrides") or ()
        said = (*(service.get("containers") or ()), *(o["name"] for o in overrides))
        return named or run_task_request.container_of(run.name, said, service, known)

    def _environment(self) -> dict[str, str]:
        found = {}
        for text in self.options["env"]:
            name, equals, value = text.partition("=")
            if not name or (not equals and name not in self.session.environ):
                raise UsageError(
                    f"--env {name or text}: no such variable", hint="write --env NAME=VALUE, or set it first"
                )
            found[name] = value if equals else self.session.environ[name]
        return found

    # -- what is told -----------------------------------------------------------------------------

    def _line(self, line: LogLine) -> None:
        """Standard output is for the task's lines, or for JSON alone."""
        for text in log_lines.shown(line):
            (self.session.console.info if self.session.options.json else self.session.console.print)(text)

    def _print(self, one: RecordedTask, outcome: TaskOutcome, *, detached: bool = False) -> None:
        run, seconds = one.run, one.seconds
        words = "runs on" if detached else outcome.after(seconds)
        self.session.console.info(f"{self.services.layer.label}: {run.name}: task {outcome.id} {words}")
        if not self.session.options.json:
            return
        self.session.console.json(
            {
                "schema": 1,
                "layer": self.services.layer.label,
                "name": run.name,
                "task": outcome.id,
                "cluster": run.request["cluster"],
                "detached": detached,
                "exit_code": None if detached else outcome.exit_code,
                "containers": dict(outcome.codes),
                "reason": outcome.reason,
                "seconds": seconds,
                "logs": [{"group": s.group, "stream": s.beginning + outcome.id} for s in run.logs.sources],
            }
        )
