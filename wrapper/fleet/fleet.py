"""Many layers: who takes part, what of it changed, and the loop that runs them side by side. Knows nothing of Terraform.

The story of ``apply STACK --all-tenants``:

    choose      the tenants that are declared or have a state, by pattern and part
    look        each one's inputs, all checked; those like at its last apply are done before anything starts
    stack       its own layer first (destroying: last)
    run         the others side by side, wave after wave; one that fails stops no other, unless told so
    answer      one Answer for every layer, whatever happened to it

A stop signal starts no new layer, stops each running one once, and waits for them.
"""

from __future__ import annotations

import os
import random
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace

from ..deploy import deployer as deploy
from ..deploy.prepared import Own, Ready
from ..model.errors import NotFoundError, OrchestrateError, UsageError
from ..model.nouns import Layer, Outcome
from ..reports.model import Answer, worst
from ..run import retry
from ..run.runner import Talk
from ..state.index import Entry, Register
from ..terraform import commands
from ..terraform.arguments import destroys
from ..terraform.commands import Token, Verb
from .change_detection import Look, Looker, Scope
from .confirmation import Consent
from .results import Answering, Watcher
from .selection import waves

MEMORY_EACH = 800 * 1024 * 1024  # bytes: a provider's, and Terraform's
_ONE_FILE = ("out", "generate-config-out", "junit-xml")  # flags that name one file, which many would write


@dataclass(frozen=True)
class Terms:
    """How: ``jobs`` side by side (0: what the machine carries), ``each`` seconds for one layer (0: no limit),
    the first ``canary`` and then ``wave`` at a time (0: all), ``force`` what did not change."""

    jobs: int = 0
    each: float = 0.0
    fail_fast: bool = False
    force: bool = False
    canary: int = 0
    wave: int = 0


Note = Callable[[Answer], None]


