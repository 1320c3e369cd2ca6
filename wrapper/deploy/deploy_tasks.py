"""Tasks that run with the new build before a service changes, and when ECS runs it (before_deploy and after_deploy of stack.hcl):
which of them an apply runs, what must be applied before, and what is said of one that fails.

Knows what a plan says of a task; not how ECS runs one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..model.console import Console
from ..model.errors import ConfigError, OrchestrateError, PlanChanged, RefusedError, TaskFailed
from ..model.findings import SERVICE, HookRun
from ..model.naming import nearest
from ..model.stack import Layer, Stack
from ..run.signals import SignalHandler
from ..state.record import DeploymentRecord
from ..terraform.arguments import destroys, partial
from ..terraform.planned_changes import PlannedChange, PlannedChanges, unknown_parts
from .prepared import PreparedLayer

BEFORE, AFTER = "before_deploy", "after_deploy"
_OUTPUT = "run_task"
_EVERY = 60.0  # seconds between two signs that a task still runs
_DEFINITION = "aws_ecs_task_definition"
# What a task needs and its definition does not refer to. Only what is new: that changes nothing for what runs.
_NEW = (
    *("aws_iam_role", "aws_iam_role_policy", "aws_iam_role_policy_attachment", "aws_iam_policy"),
    *("aws_security_group", "aws_security_group_rule", "aws_efs_mount_target", "aws_secretsmanager_secret_version"),
    *("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule", "aws_cloudwatch_log_group"),
)
_ALLOWS = "aws_iam_role_policy"  # its task's role may change in place: a new build may need a permission


@dataclass(frozen=True)
class DeployTask:
    """One task to run: ``request`` is RunTask's input, ``builds`` are those that it runs with, ``when`` is the setting that
    names it; ``beat`` is called every second or so while it runs."""

    layer: Layer
    name: str
    when: str
    request: Mapping[str, Any]
    builds: Mapping[str, str]
    beat: Callable[[], None] = lambda: None


RunDeployTask = Callable[[DeployTask, SignalHandler, Callable[[str], None]], None]  # raises where it does not end well


@dataclass(frozen=True)
class DeployTasks:
    """Of one command on a stack. ``run``: None where no task is to run; ``line`` says where a setting stands; ``why_not``: the
    option by which none runs; ``note`` hears of each that ran, by its tenant."""

    stack: Stack
    run: RunDeployTask | None
    line: Callable[[str], str]
    why_not: str = ""
    note: Callable[[str, HookRun], None] = lambda _tenant, _run: None
    _ended: set[tuple[str, str, str, str]] = field(default_factory=set)  # layer, event, task, its definition

    def gate(
        self,
        prepared: PreparedLayer,
        record: DeploymentRecord,
        console: Console,
        signals: SignalHandler,
        hold: Callable[[float], None],
    ) -> TasksGate | None:
        """What an apply of the layer waits for; None where no task is to run before. ``hold`` tells others for how long its try
        goes on."""
        names = self.stack.settings.before_deploy
        if not names or not self._are_for(prepared, names, console):
            return None
        return TasksGate(self, prepared, record, console, signals, Heartbeat(hold))

    def _are_for(self, prepared: PreparedLayer, names: Collection[str], console: Console) -> bool:
        """Whether an apply of the layer is one that deploys. Why a tenant's task is not run is said."""
        layer, tokens = prepared.layer, prepared.tokens
        whose = bool(layer.tenant) or self.stack.tenant_source is None
        if not prepared.verb.applies or destroys(prepared.verb, tokens) or not whose:
            return False
        why = self.why_not if self.run is None else "the apply is of a part" if partial(tokens) else ""
        if why:
            console.info(f"{layer.label}: not run: {', '.join(names)} ({why})")
        return not why

    def after(
        self,
        prepared: PreparedLayer,
        before: DeploymentRecord,
        outputs: Sequence[Mapping[str, Any]],
        console: Console,
        signals: SignalHandler,
    ) -> None:
        """``outputs``: of the layer before the apply, and after."""
        names, label = self.stack.settings.after_deploy, prepared.layer.label
        if not names or not self._are_for(prepared, names, console):
            return
        was, now = (_requests(one.get(_OUTPUT)) for one in outputs)
        # One that failed may have recorded its builds before its tasks ran.
        due = brings_build(prepared, before) or bool(before.failed)
        for name in names:
            request = self.request(label, AFTER, name, now)
            if due or _definition(was.get(name)) != _definition(request):
                self.perform(DeployTask(prepared.layer, name, AFTER, request, prepared.builds), console, signals)

    def request(self, label: str, when: str, name: str, known: Mapping[str, Any]) -> Mapping[str, Any]:
        self.check_named(label, when, name, known)
        found: Mapping[str, Any] = known[name]
        return found

    def check_named(self, label: str, when: str, name: str, known: Collection[str]) -> None:
        if name in known:
            return
        close = nearest(name, known)
        other = f"did you mean {close}?" if close else f"it has: {', '.join(known)}" if known else "it has none"
        raise ConfigError(
            f"{label} has no task {name!r}, which {when} names",
            where=self.line(when),
            hint=f"{other}. Tasks are what the root's output run_task gives out: one_off_tasks of the shipped root",
        )

    def perform(self, task: DeployTask, console: Console, signals: SignalHandler) -> None:
        """Once in a command: an apply that is tried again does not run it again."""
        assert self.run is not None
        one = (task.layer.label, task.when, task.name, _definition(task.request))
        if one in self._ended:
            console.info(f"{task.layer.label}: {task.when}: {task.name} has already ended well")
            return
        console.info(f"{task.layer.label}: {task.when}: running {task.name}")
        began, code = time.monotonic(), None
        try:
            self.run(task, signals, console.info)
            code = 0
            self._ended.add(one)
        except TaskFailed as error:
            code = error.exit_code
            raise
        finally:
            seconds = round(time.monotonic() - began, 1)
            self.note(task.layer.tenant, HookRun(task.name, task.when, code, seconds))


