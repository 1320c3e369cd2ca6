"""``orchestrate vars``: every effective value of a layer, and the file and line it came from."""

from __future__ import annotations

import json
from typing import Any

import click

from ...terraform.build_variables import folded, place
from ...terraform.commands import PLAN
from ...terraform.variables import check_required, hide_sensitive
from ..build_options import choice_options
from ..command import Command
from ..given_values import value_options
from ..invocation import Form, parse
from ..options import takes

_FORM = Form("vars", PLAN, flags=("var", "var-file"), declared=True)


@click.command(
    "vars",
    cls=Command,
    help="Show every value of a layer and the line it comes from.",
    context_settings={"ignore_unknown_options": True},
)
@takes("root", "sandbox", "json", "tenant", "timeout")
@choice_options
@value_options
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [-var NAME=VALUE]...")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **options: Any) -> int:
    session = ctx.obj.merged({**options, "dry_run": True})
    one = parse(session, _FORM, words)
    with session.signals().installed() as signals:
        resolver = session.deployer(one.stack, signals).resolver
        declared = resolver.checks.declared(one.layer)
        tokens = resolver.checks.distribute(one.verb, one.layer, one.tokens, declared)
        values = hide_sensitive(resolver.effective(one.layer, tokens), declared)
    shown = dict(sorted((place(n, declared), v) for n, v in values.items()))
    if session.options.json:
        session.console.json({k: {"value": v.value, "origin": v.origin} for k, v in shown.items()})
    else:
        rows = [(k, json.dumps(v.value, ensure_ascii=False), v.origin) for k, v in shown.items()]
        session.console.table(("variable", "value", "from"), rows)
    check_required(declared, folded(values, declared), one.layer.label)
    return 0
