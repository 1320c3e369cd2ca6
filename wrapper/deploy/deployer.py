"""From names to a finished command on a stack or a tenant: which layers, in which order, with which values.

Knows every package below it and holds them together; decides nothing about Terraform's flags, and prints nothing.
"""

from __future__ import annotations

import contextlib
import getpass
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from functools import partial as partial_of
from typing import TYPE_CHECKING, Any

from ..aws import ecs_service_status, task_definitions
from ..aws.identity import Identity
from ..engines import Engine
from ..model.console import Console
from ..model.errors import NewerError, OrchestrateError, RefusedError, TerraformFailed
from ..model.findings import BuildChange, HookRun
from ..model.fingerprint import Difference, first_names
from ..model.nouns import Outcome
from ..model.stack import Layer, Stack
from ..project import git
from ..project.project import Project
from ..run import retry
from ..run.plan_run import RunContext
from ..run.runner import StepWatch, execute
from ..run.signals import SignalHandler
from ..state import layer_state
from ..state.record import Trigger, moment
from ..state.store import Store, open_store
from ..terraform import caller_values, commands
from ..terraform.arguments import changes, destroys, partial
from ..terraform.commands import Token, Verb
from ..terraform.suggested import suggest
from . import build_changes, build_words
from .build_choices import BuildPolicy
from .build_guard import BuildGuard
from .inputs import InputResolver
from .moves import ApplySequence, Moves, MoveWatch, ending_of, is_half_way
from .prepared import NO_OVERRIDES, LayerOverrides, PreparedLayer
from .recorder import Before, Recorder
from .recovery import Recovery
from .slot_allocator import CARRIED, SlotAllocator
from .smoke_test import Smoke
from .state_watch import StateWatch
from .turn import Turn
from .untaint import Untainting
from .verification import Verification

if TYPE_CHECKING:
    from ..aws.calls import AwsCalls
    from ..state.record import DeploymentRecord
    from .deploy_tasks import DeployTasks, RunDeployTask
    from .ending import LifetimeVerification
    from .hooks import HookRunner
    from .staged_apply import StagedApply, StageGate
    from .stopping import Stopping


