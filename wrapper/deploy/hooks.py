"""Hooks of stack.hcl around a command on one layer: before it, after it, and where it failed. What a failing hook does to the
command is decided here; how a program is run is not known here.

A hook before that fails ends the command before anything is done (1). One after fails the command (1), whose work is done and
recorded. One of a failure changes nothing of how the command ends.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..model import duration
from ..model.console import Console
from ..model.errors import ConfigError, HookFailed, OrchestrateError, TimeoutExpired
from ..model.findings import HookRun
from ..model.nouns import Outcome
from ..model.stack import Hook, Layer
from ..run.signals import SignalHandler
from ..state import layer_state, task_history
from ..state.record import moment
from ..state.store import Store
from ..state.task_history import TaskEntry
from ..terraform import commands, redaction
from ..terraform.arguments import destroys
from .prepared import PreparedLayer

_LONGEST = 100_000  # bytes of one variable; Linux takes 131,072 (MAX_ARG_STRLEN)
_HINTS = {
    "host": "a program with a slash in its name is an executable file of the project, another one is in PATH",
    "container": 'run it with the engine docker, or write place = "host"; without hooks: --no-hooks',
}
Known = tuple[list[str], Mapping[str, Any]]  # texts that no line may show, and the outputs that are none
_NOTHING: Known = ([], {})
OutputsOf = Callable[[Layer], Mapping[str, Mapping[str, Any]]]  # of a state, as it has them


@dataclass(frozen=True)
class HookCall:
    """One start of a hook: its words and the variables that it gets beside the run's own."""

    hook: Hook
    event: str
    variables: Mapping[str, str]


class HookRunner(Protocol):
    """Runs a hook."""

    def check(self, hook: Hook) -> str:
        """Why it cannot run here; "" where it can."""
        ...

    def run(self, call: HookCall, said: Callable[[str], None], pause: Callable[[float], None]) -> int:
        """Its exit code. ``pause`` raises when it must end."""
        ...


