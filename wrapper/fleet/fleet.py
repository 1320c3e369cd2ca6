"""Many layers: who takes part, what of it changed, and the loop that runs them side by side. Knows nothing of Terraform.

The story of ``apply STACK --all-tenants``:

    choose      the tenants that are declared or have a state, by pattern and part
    look        each one's inputs, all checked; those like at its last apply are done before anything starts
    stack       the stack layer first (destroying: last)
    run         the others side by side, wave after wave; one that fails stops no other, unless told so
    answer      one Answer for every layer, whatever happened to it

A stop signal starts no new layer, stops each running one once, and waits for them.
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace

from ..deploy import build_changes, build_words
from ..deploy.deployer import Deployer
from ..deploy.prepared import LayerOverrides, PreparedLayer
from ..model.console import Console
from ..model.errors import NotFoundError, OrchestrateError, Stopped, TimeoutExpired, UsageError
from ..model.nouns import Outcome
from ..model.report import LayerResult, worst
from ..model.stack import Layer
from ..state import index
from ..state.index import LayerStatus, TenantIndex
from ..terraform import commands
from ..terraform.arguments import destroys
from ..terraform.commands import Token, Verb
from .change_detection import ChangeDetector, LayerDiff, TenantFilter
from .confirmation import Confirmation
from .results import LayerResults, Progress
from .selection import waves

MEMORY_EACH = 800 * 1024 * 1024  # bytes: a provider's, and Terraform's
_ONE_FILE = ("out", "generate-config-out", "junit-xml")  # flags that name one file, which many would write


@dataclass(frozen=True)
class FleetPolicy:
    """How: ``jobs`` side by side (0: what the machine carries), ``each`` seconds for one layer (0: no limit),
    the first ``canary`` and then ``wave`` at a time (0: all), ``force`` what did not change."""

    jobs: int = 0
    each: float = 0.0
    fail_fast: bool = False
    force: bool = False
    canary: int = 0
    wave: int = 0


Note = Callable[[LayerResult], None]


def default_jobs() -> int:
    """Half as many again as there are cores, since each also waits (for its container, the bucket, AWS), and memory for a
    provider each; at least one."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min((os.cpu_count() or 1) * 3 // 2, int(memory / 2 / MEMORY_EACH)))


