"""``orchestrate vars``: every effective value of a layer, and the file and line it came from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from ...model import service_map
from ...model.errors import UsageError
from ...model.nouns import ResolvedValue
from ...terraform import merging, service_checks
from ...terraform.build_variables import folded, place
from ...terraform.caller_values import named
from ...terraform.commands import PLAN
from ...terraform.variables import check_required, hide_sensitive
from ..build_options import choice_options
from ..command import Command
from ..given_values import value_options
from ..invocation import Form, parse
from ..options import takes
from ..session import CliSession

_FORM = Form("vars", PLAN, flags=("var", "var-file"), declared=True)


@click.command(
    "vars",
    cls=Command,
    help="Show every value of a layer and the line it comes from, for maps of each key.",
    context_settings={"ignore_unknown_options": True},
)
@takes("root", "sandbox", "json", "tenant", "timeout")
@choice_options
@value_options
@click.option(
    "--merge-diff", is_flag=True, help="Show instead where the two rules of merging differ, for all tenants of a stack."
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [-var NAME=VALUE]...")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], merge_diff: bool, **options: Any) -> int:
    session = ctx.obj.merged({**options, "dry_run": True})
    if merge_diff and session.options.config_builds:
        raise UsageError("--config-builds does nothing with --merge-diff", hint="leave it out")
    one = parse(session, _FORM, words)
    with session.signals().installed() as signals:
        resolver = session.deployer(one.stack, signals).resolver
        declared = resolver.checks.declared(one.layer)
        tokens = resolver.checks.distribute(one.verb, one.layer, one.tokens, declared)
        if merge_diff:
            from .. import merge_diff as report

            return report.show(session, resolver, one.layer, named(tokens).keys())
        values = hide_sensitive(resolver.effective(one.layer, tokens), declared)
    _print(session, dict(sorted((place(n, declared), v) for n, v in values.items())))
    check_required(declared, folded(values, declared), one.layer.label)
    if service_map.VARIABLE in declared:
        service_checks.check(declared, values, one.layer.label)
    return 0


def _print(session: CliSession, values: Mapping[str, ResolvedValue]) -> None:
    if session.options.json:
        session.console.json({name: _data(name, value) for name, value in values.items()})
        return
    rows = [row for name, value in values.items() for row in _rows(name, value)]
    session.console.table(("variable", "value", "from"), rows)


def _data(name: str, value: ResolvedValue) -> dict[str, Any]:
    keys = {merging.shown(name, path): origin for path, _, origin in merging.keys(value)}
    return {"value": value.value, "origin": value.origin, **({"keys": keys} if keys else {})}


def _rows(name: str, value: ResolvedValue) -> Iterator[tuple[str, str, str]]:
    yield name, _text(value.value), value.origin
    for path, inner, origin in merging.keys(value):
        yield merging.shown(name, path), _text(inner), origin


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