@dataclass
class Deployer:
    """What one command uses, opened once. ``environ`` is the caller's environment, for its TF_VAR_ names."""

    project: Project
    stack: Stack
    identity: Identity
    engine: Engine
    context: RunContext
    console: Console
    signals: SignalHandler
    confirmed: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)
    dry: bool = False
    rollout_limit: float | None = None  # seconds; None: as stack.hcl says
    trigger: Trigger = field(default_factory=Trigger)
    smoke: Smoke = field(default_factory=Smoke)
    builds: BuildPolicy = field(default_factory=BuildPolicy)
    state_lost: str = ""  # why a layer goes on without its state
    unpromoted: str = ""  # why new numbers need not run in the stack before
    store_of: Callable[[Stack], Store] | None = None  # where the states of another stack are
    note_builds: Callable[[Layer, tuple[BuildChange, ...]], None] | None = None  # hears of each layer that runs
    run_task: RunDeployTask | None = None  # runs a task before or after a deploy; None: none is run
    hook_runner: HookRunner | None = None  # runs the hooks of stack.hcl; None: none is run
    no_hooks: str = ""  # the option by which neither is run
    hook_runs: dict[str, list[HookRun]] = field(default_factory=dict)  # by tenant
    begun_with: dict[str, Before] = field(default_factory=dict)  # by tenant, until the last of its applies is done
    ttl: float = 0.0  # seconds until a tenant ends; 0: as it is

    @cached_property
    def recorder(self) -> Recorder:
        return Recorder(
            lambda: self.store, self.context.author, self.trigger, git.commit(self.project.root, self.console.info)
        )

    @cached_property
    def verification(self) -> Verification:
        return Verification(self.project, self.stack, self.identity, self.recorder, self.smoke, self.rollout_limit)

    @cached_property
    def untainting(self) -> Untainting:
        return Untainting(self.identity, self.confirmed, self.dry)

    @cached_property
    def recovery(self) -> Recovery:
        return Recovery(lambda: self.store, self.context, self.state_lost, self.confirmed)

    @cached_property
    def turn(self) -> Turn:
        return Turn(
            lambda: self.store,
            self.recorder.run,
            self.signals.pause,
            self.context.interactive,
            self.builds.from_files,
            self.dry,
            self.recorder.commit,
            lambda then: git.is_older(self.project.root, then),
            self.context.lock_wait,
        )

    @cached_property
    def tasks(self) -> DeployTasks:
        """For a stack that runs some before or after a deploy."""
        from .deploy_tasks import DeployTasks

        return DeployTasks(self.stack, self.run_task, self._line_of, self.no_hooks, self._note_hook)

    def _note_hook(self, tenant: str, run: HookRun) -> None:
        self.hook_runs.setdefault(tenant, []).append(run)

    def _line_of(self, setting: str) -> str:
        """Where a setting of stack.hcl stands that is there."""
        found = self.project.files.literals(self.stack.config / "stack.hcl")[setting]
        return f"{self.stack.settings_file}:{found[1]}"

    @cached_property
    def store(self) -> Store:
        return open_store(self.stack, self.identity)

    @cached_property
    def resolver(self) -> InputResolver:
        return InputResolver(
            self.project,
            self.stack,
            self.identity,
            lambda: self.store,
            self.context,
            self.console,
            self.environ,
            dry=self.dry,
            builds=replace(self.builds, mode=self.stack.settings.builds),
        )

    @cached_property
    def guard(self) -> BuildGuard:
        asked = self.context.interactive and not self.dry
        exempt = any(k in self.trigger.reason for k in ("promoted_from", "rollback_of"))
        guard = BuildGuard(
            self.project,
            self.stack,
            self._store_of,
            self.console.info,
            self.unpromoted,
            exempt=exempt,
            asked=asked,
            refuses=not self.dry,
        )
        guard.check_reason()
        return guard

    def _store_of(self, stack: Stack) -> Store:
        if stack == self.stack:
            return self.store
        return self.store_of(stack) if self.store_of else open_store(stack, self.identity)

    @cached_property
    def slot_allocator(self) -> SlotAllocator:
        stack_layer = Layer(self.stack)
        return SlotAllocator(
            self.resolver,
            lambda: self.store,
            lambda tokens: self.run_layer(commands.APPLY, stack_layer, tokens),
            self.console.info,
            self.signals.pause,
        )

    # -- the commands -------------------------------------------------------------------------

    def perform(
        self, verb: Verb, layer: Layer, tokens: Sequence[Token], overrides: Mapping[str, LayerOverrides] | None = None
    ) -> Outcome:
        """One verb on one layer. ``apply`` of a tenant makes the stack layer first where there is none. ``overrides``:
        what overrides the command for each of the two, by tenant."""
        self.check(verb, layer, tokens)
        if changes(verb, tokens):
            self.limit_rate(1, self.console.info)
        overrides = overrides or {}
        if verb.applies and layer.tenant:
            self.ensure_stack(layer, tokens, overrides)
        [found] = self.slot_allocator.make(
            [self.resolver.prepare(verb, layer, tokens, overrides.get(layer.tenant, NO_OVERRIDES))]
        )
        if isinstance(found, OrchestrateError):
            raise found
        return self._run(self.guard.check(found))

    def run_layer(
        self, verb: Verb, layer: Layer, tokens: Sequence[Token], overrides: LayerOverrides = NO_OVERRIDES
    ) -> Outcome:
        return self._run(self.guard.check(self.resolver.prepare(verb, layer, tokens, overrides)))

    def _run(self, prepared: PreparedLayer) -> Outcome:
        if prepared.verb.interactive:
            return self.carry_out(prepared)
        return self.run_with_retries(
            prepared, lambda: self.carry_out(prepared), self.console, self.signals, self.console.info
        )

    def run_with_retries(
        self,
        prepared: PreparedLayer,
        attempt: Callable[[], Outcome],
        console: Console,
        signals: SignalHandler,
        info: Callable[[str], None],
    ) -> Outcome:
        """What ``attempt`` returns or raises at the last of its tries, with the hooks of stack.hcl around all of them. ``info``
        hears why there is another one."""
        clock = self._clock(prepared.tokens, signals, info)
        tries = partial_of(retry.with_retries, prepared.layer.label, attempt, clock)
        return self._hooked(prepared, tries, console, signals)

    def _hooked(
        self, prepared: PreparedLayer, run: Callable[[], Outcome], console: Console, signals: SignalHandler
    ) -> Outcome:
        """What ``run`` returns or raises, with the hooks of stack.hcl around it."""
        hooks, runner = self.stack.settings.hooks, self.hook_runner
        if not hooks or runner is None:
            return run()
        from .hooks import LayerHooks, keep

        note, where = partial_of(self._note_hook, prepared.layer.tenant), self._line_of("hooks")
        one = LayerHooks(hooks, prepared, runner, self._outputs, where, console, signals, note, self.dry)
        try:
            return one.around(run)
        finally:
            keep(self.store, one, self.recorder.who, self.trigger.build_url)

    def _outputs(self, layer: Layer) -> Mapping[str, Any]:
        """Of the layer's state, each with what it says of itself; none where it cannot be read."""
        with contextlib.suppress(OrchestrateError):
            return (layer_state.load(self.store, layer) or {}).get("outputs") or {}
        return {}

    def _clock(self, tokens: Sequence[Token], signals: SignalHandler, info: Callable[[str], None]) -> retry.RetryClock:
        """For the tries of a layer. Terraform itself waits as long as a -lock-timeout says."""
        given = any(token.flag == "lock-timeout" for token in tokens)
        patience = retry.LockPatience(0.0 if given else self.context.lock_wait, self.context.machine)
        return retry.RetryClock(signals.pause, random.random, info, patience)

    def carry_out(
        self, prepared: PreparedLayer, console: Console | None = None, signals: SignalHandler | None = None
    ) -> Outcome:
        """Run a layer that is ready, in as many applies as it takes."""
        sequence = ApplySequence(self.slot_allocator, self._carry_out, self._counted, self.context, self.dry)
        return sequence.run(prepared, console or self.console, signals or self.signals)

    def _counted(self, prepared: PreparedLayer) -> PreparedLayer:
        """The same, told how many tasks run, where its root takes that."""
        if not prepared.takes_counts:
            return prepared
        from ..aws import ecs_task_counts

        services = ecs_service_status.services(layer_state.outputs(layer_state.load(self.store, prepared.layer)))
        region = self.stack.aws_region
        return prepared.with_counts(ecs_task_counts.desired(self.identity, region, prepared.layer.label, services))

    def _carry_out(
        self,
        prepared: PreparedLayer,
        console: Console,
        signals: SignalHandler,
        context: RunContext | None = None,
        *,
        moving: bool = False,
        more: bool = False,
    ) -> Outcome:
        """Run it once; what went in is recorded beside its state when it is done. Raises Moves for a move without its slot,
        when nothing is changed yet. ``context``: of the apply that ends a move; ``moving``: it was planned as a move; ``more``:
        another apply follows."""
        verb, layer, started = prepared.verb, prepared.layer, time.monotonic()
        found = self.turn.wait(prepared, lambda: self._state_of(verb, layer), console.info)
        before = found.state[0] if found.state else None
        prepared = prepared if self.dry else self.recovery.check(prepared, found, console.info)
        prepared = self.turn.take(prepared, found)
        verification = self._verification_of(prepared, console, signals, waits=more and not moving)
        self._tell_builds(prepared, found, console)
        self.verification.check(prepared)
        rollout = self.verification.limit_for(prepared)
        machine = self.context.machine
        watch = StateWatch(self.recorder, prepared, found, dry=self.dry, rollout=rollout, machine=machine)
        watch.begins = verification.begins
        untaints = self.untainting.choose(prepared, before, console.info)
        recorder = self.recorder  # made now: the commit is that of what runs, not of what is edited meanwhile
        whole = destroys(verb, prepared.tokens) and not partial(prepared.tokens) and not self.dry
        after: tuple[dict[str, Any], str] = {}, ""
        kept = task_definitions.kept_families(before) if whole else []
        try:
            agreed = context or (ending_of(self.context) if self.slot_allocator.second_of(prepared) else self.context)
            run = replace(prepared.lay_out(agreed, untaints), moves=build_words.moves(prepared.choices))
            run = run if self.dry else replace(run, saved=self.recovery.saved_for(run, found))
            run = replace(run, planned=recorder.planned(prepared, found.record)) if run.files.collect else run
            engine = self._engine_for(prepared, console, signals)
            gated = verb.applies and bool(rollout) and not whole and self._is_gated(prepared)
            looked: StepWatch = MoveWatch(
                watch, prepared, may_move=context is None and not whole, gated=moving or not gated
            )
            if verb.applies and self.stack.settings.protected and not self.builds.from_files:
                from .witness import Witness

                looked = Witness(looked, prepared, found.record, console.info, self.context.interactive)
            stages = self._stages(prepared, watch, console, signals, moving=gated and (moving or is_half_way(before)))
            outcome = execute(stages.begun(run) if stages else run, engine, console, signals, looked, stages)
            if verb.applies and not (self.dry or whole or outcome.skipped):
                after = layer_state.load_tagged(self.store, layer) or after
                verification.watch(prepared, layer_state.outputs(after[0]), console, signals)
        except Moves:
            watch.ended()
            raise
        except OrchestrateError as error:
            error = self._explained(prepared, error, console)
            watch.failed(error)
            if verb.applies and watch.began and not self.dry:
                self._name_leftovers(layer, error, console)
            raise error
        finally:
            if not layer.tenant:
                self.resolver.outputs.forget()
        if self.dry or outcome.skipped:
            return outcome
        if whole:
            task_definitions.deregister(self.identity, self.stack.aws_region, kept)
            self._forget(layer)
        elif verb.applies:
            record = recorder.applied(prepared, time.monotonic() - started, found, after)
            self._free_slots(prepared)
            self._run_after(prepared, found, (record, after[0]), console, signals, more=more)
            verification.run_smoke_test(layer, record, console, signals)
            return replace(outcome, url=record.url)
        else:
            watch.ended()
            self.recovery.repaired(prepared)
        return outcome

    def _stages(
        self, prepared: PreparedLayer, watch: StateWatch, console: Console, signals: SignalHandler, *, moving: bool
    ) -> StagedApply | None:
        """Tasks run before a move begins: it is a move to what they prepared."""
        gates: list[StageGate] = []
        if self.stack.settings.before_deploy:
            tasks = self.tasks.gate(prepared, watch.found.record, console, signals, watch.holds)
            gates += [tasks] if tasks else []
        if moving:
            from .move_gate import MoveGate

            gates.append(
                MoveGate(
                    lambda: layer_state.load(self.store, prepared.layer),
                    lambda wanted: self.verification.wait(prepared, wanted, console, signals),
                )
            )
        if not gates:
            return None
        from .staged_apply import StagedApply

        return StagedApply(prepared.layer.label, gates, console.info)

    def _is_gated(self, prepared: PreparedLayer) -> bool:
        """Whether ECS can be asked for the new service of a move before requests turn to it."""
        return not (self.dry or prepared.root_request.saved or self.identity.is_nobody)

    def _run_after(
        self,
        prepared: PreparedLayer,
        found: Before,
        left: tuple[DeploymentRecord, dict[str, Any]],
        console: Console,
        signals: SignalHandler,
        *,
        more: bool,
    ) -> None:
        """The tasks after a deploy, which is recorded (``left``, with its state); one that fails is recorded as its failure. Of
        several applies they run after the last, and compare with what there was before the first."""
        if not self.stack.settings.after_deploy:
            return
        first = self.begun_with.setdefault(prepared.layer.tenant, found)
        if more:
            return
        outputs = [layer_state.outputs(state) for state in (first.state[0] if first.state else None, left[1])]
        try:
            self.tasks.after(prepared, first.record, outputs, console, signals)
            del self.begun_with[prepared.layer.tenant]
        except OrchestrateError as error:
            self.recorder.record_failed_check(prepared.layer, left[0], error, "after_deploy")
            raise

    def _verification_of(
        self, prepared: PreparedLayer, console: Console, signals: SignalHandler, *, waits: bool
    ) -> Verification | LifetimeVerification:
        """Of a layer that is stopped, or ends by itself, another one. Most layers have no object that could say so, and cost one
        read. ``waits``: its smoke test is the next apply's, which may lead a new path; a move asks before it frees what served."""
        layer, usual = prepared.layer, replace(self.verification, smoke=Smoke()) if waits else self.verification
        data = layer_state.read_lifetime(self.store, layer) if prepared.verb.applies and not self.dry else None
        ttl = self.ttl if prepared.verb.applies and layer.tenant and not self.dry else 0.0
        if data is None and not ttl:
            return usual
        from . import ending

        mine = ending.Ending(self.store, layer, self.recorder.who, ttl)
        return ending.of_apply(usual, self._calls(layer, signals), mine, data, console.info)

    def _calls(self, layer: Layer, signals: SignalHandler) -> AwsCalls:
        from ..aws.calls import AwsCalls

        return AwsCalls(lambda: self.identity, self.stack.aws_region, layer.label, signals.pause)

    def stopping(self, layer: Layer) -> Stopping:
        """What takes its services to no task, now and in the name of this command."""
        from .stopping import Stopping

        return Stopping(self._calls(layer, self.signals), self.store, layer, self.recorder.who, moment(time.time()))

    def renew(self, layer: Layer) -> None:
        """Give a tenant that need not run the end that the command says."""
        if self.ttl and layer.tenant and not self.dry:
            from .ending import Ending

            Ending(self.store, layer, self.recorder.who, self.ttl).begins()

    def _name_leftovers(self, layer: Layer, error: OrchestrateError, console: Console) -> None:
        from . import leftovers

        with contextlib.suppress(OrchestrateError):
            for line in leftovers.lines(self.identity, layer, layer_state.load(self.store, layer), error.said):
                console.info(line)

    def _forget(self, layer: Layer) -> None:
        layer_state.forget(self.store, layer, self.recorder.destroyed())
        if not layer.tenant:
            from ..state import index

            index.forget(self.store, self.stack)
        self.slot_allocator.release(layer)

    def _free_slots(self, prepared: PreparedLayer) -> None:
        """After a good apply: of a tenant that shares none any more, of a move that has ended, of a service that went."""
        if not (prepared.layer.tenant and prepared.inputs):
            return
        if not prepared.shares_load_balancer:
            self.slot_allocator.release(prepared.layer)
        elif not prepared.moves:
            self.slot_allocator.settle(prepared)

    def _engine_for(self, prepared: PreparedLayer, console: Console, signals: SignalHandler) -> Engine:
        applies = prepared.verb.applies and not self.dry
        return self.verification.watched(prepared, self.engine, console, signals) if applies else self.engine

    def _explained(self, prepared: PreparedLayer, error: OrchestrateError, console: Console) -> OrchestrateError:
        """Why ECS did not take what an apply left, where that is why it failed."""
        if self.dry or not prepared.verb.applies or not isinstance(error, TerraformFailed):
            return error
        with contextlib.suppress(OrchestrateError):
            return self.verification.explained(prepared, error, layer_state.load(self.store, prepared.layer), console)
        return error

    def _tell_builds(self, prepared: PreparedLayer, found: Before, console: Console) -> None:
        record, state = found.record, found.state
        if prepared.verb.compares and prepared.choices:
            label = prepared.layer.label
            for line in (
                *build_words.doubts(prepared.layer, record, state[0] if state else None, state[1] if state else ""),
                *build_words.lines(label, prepared.choices, lost=state is not None and not record.at),
                *build_words.retired(label, record.builds, prepared.choices, prepared.root_request.request.declared),
                *build_words.unused(label, prepared.unused_builds),
                *build_words.destroyed(label, found.destroyed, prepared.choices),
                *self.turn.commits(prepared, record),
            ):
                console.info(line)
        if self.note_builds:
            self.note_builds(prepared.layer, build_changes.of(prepared, record, self.trigger.reason))

    def _state_of(self, verb: Verb, layer: Layer) -> Before:
        """The state that a verb acts on, and its record; raises where they, or the history, are not to be touched. In a dry
        run what cannot be read counts as not there."""
        if not verb.on_state or (self.dry and self.identity.is_nobody):
            return Before()
        try:
            record = layer_state.check_known(self.store, layer)
            if verb.recorded:
                self.slot_allocator.check_known()
            state = layer_state.load_tagged(self.store, layer)
            first = verb.compares and not (state or record.at)
            return Before(state, record, layer_state.load_destroyed(self.store, layer) if first else None)
        except OrchestrateError:
            if not self.dry:
                raise
            return Before()

    def is_deployed(self, layer: Layer) -> bool:
        """Whether it has a state, or had one that is missing, or that could not be saved: then it is not simply forgotten."""
        if self.dry:
            return False
        return layer_state.load(self.store, layer) is not None or layer_state.load_record(self.store, layer).had_state

    def limit_rate(self, layers: int, info: Callable[[str], None]) -> None:
        """From here on changes wait for AWS's rates, together with every other process of this machine."""
        from ..engines.rate_limited import RateLimitedEngine
        from . import rate_limiter

        if not self.dry and rate_limiter.is_wanted(self.stack, self.identity, layers):
            limiter = rate_limiter.rate_limiter_of(self.stack, self.identity, self.context.home, info)
            self.engine = RateLimitedEngine(self.engine, limiter)

    # -- what may be done ---------------------------------------------------------------------

    def check(self, verb: Verb, layer: Layer, tokens: Sequence[Token]) -> None:
        commands.check_flags(tokens)
        self.recovery.check_reason()
        label = layer.label
        if not self.stack.settings.protected:
            return
        if self.ttl:
            raise RefusedError(
                f"{label} is protected, so nothing of it ends by itself",
                where=self.stack.settings_file,
                hint="leave --ttl out",
            )
        if destroys(verb, tokens):
            raise RefusedError(
                f"{label} is protected and is not destroyed",
                where=self.stack.settings_file,
                hint="write protected = false there first, in a reviewed change",
            )
        asks = verb.guarded and changes(verb, tokens) and not self.recovery.saves(verb, layer, tuple(tokens))
        if asks and not self.context.interactive and not self.dry and self.confirmed != label:
            raise RefusedError(f"{label} is protected", hint=f"confirm the change: --confirm {label}")

    # -- the stack layer ----------------------------------------------------------------------

    def ensure_stack(
        self, tenant: Layer, tokens: Sequence[Token], overrides: Mapping[str, LayerOverrides] | None = None
    ) -> None:
        """Make the stack layer where there is none; one that changed is named and left alone. ``overrides``: what
        overrides the command for each layer, by tenant."""
        stack_layer, overrides = Layer(self.stack), overrides or {}
        if self.resolver.outputs.state() is None:
            ahead = [*tokens, *overrides.get(tenant.tenant, NO_OVERRIDES).tokens]
            self.resolver.checks.check_ahead(commands.APPLY, tenant, ahead)
            self.console.info(f"{stack_layer.label}: does not exist yet; creating it first")
            self.run_layer(commands.APPLY, stack_layer, self.for_stack(tokens), overrides.get("", NO_OVERRIDES))
            return
        try:
            changed = [] if self.dry else self.changed(stack_layer)
        except NewerError as error:
            self.console.info(f"{stack_layer.label}: left alone: {error.message}")
            return
        if changed:
            self.console.info(
                f"{stack_layer.label}: changed since its last apply ({first_names(changed)}); left alone. "
                f"To apply it: {suggest('apply', stack_layer)}"
            )

    def for_stack(self, tokens: Sequence[Token]) -> list[Token]:
        """Of a tenant's arguments, those that the stack layer takes too."""
        mine = self.resolver.checks.declared(Layer(self.stack))
        return [t for t in tokens if t.flag in CARRIED or any(name in mine for name in caller_values.named([t]))]

    def changed(self, layer: Layer) -> list[Difference]:
        """What of a layer's inputs differs from its last apply; [] when nothing or not known."""
        return self.resolver.changed(layer, layer_state.load_record(self.store, layer))


def author(environ: Mapping[str, str], host: str, pid: int) -> str:
    """What names this run in Terraform's lock: a host name's letters, at most 63 of them."""
    import re

    who = environ.get("BUILD_TAG") or f"{environ.get('USER') or _user()}-{host}-{pid}"
    return re.sub(r"[^A-Za-z0-9-]+", "-", who).strip("-")[:63] or "orchestrate"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "user"
