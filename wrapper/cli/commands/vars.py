"""``orchestrate vars``: every effective value of a layer, and the file and line it came from."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import click

from ...terraform import arguments, commands
from ...terraform.variables import check_required, hide_sensitive
from ..command import Command, no_option
from ..options import takes
from ..terraform_verb import place

_VERB = commands.VERBS["plan"]


@click.command(
    "vars",
    cls=Command,
    help="Show every value of a layer and the line it comes from.",
    context_settings={"ignore_unknown_options": True},
)
@takes("root", "sandbox", "json", "tenant", "timeout")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [-var NAME=VALUE]...")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> int:
    options = ctx.obj.merged({**given, "dry_run": True})
    name, region, tokens = place(options, replace(_VERB, name="vars"), words)
    arguments.check_words(_VERB, tokens)
    for token in tokens:
        if token.flag not in ("", "var", "var-file"):
            raise no_option("vars", token.words[0])
    tenant, tokens = arguments.split_tenant(tokens, options.tenant)
    stack = options.project.stack(name, region)
    layer = options.project.layer(stack, tenant)
    with options.signals().installed() as signals:
        resolver = options.deployer(stack, signals).resolver
        declared = resolver.declared(layer)
        tokens = resolver.distribute(_VERB, layer, tokens, declared)
        values = hide_sensitive(resolver.effective(layer, tokens), declared)
    if options.json:
        options.console.json({k: {"value": v.value, "origin": v.origin} for k, v in sorted(values.items())})
    else:
        rows = [(k, json.dumps(v.value, ensure_ascii=False), v.origin) for k, v in sorted(values.items())]
        options.console.table(("variable", "value", "from"), rows)
    check_required(declared, values, layer.label)
    return 0