@dataclass
class Fleet:
    """One command over many layers of one stack. ``note`` gets each result when it is there (the journal);
    ``overrides``: what layers, by tenant, get beside the command, or why one gets nothing."""

    deployer: Deployer
    progress: Progress
    policy: FleetPolicy = FleetPolicy()
    note: Note = lambda _: None
    overrides: Mapping[str, LayerOverrides | OrchestrateError] = field(default_factory=dict)

    @property
    def detector(self) -> ChangeDetector:
        return ChangeDetector(self.deployer, self.policy.force, self.overrides)

    @property
    def results(self) -> LayerResults:
        return LayerResults(self.progress, self._stop)

    @property
    def _stop(self) -> OrchestrateError | None:
        """Why all are being stopped, now."""
        try:
            self.deployer.signals.check()
        except (Stopped, TimeoutExpired) as error:
            return error
        return None

    @property
    def confirmation(self) -> Confirmation:
        return Confirmation(self.deployer, self.progress.info)

    def perform(self, verb: Verb, tokens: Sequence[Token], tenant_filter: TenantFilter) -> list[LayerResult]:
        """The verb on every layer in scope: a result for each. Raises what is wrong for all, before anything starts."""
        self._check(verb, tokens)
        if any(t.flag == "auto-approve" for t in tokens):
            self.confirmation.agree()
        found = self.detector.read_index()
        choice = self.detector.choose(found, tenant_filter, deployed_only=destroys(verb, tokens) or verb.as_applied)
        results = [self._ended(self.results.excluded(self._layer(n), p)) for n, p in choice.excluded.items()]
        names = [n for n in choice.chosen if n not in tenant_filter.done]
        if verb.deletes:
            self.confirmation.to_destroy(names, stack_layer=tenant_filter.stack_layer)
            tokens = [*tokens, Token("auto-approve", None, ("-auto-approve",))]
            results += self._tenants(verb, names, tokens, found)
            if tenant_filter.stack_layer and "" not in tenant_filter.done:
                results += self._stack_layer_last(
                    verb, tokens, [*results, *tenant_filter.done.values()], found.stack_layer
                )
        else:
            first = self._stack_layer_first(verb, names, tokens, found, tenant_filter)
            results += [*first, *self._tenants(verb, names, tokens, found, held=not all(a.ok for a in first))]
        return [*results, *tenant_filter.done.values()]

    def destroy(self, tenant_filter: TenantFilter, lock_timeout: float) -> list[LayerResult]:
        """``destroy`` on every layer in scope. Terraform waits ``lock_timeout`` seconds for another run's lock."""
        seconds = f"{lock_timeout:g}s"
        tokens = [Token("lock-timeout", seconds, (f"-lock-timeout={seconds}",))]
        return self.perform(commands.DESTROY, tokens, tenant_filter)

    # -- the stack layer ------------------------------------------------------------------------

    def _stack_layer_first(
        self, verb: Verb, names: Sequence[str], tokens: Sequence[Token], found: TenantIndex, tenant_filter: TenantFilter
    ) -> list[LayerResult]:
        deployer, stack_layer = self.deployer, Layer(self.deployer.stack)
        if names:
            deployer.resolver.checks.root_request(verb, Layer(deployer.stack, names[0]), tokens)
        if (
            verb.as_applied
            and tenant_filter.stack_layer
            and not (found.stack_layer.deployed or found.stack_layer.missing)
        ):
            raise NotFoundError(f"{stack_layer.label} has no state", hint="what was never applied cannot drift")
        if tenant_filter.stack_layer and "" not in tenant_filter.done:
            if found.stack_layer.error:
                return [self._not_run(stack_layer, found.stack_layer.error)]
            mine = self.detector.overrides_of(verb, stack_layer, tokens, found.stack_layer)
            prepared = deployer.resolver.prepare(verb, stack_layer, tokens, mine, found.stack_layer.record)
            diff = self.detector.guarded(self.detector.compare(stack_layer, found.stack_layer, prepared))
            if diff.error:
                return [self._not_run(stack_layer, diff.error)]
            if diff.reason and verb.applies:
                self._preview(verb, names, tokens, found)
                self.confirmation.to_apply_stack_layer(stack_layer, len(names))
            self._catch_up(verb, found, [diff])
            return [self._ended(self.results.unchanged(diff), diff) if not diff.reason else self._one(diff)]
        names = [n for n in names if not isinstance(self.overrides.get(n), OrchestrateError)]
        if verb.applies and names:
            overrides = {name: one for name, one in self.overrides.items() if isinstance(one, LayerOverrides)}
            deployer.ensure_stack(Layer(deployer.stack, names[0]), tokens, overrides)
        return []

    def _preview(self, verb: Verb, names: Sequence[str], tokens: Sequence[Token], found: TenantIndex) -> None:
        """A person agrees to the stack layer and its tenants at once: before that, what is known of the tenants by now."""
        if self.deployer.context.interactive and found.stack_layer.deployed and names:
            self.confirmation.show([d for d in self.detector.detect(verb, names, tokens, found) if d.reason])

    def _stack_layer_last(
        self, verb: Verb, tokens: Sequence[Token], results: Sequence[LayerResult], status: LayerStatus
    ) -> list[LayerResult]:
        deployer, stack_layer = self.deployer, Layer(self.deployer.stack)
        if not all(a.ok for a in results):
            return [self._ended(self.results.stopped(stack_layer, "a tenant of it is still there"))]
        if not deployer.dry and not status.missing and deployer.resolver.outputs.state() is None:
            self.progress.info(f"{stack_layer.label}: no state; nothing to destroy")
            return []
        if status.error:
            return [self._not_run(stack_layer, status.error)]
        prepared = deployer.resolver.prepare(verb, stack_layer, tokens)
        return [self._one(LayerDiff(stack_layer, status, prepared, None, "asked for"))]

    # -- tenants, side by side ------------------------------------------------------------------

    def _tenants(
        self, verb: Verb, names: Sequence[str], tokens: Sequence[Token], found: TenantIndex, *, held: bool = False
    ) -> list[LayerResult]:
        if held:
            return [self._ended(self.results.stopped(self._layer(n), "the stack layer failed")) for n in names]
        results, todo = [], []
        diffs = [self.detector.guarded(d) for d in self.detector.detect(verb, names, tokens, found)] if names else []
        self._catch_up(verb, found, diffs)
        for diff in diffs:
            if diff.error:
                results.append(self._not_run(diff.layer, diff.error))
            elif not diff.reason:
                results.append(self._ended(self.results.unchanged(diff), diff))
            else:
                todo.append(diff)
        if verb.compares:
            self.confirmation.show(todo)
        if todo and verb.applies:
            self.confirmation.to_apply([diff.layer.tenant for diff in todo])
        return results + self._waves(todo, results)

    def _catch_up(self, verb: Verb, found: TenantIndex, diffs: Sequence[LayerDiff]) -> None:
        """Of those that need not run: what the files say of their builds now is what a later change is compared with."""
        behind = {d.layer.tenant: d.prepared for d in diffs if d.prepared and d.catches_up}
        if verb.applies:
            for diff in diffs:
                if not (diff.reason or diff.error):
                    self.deployer.renew(diff.layer)
        if not behind or not verb.applies or self.deployer.dry:
            return
        for prepared in behind.values():
            for line in build_words.kept(prepared.layer.label, prepared.choices):
                self.progress.info(line)
        files = {n: prepared.record.files for n, prepared in behind.items()}
        index.catch_up(self.deployer.store, self.deployer.stack, found, files)

    def _waves(self, diffs: Sequence[LayerDiff], before: Sequence[LayerResult]) -> list[LayerResult]:
        if not diffs:
            return []
        diffs, results = self._placed(diffs)
        if not diffs:
            return results
        self.deployer.limit_rate(len(diffs), self.progress.info)
        jobs = min(self.policy.jobs or default_jobs(), len(diffs))
        self.progress.began([diff.layer.tenant for diff in diffs], jobs)
        well = all(a.ok for a in (*before, *results))
        halted = "an earlier one failed (--fail-fast)" if self.policy.fail_fast and not well else ""
        parts = waves(diffs, self.policy.canary, self.policy.wave)
        for number, part in enumerate(parts, 1):
            results += self._side_by_side(part, jobs, halted)
            bad = [a.tenant for a in results if not a.ok]
            if bad and not halted and len(parts) > 1:
                halted = f"wave {number} of {len(parts)} was not good: {', '.join(bad[:5])}"
                self.progress.info(f"stopping here: {halted}")
            elif len(parts) > 1 and not bad:
                self.progress.info(f"wave {number} of {len(parts)}: all {len(part)} good")
        return results

    def _placed(self, diffs: Sequence[LayerDiff]) -> tuple[list[LayerDiff], list[LayerResult]]:
        """Each with its slot on a shared load balancer; those without one fail, and the others go on."""
        made = self.deployer.slot_allocator.make([diff.prepared for diff in diffs if diff.prepared])
        pairs = list(zip(diffs, made, strict=True))
        without = [(diff.layer, one) for diff, one in pairs if isinstance(one, OrchestrateError)]
        failed = [self._ended(self.results.failed(layer, error)) for layer, error in without]
        return [replace(diff, prepared=one) for diff, one in pairs if isinstance(one, PreparedLayer)], failed

    def _side_by_side(self, diffs: Sequence[LayerDiff], jobs: int, halted: str) -> list[LayerResult]:
        """Run them, ``jobs`` at once. The main thread only waits: a signal meanwhile is the SignalHandler's alone."""
        signals, failed = self.deployer.signals, [halted]

        def one(diff: LayerDiff) -> LayerResult:
            if signals.stopping or failed[0]:
                return self._ended(self.results.stopped(diff.layer, failed[0]), diff)
            result = self._one(diff)
            if not result.ok and self.policy.fail_fast:
                failed[0] = failed[0] or f"{result.tenant} failed (--fail-fast)"
            return result

        signals.shield()
        try:
            with ThreadPoolExecutor(jobs) as pool:
                return [f.result() for f in as_completed([pool.submit(one, diff) for diff in diffs])]
        finally:
            signals.unshield()

    def _one(self, diff: LayerDiff) -> LayerResult:
        """One layer run to its end, whatever that is."""
        console, started, begun = self.progress.console(diff.layer), time.time(), time.monotonic()
        tries: list[int] = []
        try:
            result = self.results.succeeded(diff, self._run(diff, console, tries))
        except OrchestrateError as error:
            console.info(f"error: {error.message}" + (f"\n  to do: {error.hint}" if error.hint else ""))
            result = self.results.failed(diff.layer, error)
        except Exception as error:  # the others go on, and this one is named
            console.info(traceback.format_exc())
            result = self.results.broke(diff.layer, error)
        console.close()
        seconds = time.monotonic() - begun
        finished = started + seconds
        return self._ended(
            replace(result, seconds=seconds, started=started, finished=finished, attempts=max(1, len(tries))), diff
        )

    def _run(self, diff: LayerDiff, console: Console, tries: list[int]) -> Outcome:
        prepared = diff.prepared
        assert prepared is not None

        def info(text: str) -> None:
            console.info(text)
            self.progress.info(text)

        with self.deployer.signals.limited(self.policy.each) as signals:

            def attempt() -> Outcome:
                signals.check()
                tries.append(len(tries))
                return self.deployer.carry_out(prepared, console, signals)

            return self.deployer.run_with_retries(prepared, attempt, console, signals, info)

    # -- the small words ------------------------------------------------------------------------

    def _not_run(self, layer: Layer, error: OrchestrateError) -> LayerResult:
        return self._ended(replace(self.results.failed(layer, error), log=""))

    def _ended(self, result: LayerResult, diff: LayerDiff | None = None) -> LayerResult:
        """``diff``: of a layer that ran, need not, or was to."""
        if diff and diff.prepared:
            changes = build_changes.of(diff.prepared, diff.status.record, self.deployer.trigger.reason)
            hooks = tuple(self.deployer.hook_runs.get(result.tenant, ()))
            result = replace(result, builds=changes, hooks=hooks)
        self.note(result)
        self.progress.ended(result)
        return result

    def _layer(self, name: str) -> Layer:
        return Layer(self.deployer.stack, name)

    # -- what may be asked for ------------------------------------------------------------------

    def _check(self, verb: Verb, tokens: Sequence[Token]) -> None:
        commands.check_flags(tokens)
        self.deployer.check(verb, self._layer(""), tokens)
        for token in tokens:
            if token.flag in _ONE_FILE or (not token.flag and verb.plan_file):
                raise UsageError(
                    f"{token.words[0]} names one file, and this is for many tenants",
                    hint=f"give it with one tenant: -var tenant=NAME {token.words[0]}",
                )


def exit_code(verb: Verb, results: Iterable[LayerResult]) -> int:
    """The worst of all. 2 is only a plan's, and only where it was asked for (Terraform exits 0 otherwise)."""
    code = worst(a.exit_code for a in results)
    return 0 if code == 2 and not verb.tells_changes else code
