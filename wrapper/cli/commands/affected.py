"""``orchestrate affected``: which tenants an apply would touch, and which input of theirs changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import click

from ...deploy.inputs import InputResolver
from ...deploy.prepared import PreparedLayer
from ...fleet.change_detection import LayerDiff
from ...model import fingerprint
from ...model.fingerprint import Difference
from ...model.stack import Layer
from ...project import git
from ...project.project import Project
from ...terraform.commands import APPLY, PLAN, Token
from ...terraform.merging import REPLACE
from ..build_options import choice_options
from ..command import Command
from ..fleet_options import scope_options
from ..given_values import value_options
from ..invocation import Form, parse
from ..options import ASKS_AWS, takes
from ..session import CliSession
from ..tenant_status import TenantStatus, filter_of, open_status, report_caught_up, tell_stack_layer_changes

_FORM = Form("affected", APPLY, flags=("var", "var-file"), many=True)


@click.command(
    "affected",
    cls=Command,
    help="List the tenants that an apply would touch, and why. Shows names and digests of inputs, no values.",
    context_settings={"ignore_unknown_options": True},
)
@takes(*ASKS_AWS, "timeout")
@scope_options
@choice_options
@value_options
@click.option("--since", metavar="GIT-REF", help="Compare the project's files with those of this revision.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [-var NAME=VALUE]...")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], since: str | None, **options: Any) -> int:
    session = ctx.obj.merged(options)
    one = parse(session, _FORM, words)
    stack, tokens = one.stack, one.tokens
    with open_status(session, stack) as seen:
        names = seen.names(filter_of(session))
        stack_changes, rows = (
            _since(session, seen, names, tokens, since) if since else _now(session, seen, names, tokens)
        )
    _print(session, rows, len(names))
    tell_stack_layer_changes(session, stack, stack_changes)
    return seen.report_unread(session, names)


# What of the stack layer changed, and a row for each tenant.
Comparison = tuple[Sequence[Difference], list[dict[str, Any]]]


def _now(session: CliSession, seen: TenantStatus, names: Sequence[str], tokens: Sequence[Token]) -> Comparison:
    diffs = seen.diffs(names, tokens)
    report_caught_up(session, diffs)
    return seen.stack_layer_changes(), [_row(diff) for diff in diffs if diff.reason]


def _row(diff: LayerDiff) -> dict[str, Any]:
    inputs = [{"input": d.name, "old": d.old or None, "new": d.new or None} for d in diff.differences]
    return {
        "tenant": diff.layer.tenant,
        "why": diff.reason,
        "inputs": inputs if diff.status.record.inputs else [],
        "error": str(diff.error) if diff.error else None,
    }


def _since(
    session: CliSession, seen: TenantStatus, names: Sequence[str], tokens: Sequence[Token], since: str
) -> Comparison:
    """Tenants whose inputs, by the project's files alone, differ between a revision and now."""
    resolver, root = replace(seen.detector.deployer.resolver, merge=REPLACE), session.project.root
    after = {**_inputs(resolver, [""], tokens), **_inputs(resolver, names, tokens)}
    with git.laid_out(root, since) as folder:
        project = Project(folder, session.home, session.console.info)
        before: dict[str, fingerprint.Inputs] = {}
        if (resolver.stack.region, resolver.stack.name) in project.places:
            stack = project.stack(resolver.stack.name, resolver.stack.region)
            old = replace(resolver, project=project, stack=stack)
            known = {*project.tenants(stack), *seen.tenant_index.tenants}
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


def _inputs(resolver: InputResolver, names: Iterable[str], tokens: Sequence[Token]) -> dict[str, fingerprint.Inputs]:
    """Of layers of one root: those of tenants, or that of the stack layer, ""."""
    layers = [Layer(resolver.stack, name) for name in names]
    found = resolver.prepare_all(PLAN, layers, tokens, {})  # files against files: what runs is not asked
    return {
        layer.tenant: one.inputs if isinstance(one, PreparedLayer) else {"sources": str(one)}
        for layer, one in zip(layers, found, strict=True)
    }


def _print(session: CliSession, rows: list[dict[str, Any]], looked_at: int) -> None:
    console = session.console
    if session.options.json:
        console.json(rows)
        return
    if rows:
        shown = [(r["tenant"], r["why"], old_to_new(r["inputs"]) or r["error"] or "-") for r in rows]
        console.table(("tenant", "why", "old -> new"), shown)
    console.info(f"{len(rows)} of {looked_at} tenants")


def old_to_new(inputs: Sequence[Mapping[str, Any]]) -> str:
    """The first three: a digest by its beginning, of versions those that differ."""
    parts = [_versions(i) if i["input"] == "versions" else _digests(i) for i in inputs[:3]]
    return ", ".join(parts) + (" ..." if len(inputs) > 3 else "")


def _digests(changed: Mapping[str, Any]) -> str:
    return f"{(changed['old'] or 'none')[:8]}->{(changed['new'] or 'none')[:8]}"


def _versions(changed: Mapping[str, Any]) -> str:
    old, new = (dict.fromkeys((changed[when] or "none").split(", ")) for when in ("old", "new"))
    gone, come = ([v for v in one if v not in other] for one, other in ((old, new), (new, old)))
    return f"{', '.join(gone) or 'none'} -> {', '.join(come) or 'none'}"