@dataclass(frozen=True)
class LayerHooks:
    """Of one command on one layer. ``where``: the line of the setting; ``outputs``: of the layer, as they are then; ``note``: hears
    of each hook that ran."""

    hooks: Sequence[Hook]
    prepared: PreparedLayer
    runner: HookRunner
    outputs: OutputsOf
    where: str
    console: Console
    signals: SignalHandler
    note: Callable[[HookRun], None]
    dry: bool = False
    clock: Callable[[], float] = time.monotonic
    ran: list[HookRun] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.prepared.layer.label

    @property
    def command(self) -> str:
        """What events are called by: plan, apply or destroy; "" for another command."""
        verb, tokens = self.prepared.verb, self.prepared.tokens
        if destroys(verb, tokens):
            return commands.DESTROY.name
        return verb.name if verb.recorded or (verb.plans and not verb.as_applied) else ""

    def around(self, run: Callable[[], Outcome]) -> Outcome:
        """What ``run`` returns or raises, with the hooks before and after."""
        if not self.command:
            return run()
        if self.dry:
            return self._told(run)
        self._check()
        self._all("before", {})
        try:
            outcome = run()
        except OrchestrateError as error:
            self._after_failure(error)
            raise
        changes = dict(zip(("add", "change", "destroy"), outcome.changes or (), strict=False))
        self._all("after", {"RESULT": "succeeded", "EXIT_CODE": str(outcome.code), "CHANGES": json.dumps(changes)})
        return outcome

    def _check(self) -> None:
        for hook in self.hooks:
            mine = any(event.endswith(f"_{self.command}") for event in hook.on)
            if mine and (reason := self.runner.check(hook)):
                hint = _HINTS[hook.place]
                raise ConfigError(
                    f"{self.label}: the hook {hook.name} cannot run: {reason}", where=self.where, hint=hint
                )

    def _all(self, when: str, result: Mapping[str, str]) -> None:
        hooks = self._of(when)
        known = self._known() if hooks else _NOTHING
        for hook in hooks:
            code = self._one(hook, when, result, known)
            if code:
                done = "nothing was done" if when == "before" else f"the {self.command} itself ended well"
                raise HookFailed(
                    f"{self.label}: the hook {hook.name} ({when}_{self.command}) ended with {code}; {done}",
                    where=self.where,
                    hint="its lines are above; without hooks: --no-hooks",
                )

    def _after_failure(self, error: OrchestrateError) -> None:
        """A hook of a failure changes nothing of it. A command that is being stopped waits for none."""
        result = {"RESULT": "failed", "EXIT_CODE": str(error.exit_code), "ERROR": error.message}
        hooks = self._of("failed") if not self.signals.stopping else []
        known = self._known() if hooks else _NOTHING
        for hook in hooks:
            try:
                if code := self._one(hook, "failed", result, known):
                    self.console.info(f"{self.label}: the hook {hook.name} (failed_{self.command}) ended with {code}")
            except OrchestrateError as other:
                self.console.info(f"{self.label}: the hook {hook.name} (failed_{self.command}): {other.message}")

    def _of(self, when: str) -> list[Hook]:
        return [hook for hook in self.hooks if f"{when}_{self.command}" in hook.on]

    def _one(self, hook: Hook, when: str, result: Mapping[str, str], known: Known) -> int:
        event, began, code = f"{when}_{self.command}", self.clock(), None
        secrets, outputs = known
        told = {name: redaction.masked(text, secrets) for name, text in result.items()}
        call = HookCall(hook, event, self._variables(hook, event, outputs) | _named(told))
        self.console.info(f"{self.label}: hook {hook.name} ({event}): {commands.redact(hook.command)}")
        try:
            code = self.runner.run(
                call, lambda line: self.console.info(redaction.masked(line, secrets)), self._bounded(hook, event)
            )
        finally:
            self.ran.append(HookRun(hook.name, event, code, round(self.clock() - began, 1)))
            self.note(self.ran[-1])
        return code

    def _bounded(self, hook: Hook, event: str) -> Callable[[float], None]:
        def late() -> TimeoutExpired:
            return TimeoutExpired(
                f"{self.label}: the hook {hook.name} ({event}) took longer than {hook.timeout}, and is stopped",
                hint="to allow more time: timeout in stack.hcl, hooks",
            )

        return duration.bounded(self.signals.pause, duration.parse(hook.timeout), late, self.clock)

    def _known(self) -> Known:
        """As it is now: for all hooks of one moment."""
        declared = self.prepared.root_request.request.declared
        found = self.outputs(self.prepared.layer)
        hidden: list[Any] = [
            v.value for n, v in self.prepared.values.items() if n in declared and declared[n].sensitive
        ]
        hidden += [one.get("value") for one in found.values() if one.get("sensitive")]
        return redaction.texts(hidden), {n: one.get("value") for n, one in found.items() if not one.get("sensitive")}

    def _variables(self, hook: Hook, event: str, outputs: Mapping[str, Any]) -> dict[str, str]:
        layer, stack = self.prepared.layer, self.prepared.layer.stack
        shown = json.dumps(outputs)
        if len(shown) > _LONGEST:
            self.console.info(f"{self.label}: hook {hook.name} gets no outputs: they are longer than {_LONGEST} bytes")
            shown = "{}"
        return _named(
            {
                "NAME": hook.name,
                "EVENT": event,
                "COMMAND": self.command,
                "LAYER": layer.label,
                "REGION": stack.region,
                "STACK": stack.name,
                "TENANT": layer.tenant,
                "BUILDS": json.dumps(dict(sorted(self.prepared.record.builds.items()))),
                "OUTPUTS": shown,
            }
        )

    def _told(self, run: Callable[[], Outcome]) -> Outcome:
        """In a dry run."""
        self._tell("before")
        outcome = run()
        self._tell("after")
        return outcome

    def _tell(self, when: str) -> None:
        for hook in self._of(when):
            line = f"# hook {hook.name} ({when}_{self.command}, {hook.place}): {commands.redact(hook.command)}\n"
            self.console.output(line.encode(), False)


def _named(values: Mapping[str, str]) -> dict[str, str]:
    return {f"HOOK_{name}": text for name, text in values.items()}


def keep(store: Store, one: LayerHooks, by: str, build_url: str) -> None:
    """The hooks of an apply, in the history of a layer that has a state. A history that cannot be written is said."""
    layer, builds = one.prepared.layer, dict(one.prepared.record.builds)
    if one.command != commands.APPLY.name or not one.ran:
        return
    try:
        for run in one.ran if layer_state.load(store, layer) else ():
            result = "stopped" if run.exit_code is None else str(run.exit_code)
            name, at = f"hook {run.name} ({run.event})", moment(time.time())
            entry = TaskEntry(at, by, name, "", result, seconds=run.seconds, builds=builds, build_url=build_url)
            task_history.add(store, layer, entry)
    except OrchestrateError as error:
        one.console.info(f"{one.label}: its hooks are not in the history: {error.message}")