def default_jobs() -> int:
    """Half as many again as there are cores, since each also waits (for its container, the bucket, AWS), and memory for a
    provider each; at least one."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min((os.cpu_count() or 1) * 3 // 2, int(memory / 2 / MEMORY_EACH)))


@dataclass
class Fleet:
    """One command over many layers of one stack. ``note`` hears of each answer when it is there (the journal);
    ``given``: what layers, by tenant, are given alone, or why one gets nothing."""

    deployer: deploy.Deployer
    watcher: Watcher
    terms: Terms = Terms()
    note: Note = lambda _: None
    given: Mapping[str, Own | OrchestrateError] = field(default_factory=dict)

    @property
    def looker(self) -> Looker:
        return Looker(self.deployer, self.terms.force, self.given)

    @property
    def answers(self) -> Answering:
        return Answering(self.watcher, self.deployer.stopper)

    @property
    def consent(self) -> Consent:
        return Consent(self.deployer, self.watcher.say)

    def perform(self, verb: Verb, tokens: Sequence[Token], scope: Scope) -> list[Answer]:
        """The verb on every layer in scope: an answer for each. Raises what is wrong for all, before anything starts."""
        self._check(verb, tokens)
        if any(t.flag == "auto-approve" for t in tokens):
            self.consent.given()
        found = self.looker.read_register()
        choice = self.looker.choose(found, scope, deployed_only=destroys(verb, tokens) or verb == commands.DRIFT)
        answers = [self._ended(self.answers.excluded(self._layer(n), p)) for n, p in choice.excluded.items()]
        names = [n for n in choice.chosen if n not in scope.done]
        if verb.name == "destroy":
            self.consent.to_destroy(names, own=scope.own)
            tokens = [*tokens, Token("auto-approve", None, ("-auto-approve",))]
            answers += self._tenants(verb, names, tokens, found)
            if scope.own and "" not in scope.done:
                answers += self._own_last(verb, tokens, [*answers, *scope.done.values()], found.own)
        else:
            first = self._own_first(verb, names, tokens, found, scope)
            answers += [*first, *self._tenants(verb, names, tokens, found, held=not all(a.ok for a in first))]
        return [*answers, *scope.done.values()]

    # -- the stack's own layer ------------------------------------------------------------------

    def _own_first(
        self, verb: Verb, names: Sequence[str], tokens: Sequence[Token], found: Register, scope: Scope
    ) -> list[Answer]:
        deployer, own = self.deployer, Layer(self.deployer.stack)
        if names:
            deployer.survey.check(verb, Layer(deployer.stack, names[0]), tokens)
        if verb == commands.DRIFT and scope.own and not found.own.deployed:
            raise NotFoundError(f"{own.label} has no state", hint="what was never applied cannot drift")
        if scope.own and "" not in scope.done:
            if found.own.error:
                return [self._not_run(own, found.own.error)]
            mine = self.looker.given_to(verb, own, tokens, found.own)
            look = self.looker.compare(own, found.own, deployer.survey.prepare(verb, own, tokens, mine))
            if look.why and verb.name == "apply":
                self.consent.to_apply_own(own, len(names))
            return [self._ended(self.answers.unchanged(look)) if not look.why else self._one(look)]
        names = [n for n in names if not isinstance(self.given.get(n), OrchestrateError)]
        if verb.name == "apply" and names:
            given = {name: one for name, one in self.given.items() if isinstance(one, Own)}
            deployer.ensure_stack(Layer(deployer.stack, names[0]), tokens, given)
        return []

    def _own_last(self, verb: Verb, tokens: Sequence[Token], answers: Sequence[Answer], entry: Entry) -> list[Answer]:
        deployer, own = self.deployer, Layer(self.deployer.stack)
        if not all(a.ok for a in answers):
            return [self._ended(self.answers.stopped(own, "a tenant of it is still there"))]
        if not deployer.dry and deployer.survey.outputs.state() is None:
            self.watcher.say(f"{own.label}: no state; nothing to destroy")
            return []
        if entry.error:
            return [self._not_run(own, entry.error)]
        ready = deployer.survey.prepare(verb, own, tokens)
        return [self._one(Look(own, Entry(), ready, None, "asked for"))]

    # -- tenants, side by side ------------------------------------------------------------------

    def _tenants(
        self, verb: Verb, names: Sequence[str], tokens: Sequence[Token], found: Register, *, held: bool = False
    ) -> list[Answer]:
        if held:
            return [self._ended(self.answers.stopped(self._layer(n), "the stack's own layer failed")) for n in names]
        answers, todo = [], []
        for look in self.looker.look(verb, names, tokens, found) if names else ():
            if look.error:
                answers.append(self._not_run(look.layer, look.error))
            elif not look.why:
                answers.append(self._ended(self.answers.unchanged(look)))
            else:
                todo.append(look)
        if todo and verb.name == "apply":
            self.consent.to_apply([look.layer.tenant for look in todo])
        return answers + self._waves(todo, answers)

    def _waves(self, looks: Sequence[Look], before: Sequence[Answer]) -> list[Answer]:
        if not looks:
            return []
        looks, answers = self._placed(looks)
        if not looks:
            return answers
        self.deployer.keep_pace(len(looks), self.watcher.say)
        jobs = min(self.terms.jobs or default_jobs(), len(looks))
        self.watcher.began([look.layer.tenant for look in looks], jobs)
        well = all(a.ok for a in (*before, *answers))
        halted = "an earlier one failed (--fail-fast)" if self.terms.fail_fast and not well else ""
        parts = waves(looks, self.terms.canary, self.terms.wave)
        for number, part in enumerate(parts, 1):
            answers += self._side_by_side(part, jobs, halted)
            bad = [a.tenant for a in answers if not a.ok]
            if bad and not halted and len(parts) > 1:
                halted = f"wave {number} of {len(parts)} was not good: {', '.join(bad[:5])}"
                self.watcher.say(f"stopping here: {halted}")
            elif len(parts) > 1 and not bad:
                self.watcher.say(f"wave {number} of {len(parts)}: all {len(part)} good")
        return answers

    def _placed(self, looks: Sequence[Look]) -> tuple[list[Look], list[Answer]]:
        """Each with its place on a shared load balancer; those without one fail, and the others go on."""
        made = self.deployer.placing.make([look.ready for look in looks if look.ready])
        pairs = list(zip(looks, made, strict=True))
        without = [(look.layer, one) for look, one in pairs if isinstance(one, OrchestrateError)]
        failed = [self._ended(self.answers.failed(layer, error)) for layer, error in without]
        return [replace(look, ready=one) for look, one in pairs if isinstance(one, Ready)], failed

    def _side_by_side(self, looks: Sequence[Look], jobs: int, halted: str) -> list[Answer]:
        """Run them, ``jobs`` at once. The main thread only waits: a signal meanwhile is the Stopper's alone."""
        stopper, failed = self.deployer.stopper, [halted]

        def one(look: Look) -> Answer:
            if stopper.stopping or failed[0]:
                return self._ended(self.answers.stopped(look.layer, failed[0]))
            answer = self._one(look)
            if not answer.ok and self.terms.fail_fast:
                failed[0] = failed[0] or f"{answer.tenant} failed (--fail-fast)"
            return answer

        stopper.tidy()
        try:
            with ThreadPoolExecutor(jobs) as pool:
                return [f.result() for f in as_completed([pool.submit(one, look) for look in looks])]
        finally:
            stopper.tidied()

    def _one(self, look: Look) -> Answer:
        """One layer run to its end, whatever that is."""
        talk, started, begun = self.watcher.talk(look.layer), time.time(), time.monotonic()
        tries: list[int] = []
        try:
            answer = self.answers.succeeded(look, self._run(look, talk, tries))
        except OrchestrateError as error:
            talk.say(f"error: {error.message}" + (f"\n  to do: {error.hint}" if error.hint else ""))
            answer = self.answers.failed(look.layer, error)
        except Exception as error:  # the others go on, and this one is named
            talk.say(traceback.format_exc())
            answer = self.answers.broke(look.layer, error)
        talk.close()
        seconds = time.monotonic() - begun
        finished = started + seconds
        return self._ended(
            replace(answer, seconds=seconds, started=started, finished=finished, attempts=max(1, len(tries)))
        )

    def _run(self, look: Look, talk: Talk, tries: list[int]) -> Outcome:
        ready = look.ready
        assert ready is not None

        def say(text: str) -> None:
            talk.say(text)
            self.watcher.say(text)

        with self.deployer.stopper.limited(self.terms.each) as stopper:

            def attempt() -> Outcome:
                stopper.check()
                tries.append(len(tries))
                return self.deployer.carry_out(ready, talk, stopper)

            return retry.with_retries(look.layer.label, attempt, retry.Doors(stopper.pause, random.random, say))

    # -- the small words ------------------------------------------------------------------------

    def _not_run(self, layer: Layer, error: OrchestrateError) -> Answer:
        return self._ended(replace(self.answers.failed(layer, error), log=""))

    def _ended(self, answer: Answer) -> Answer:
        self.note(answer)
        self.watcher.ended(answer)
        return answer

    def _layer(self, name: str) -> Layer:
        return Layer(self.deployer.stack, name)

    # -- what may be asked for ------------------------------------------------------------------

    def _check(self, verb: Verb, tokens: Sequence[Token]) -> None:
        commands.check_flags(tokens)
        self.deployer.check(verb, "", tokens)
        for token in tokens:
            if token.flag in _ONE_FILE or (not token.flag and verb.name in ("apply", "show")):
                raise UsageError(
                    f"{token.words[0]} names one file, and this is for many tenants",
                    hint=f"give it with one tenant: -var tenant=NAME {token.words[0]}",
                )


def exit_code(verb: Verb, answers: Iterable[Answer]) -> int:
    """The worst of all. 2 is only a plan's, and only where it was asked for (Terraform exits 0 otherwise)."""
    code = worst(a.exit_code for a in answers)
    return 0 if code == 2 and verb.name not in ("plan", "drift") else code