@dataclass
class Heartbeat:
    """Tells others that a layer's try goes on, while its tasks run: a command that was killed is waited for no longer."""

    hold: Callable[[float], None]
    clock: Callable[[], float] = time.monotonic
    _next: float = float("-inf")

    def beat(self) -> None:
        if self.clock() >= self._next:
            self._next = self.clock() + _EVERY
            self.hold(_EVERY)


@dataclass(frozen=True)
class TasksGate:
    """The gate between the stages of an apply: tasks that run with the new build."""

    tasks: DeployTasks
    prepared: PreparedLayer
    record: DeploymentRecord
    console: Console
    signals: SignalHandler
    heartbeat: Heartbeat
    makes_services: bool = False
    _chosen: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.prepared.layer.label

    @property
    def words(self) -> str:
        return f"{', '.join(self._chosen)} ({BEFORE}) runs with the new build"

    def is_wanted(self, plan: PlannedChanges) -> bool:
        names = self.tasks.stack.settings.before_deploy
        known = _names(plan)
        for name in names if known is not None else ():
            self.tasks.check_named(self.label, BEFORE, name, known or ())
        built = brings_build(self.prepared, self.record)
        self._chosen[:] = [n for n in names if built or any(d.changes for d in definitions(plan, n))]
        if self._chosen and self.prepared.root_request.saved:
            raise RefusedError(
                f"{self.label}: {self.words} before its services change, and a plan file is applied in one piece",
                where=self.tasks.line(BEFORE),
                hint="nothing was changed. Apply without the file; or apply it without the task: --no-hooks",
            )
        return bool(self._chosen)

    def first(self, plan: PlannedChanges) -> tuple[str, ...]:
        found = [one for name in self._chosen for one in self._definitions(plan, name)]
        modules = {one.module for one in found}
        others = {one.module for one in plan.resources if one.type == SERVICE} - modules
        needed = [one for one in plan.changing if one.module not in others and _is_needed(one, modules)]
        changing = [one for one in found if one.changes] + needed
        return tuple(dict.fromkeys(one.address for one in changing))

    def _definitions(self, plan: PlannedChanges, name: str) -> list[PlannedChange]:
        """None of a task whose definition is not this layer's, and known."""
        found = definitions(plan, name)
        if not found and _unknown(plan, name):
            raise ConfigError(
                f"{self.label}: which {_DEFINITION} is that of the task {name!r} is not known before its first apply",
                where=self.tasks.line(BEFORE),
                hint=f'nothing was changed. Name it so: {_DEFINITION}.{name}, or with the key "{name}"; or make the first '
                "apply with --no-hooks",
            )
        return found

    def open(self, rest: PlannedChanges) -> None:
        known = _requests(_output(rest))
        try:
            for name in self._chosen:
                self._check_known(name, rest)
                request = self.tasks.request(self.label, BEFORE, name, known)
                self.heartbeat.beat()
                task = DeployTask(self.prepared.layer, name, BEFORE, request, self.prepared.builds, self.heartbeat.beat)
                self.tasks.perform(task, self.console, self.signals)
        except OrchestrateError as error:
            unchanged = "no service was changed, and no build counts as deployed"
            error.message += f"; {unchanged}"
            if self.signals.stopping:  # what is shown then says the signal alone
                self.console.info(f"{self.label}: {unchanged}")
            raise

    def first_in_words(self) -> str:
        return f"(the task definition of {', '.join(self.tasks.stack.settings.before_deploy)}, and what it needs)"

    def tell(self) -> None:
        for name in self.tasks.stack.settings.before_deploy:
            line = f"# ecs:RunTask {name}, if a build or its task definition changes; its end is waited for\n"
            self.console.output(line.encode(), False)

    def _check_known(self, name: str, rest: PlannedChanges) -> None:
        if parts := _unknown(rest, name):
            raise PlanChanged(
                f"{self.label}: how {name} starts is not known before its services change: {', '.join(parts[:3])}",
                hint="let it depend on no service; or make this apply with --no-hooks",
            )


