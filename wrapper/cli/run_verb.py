"""A Terraform verb, performed: on a tenant, a stack, or a stack with all its tenants."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from ..deploy.prepared import LayerOverrides
from ..model.errors import UsageError
from ..model.nouns import Outcome
from ..model.stack import Layer
from ..terraform.commands import Token, Verb
from .invocation import Invocation
from .session import CliSession

if TYPE_CHECKING:
    from ..model.findings import HookRun
    from .single_report import SingleResult


class NoReport:
    """Where no report was asked for, nothing is kept."""

    note_builds = None
    hooks: Mapping[str, Sequence[HookRun]] = {}

    def note(self, outcome: Outcome) -> None: ...


def perform(session: CliSession, invocation: Invocation) -> int:
    """Run the verb and return the exit code: 0, or 2 for a plan that saw changes and was asked for it."""
    if session.options.ttl and not (invocation.many or invocation.tenant):
        raise UsageError("a tenant ends, a stack does not", hint="name one: -var tenant=NAME; or --all-tenants")
    if invocation.many:
        from . import run_fleet

        return run_fleet.perform(session, invocation)
    outcome = on_layer(session, invocation)
    return outcome.code if invocation.verb.tells_changes or invocation.verb.tells_form else 0


def on_layer(
    session: CliSession, invocation: Invocation, overrides: Mapping[str, LayerOverrides] | None = None
) -> Outcome:
    """The verb on one layer, and its last words. ``overrides``: those of it, and of its stack."""
    verb, layer, tokens = invocation.verb, invocation.layer, invocation.tokens
    if session.options.json and verb.speaks_json:
        tokens = (Token("json", None, ("-json",)), *tokens)
    session.console.data_only = session.options.json and not verb.speaks_json
    with _reported(session, invocation) as found, session.signals().installed() as signals:
        started = time.monotonic()
        deployer = session.deployer(layer.stack, signals, invocation.reason)
        deployer.note_builds = found.note_builds
        found.hooks = deployer.hook_runs
        outcome = deployer.perform(verb, layer, tokens, overrides)
        signals.shield()  # it is recorded: what comes now cannot undo it
        found.note(outcome)
        _print_result(session, verb, layer, outcome, time.monotonic() - started)
    return outcome


def _reported(session: CliSession, invocation: Invocation) -> AbstractContextManager[NoReport | SingleResult]:
    """What keeps the result, where a report of it was asked for."""
    if not any(session.options.files):
        return nullcontext(NoReport())
    from . import single_report

    return single_report.reported(session, invocation)


def _print_result(session: CliSession, verb: Verb, layer: Layer, outcome: Outcome, seconds: float) -> None:
    """The last words: a tenant's URL, or everything as data."""
    applied = verb.applies and bool(layer.tenant) and not session.dry_run
    if applied and not outcome.url:
        session.console.info(f'{layer.label}: its Terraform root has no output "url"')
    if session.console.data_only:
        session.console.json({"verb": verb.name, "layers": [_as_data(layer, outcome, seconds)]})
    elif applied and outcome.url:
        _tell_address(session, outcome.url)
        session.console.print(outcome.url)


def _tell_address(session: CliSession, url: str) -> None:
    """Where the application answers on this machine, in a sandbox with containers."""
    endpoint = session.simulated.status() if session.sandboxed else None
    if endpoint is not None and endpoint.containers:
        session.console.info(session.containers.visit(endpoint, url))


def _as_data(layer: Layer, outcome: Outcome, seconds: float) -> dict[str, Any]:
    changes = outcome.changes
    return {
        "layer": layer.label,
        "exit_code": outcome.code,
        "changes": dict(zip(("add", "change", "destroy"), changes, strict=True)) if changes else None,
        "seconds": round(seconds, 1),
        "url": outcome.url or None,
        "error": None,
    }
