"""Many Runs: every tenant of a stack, side by side, bounded. Knows the loop over Runs, nothing of Terraform.

Values are merged and checked for all before the first starts; a failure does not stop the others.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from . import deploy, state, terraform
from .account import NOBODY
from .answers import model as answers
from .errors import OrchestrateError, RefusedError
from .model import Layer, Outcome
from .runner import Talk
from .survey import Ready
from .terraform import Token, Verb

MEMORY_EACH = 700 * 1024 * 1024  # bytes: a provider's, and Terraform's


@dataclass
class Result:
    """How one layer of many ended."""

    layer: Layer
    seconds: float = 0.0
    outcome: Outcome | None = None
    error: OrchestrateError | None = None

    @property
    def code(self) -> int:
        return self.error.exit_code if self.error else (self.outcome.code if self.outcome else 0)


def default_jobs() -> int:
    """As many as there are cores, and memory for a provider each; at least one."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(os.cpu_count() or 1, int(memory / 2 / MEMORY_EACH)))


def perform_all(deployer: deploy.Deployer, verb: Verb, tokens: Sequence[Token], jobs: int) -> list[Result]:
    """The verb on a stack and its tenants. ``destroy``: tenants that have a state first, then the stack;
    otherwise the stack first."""
    terraform.check_flags(tokens)
    destroying = verb.name == "destroy"
    tenants = _tenants(deployer, destroying)
    deployer.check(verb, "", tokens)
    if destroying:
        _confirm(deployer, tenants)
        tokens = [*tokens, Token("auto-approve", None, ("-auto-approve",))]
        results = _side_by_side(deployer, verb, tenants, tokens, jobs)
        if not worst(results):
            results += _stack_itself(deployer, verb, tokens)
    else:
        results = _stack_itself(deployer, verb, tokens)
        if not any(r.error for r in results):
            results += _side_by_side(deployer, verb, tenants, tokens, jobs)
    return results


def _tenants(deployer: deploy.Deployer, destroying: bool) -> list[str]:
    stack = deployer.stack
    if stack.tenant_source is None:
        return []
    declared = [] if destroying else deployer.project.tenants(stack)
    return sorted({*declared, *_deployed(deployer)})


def _deployed(deployer: deploy.Deployer) -> list[str]:
    try:
        return [] if deployer.identity.method == NOBODY else state.deployed(deployer.store, deployer.stack)
    except OrchestrateError:
        if deployer.dry:
            return []
        raise


def _confirm(deployer: deploy.Deployer, tenants: Sequence[str]) -> None:
    label = deployer.stack.label
    if tenants:
        deployer.talk.say(f"destroy {label}: first its tenants ({', '.join(tenants)}), then itself")
    if deployer.caller.asks and not deployer.talk.ask(
        f"Destroy {label} with {len(tenants)} tenants? Type yes to go on:", "yes"
    ):
        raise RefusedError(f"{label}: not confirmed", hint="nothing was changed; only 'yes' goes on")


def _stack_itself(deployer: deploy.Deployer, verb: Verb, tokens: Sequence[Token]) -> list[Result]:
    layer = Layer(deployer.stack)
    if verb.name == "destroy" and not deployer.dry and state.load(deployer.store, layer) is None:
        deployer.talk.say(f"{layer.label}: no state; nothing to destroy")
        return []
    return [_one(deployer, verb, layer, list(tokens), None, deployer.talk)]


def _side_by_side(
    deployer: deploy.Deployer, verb: Verb, tenants: Sequence[str], tokens: Sequence[Token], jobs: int
) -> list[Result]:
    if not tenants:
        return []
    jobs = min(jobs or default_jobs(), len(tenants))
    prepared = [_prepared(deployer, verb, tenant, tokens) for tenant in tenants]
    if jobs > 1:
        deployer.talk.say(f"{len(tenants)} tenants, {jobs} at a time")
    with ThreadPoolExecutor(jobs) as pool:
        futures = [
            pool.submit(
                _one_of_many if len(tenants) > 1 else _one,
                deployer,
                verb,
                result.layer,
                list(tokens),
                run,
                deployer.talk,
            )
            for result, run in prepared
            if run is not None
        ]
        return [r for r, run in prepared if run is None] + [f.result() for f in futures]


def _prepared(
    deployer: deploy.Deployer, verb: Verb, tenant: str, tokens: Sequence[Token]
) -> tuple[Result, Ready | None]:
    layer = Layer(deployer.stack, tenant)
    try:
        deploy.layer_of(deployer.project, deployer.stack, verb, tenant)
        return Result(layer), deployer.survey.prepare(verb, layer, tokens)
    except OrchestrateError as error:
        return Result(layer, error=error), None


def _one(
    deployer: deploy.Deployer, verb: Verb, layer: Layer, tokens: list[Token], run: Ready | None, talk: Talk
) -> Result:
    started = time.monotonic()
    try:
        deployer.stopper.check()
        run = run or deployer.survey.prepare(verb, layer, tokens)
        outcome = deployer.carry_out(run, talk)
        return Result(layer, time.monotonic() - started, outcome)
    except OrchestrateError as error:
        return Result(layer, time.monotonic() - started, error=error)


def _one_of_many(
    deployer: deploy.Deployer, verb: Verb, layer: Layer, tokens: list[Token], run: Ready, talk: Talk
) -> Result:
    prefixed = Prefixed(talk, layer.tenant)
    try:
        return _one(deployer, verb, layer, tokens, run, prefixed)
    finally:
        prefixed.flush()


class Prefixed:
    """Terraform's voice, each line led by its tenant, never two lines mixed."""

    def __init__(self, talk: Talk, name: str) -> None:
        self._talk = talk
        self._prefix = f"{name} | ".encode()
        self._rest = {False: b"", True: b""}
        self._lock = threading.Lock()

    def voice(self, data: bytes, is_error: bool) -> None:
        with self._lock:
            *lines, self._rest[is_error] = (self._rest[is_error] + data).split(b"\n")
            text = b"".join(self._prefix + line + b"\n" for line in lines)
        if text:
            self._talk.voice(text, is_error)

    def flush(self) -> None:
        """A last line without an end (``output -raw``) is a line."""
        for is_error in (False, True):
            if self._rest[is_error]:
                self.voice(b"\n", is_error)

    def say(self, text: str) -> None:
        self._talk.say(self._prefix.decode() + text)

    def ask(self, question: str, wanted: str) -> bool:
        return self._talk.ask(question, wanted)


def worst(results: Sequence[Result]) -> int:
    """The exit code of many: the worst of all."""
    return answers.worst(r.code for r in results)