def _unknown(plan: PlannedChanges, name: str) -> list[str]:
    """What is not known yet of how a task starts."""
    output = plan.outputs.get(_OUTPUT)
    unknown = output.unknown if output else False
    return unknown_parts(unknown.get(name, False) if isinstance(unknown, Mapping) else unknown)


def brings_build(prepared: PreparedLayer, record: DeploymentRecord) -> bool:
    """Whether a build of it is another than at its last good apply."""
    return any(record.builds.get(name) != number for name, number in prepared.record.builds.items())


def definitions(plan: PlannedChanges, name: str) -> list[PlannedChange]:
    """The task definitions of a task: the one that it has now, else those that have its name, as a name or as a key. Of
    ``api/migrate``: that in a module which is called ``api`` so."""
    found = [one for one in plan.resources if one.type == _DEFINITION]
    output = plan.outputs.get(_OUTPUT)
    family = _definition(_requests(output.before if output else None).get(name)).rpartition(":")[0]
    known = [one for one in found if family and one.arn.rpartition(":")[0] == family]
    if known:
        return known
    *service, last = name.rsplit("/", 1)
    named = [one for one in found if last in (one.name, one.index)]
    inside = [one for one in named if any(f'["{s}"]' in one.module or one.module == f"module.{s}" for s in service)]
    return inside or named


def _is_needed(one: PlannedChange, modules: Collection[str]) -> bool:
    if one.actions == ("create",):
        return one.type in _NEW
    return one.actions == ("update",) and one.type == _ALLOWS and one.module in modules


def _output(plan: PlannedChanges) -> Any:
    found = plan.outputs.get(_OUTPUT)
    return found.value if found else None


def _names(plan: PlannedChanges) -> set[str] | None:
    """The tasks that the layer will have; None where the plan does not know."""
    output = plan.outputs.get(_OUTPUT)
    if output is None or output.unknown is True:
        return None if output else set()
    return {*_requests(output.value), *_requests(output.unknown)}


def _requests(output: Any) -> Mapping[str, Any]:
    return output if isinstance(output, dict) else {}


def _definition(request: Any) -> str:
    return str(request.get("taskDefinition") or "") if isinstance(request, dict) else ""
