"""``orchestrate affected``: which tenants an apply would touch, and which input of theirs changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import click

from ...deploy.inputs import Survey
from ...deploy.prepared import Ready
from ...fleet.change_detection import Look
from ...model import fingerprint
from ...model.fingerprint import Difference
from ...model.nouns import Layer
from ...project import git
from ...project.project import Project
from ...terraform import commands
from ...terraform.commands import Token
from ..build_options import builds_option
from ..command import Command
from ..fleet_options import scope_options
from ..options import ASKS_AWS, Options, takes
from ..tenant_status import Looking, asked_for, looking, say_own, scope_of


@click.command(
    "affected",
    cls=Command,
    help="List the tenants that an apply would touch, and why: names and digests of inputs, no values.",
    context_settings={"ignore_unknown_options": True},
)
@takes(*ASKS_AWS, "timeout")
@scope_options
@builds_option
@click.option("--since", metavar="GIT-REF", help="What changed in the project's files since that revision.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [-var NAME=VALUE]...")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], since: str | None, **given: Any) -> int:
    options = ctx.obj.merged(given)
    stack, tokens = asked_for(options, "affected", words)
    with looking(options, stack) as seen:
        names = seen.names(scope_of(options))
        own, rows = _since(options, seen, names, tokens, since) if since else _now(seen, names, tokens)
    _print(options, rows, len(names))
    say_own(options, stack, own)
    return seen.say_unread(options, names)


Found = tuple[Sequence[Difference], list[dict[str, Any]]]  # what of the stack's own layer changed, and a row a tenant


def _now(seen: Looking, names: Sequence[str], tokens: Sequence[Token]) -> Found:
    return seen.own_changed(), [_row(look) for look in seen.looks(names, tokens) if look.why]


def _row(look: Look) -> dict[str, Any]:
    inputs = [{"input": d.name, "old": d.old or None, "new": d.new or None} for d in look.differences]
    return {
        "tenant": look.layer.tenant,
        "why": look.why,
        "inputs": inputs if look.entry.record.inputs else [],
        "error": str(look.error) if look.error else None,
    }


def _since(options: Options, seen: Looking, names: Sequence[str], tokens: Sequence[Token], since: str) -> Found:
    """Tenants whose inputs, by the project's files alone, differ between a revision and now."""
    survey, root = seen.looker.deployer.survey, options.project.root
    after = {**_inputs(survey, [""], tokens), **_inputs(survey, names, tokens)}
    with git.laid_out(root, since) as folder:
        project = Project(folder, options.home, options.console.say)
        before: dict[str, fingerprint.Inputs] = {}
        if (survey.stack.region, survey.stack.name) in project.places:
            stack = project.stack(survey.stack.name, survey.stack.region)
            old = replace(survey, project=project, stack=stack)
            known = {*project.tenants(stack), *seen.register.tenants}
            before = {**_inputs(old, [""], tokens), **_inputs(old, [n for n in names if n in known], tokens)}
    found = {n: fingerprint.differences(before.get(n, {}), after.get(n, {})) for n in ("", *names)}
    rows = [_row_since(n, since, found[n] if n in before else None) for n in names if found[n]]
    return found[""] if "" in before else (), rows


def _row_since(name: str, since: str, different: Sequence[Difference] | None) -> dict[str, Any]:
    """``different``: None for one that was not there."""
    if different is None:
        return {"tenant": name, "why": f"new since {since}", "inputs": [], "error": None}
    inputs = [{"input": d.name, "old": d.old or None, "new": d.new or None} for d in different]
    return {"tenant": name, "why": fingerprint.first_names(different), "inputs": inputs, "error": None}


def _inputs(survey: Survey, names: Iterable[str], tokens: Sequence[Token]) -> dict[str, fingerprint.Inputs]:
    """Of layers of one root: those of tenants, or that of the stack's own layer, ""."""
    layers = [Layer(survey.stack, name) for name in names]
    found = survey.prepare_all(commands.VERBS["plan"], layers, tokens)
    return {
        layer.tenant: one.inputs if isinstance(one, Ready) else {"sources": str(one)}
        for layer, one in zip(layers, found, strict=True)
    }


def _print(options: Options, rows: list[dict[str, Any]], looked_at: int) -> None:
    console = options.console
    if options.json:
        console.json(rows)
        return
    if rows:
        shown = [(r["tenant"], r["why"], _digests(r["inputs"]) or r["error"] or "-") for r in rows]
        console.table(("tenant", "why", "old -> new"), shown)
    console.say(f"{len(rows)} of {looked_at} tenants")


def _digests(inputs: Sequence[dict[str, Any]]) -> str:
    parts = [f"{(i['old'] or 'none')[:8]}->{(i['new'] or 'none')[:8]}" for i in inputs[:3]]
    return ", ".join(parts) + (" ..." if len(inputs) > 3 else "")
