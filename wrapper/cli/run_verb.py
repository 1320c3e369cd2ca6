"""A Terraform verb, performed: on a tenant, a stack, or a stack with all its tenants."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ..deploy import deployer
from ..deploy.prepared import LayerOverrides
from ..model.nouns import Layer, Outcome
from ..terraform import arguments, commands, environment
from ..terraform.commands import Token, Verb
from . import build_options, run_fleet, single_report
from .session import Session


def perform(session: Session, verb: Verb, name: str, region: str, tokens: Sequence[Token]) -> int:
    """Run the verb and return the exit code: 0, or 2 for a plan that saw changes and was asked for it."""
    environment.check(session.environ)
    commands.check_flags(tokens)
    arguments.check_words(verb, tokens)
    tokens = arguments.take_old_flags(verb, tokens, session.console.info)
    tenant, tokens = arguments.split_tenant(tokens, session.options.tenant)
    stack = session.project.stack(name, region)
    layer = deployer.layer_of(session.project, stack, verb, tenant)
    tokens = build_options.take(session, stack, tokens)
    if run_fleet.is_for_many(session, verb, tenant, stack):
        return run_fleet.perform(session, verb, stack, tokens)
    if session.options.json and verb.speaks_json:
        tokens = [Token("json", None, ("-json",)), *tokens]
    outcome = on_layer(session, verb, layer, tokens)
    return outcome.code if verb.tells_changes else 0


def on_layer(
    session: Session, verb: Verb, layer: Layer, tokens: Sequence[Token], own: Mapping[str, LayerOverrides] | None = None
) -> Outcome:
    """The verb on one layer, and its last words. ``own``: what it, or its stack, is given alone."""
    session.console.data_only = session.options.json and not verb.speaks_json
    with single_report.reported(session, verb, layer, tokens) as note, session.signals().installed() as signals:
        started = time.monotonic()
        outcome = session.deployer(layer.stack, signals).perform(verb, layer.tenant, tokens, own)
        note(outcome)
        _answer(session, verb, layer, outcome, time.monotonic() - started)
    return outcome


def _answer(session: Session, verb: Verb, layer: Layer, outcome: Outcome, seconds: float) -> None:
    """The last words: a tenant's URL, or everything as data."""
    applied = verb.applies and bool(layer.tenant) and not session.dry_run
    if applied and not outcome.url:
        session.console.info(f'{layer.label}: its Terraform root has no output "url"')
    if session.console.data_only:
        session.console.json({"verb": verb.name, "layers": [_as_data(layer, outcome, seconds)]})
    elif applied and outcome.url:
        session.console.print(outcome.url)


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
