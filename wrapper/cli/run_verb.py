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
from .options import Options

_SPEAKS_JSON = ("output", "show", "validate", "version")


def perform(options: Options, verb: Verb, name: str, region: str, tokens: Sequence[Token]) -> int:
    """Run the verb and return the exit code: 0, or 2 for a plan that saw changes and was asked for it."""
    environment.check(options.environ)
    commands.check_flags(tokens)
    arguments.check_words(verb, tokens)
    tokens = arguments.take_old_flags(verb, tokens, options.console.info)
    tenant, tokens = arguments.split_tenant(tokens, options.tenant)
    stack = options.project.stack(name, region)
    layer = deployer.layer_of(options.project, stack, verb, tenant)
    tokens = build_options.take(options, stack, tokens)
    if run_fleet.is_for_many(options, verb, tenant, stack):
        return run_fleet.perform(options, verb, stack, tokens)
    if options.json and verb.name in _SPEAKS_JSON:
        tokens = [Token("json", None, ("-json",)), *tokens]
    outcome = on_layer(options, verb, layer, tokens)
    return outcome.code if verb.name == "plan" else 0


def on_layer(
    options: Options, verb: Verb, layer: Layer, tokens: Sequence[Token], own: Mapping[str, LayerOverrides] | None = None
) -> Outcome:
    """The verb on one layer, and its last words. ``own``: what it, or its stack, is given alone."""
    options.console.data_only = options.json and verb.name not in _SPEAKS_JSON
    with single_report.reported(options, verb, layer, tokens) as found, options.signals().installed() as signals:
        started = time.monotonic()
        opened = options.deployer(layer.stack, signals)
        opened.note_builds = found.note_builds
        outcome = opened.perform(verb, layer.tenant, tokens, own)
        found.note(outcome)
        _answer(options, verb, layer, outcome, time.monotonic() - started)
    return outcome


def _answer(options: Options, verb: Verb, layer: Layer, outcome: Outcome, seconds: float) -> None:
    """The last words: a tenant's URL, or everything as data."""
    applied = verb.name == "apply" and bool(layer.tenant) and not options.dry_run
    if applied and not outcome.url:
        options.console.info(f'{layer.label}: its Terraform root has no output "url"')
    if options.console.data_only:
        options.console.json({"verb": verb.name, "layers": [_as_data(layer, outcome, seconds)]})
    elif applied and outcome.url:
        options.console.print(outcome.url)


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
