"""``orchestrate bootstrap REGION STACK``: the bucket for the states."""

from __future__ import annotations

from typing import Any

import click

from ...model.errors import UsageError
from ...state import s3
from ..command import Command
from ..options import takes


@click.command(
    "bootstrap", cls=Command, help="Make the bucket for a stack's states: versioned, encrypted, private, TLS only."
)
@takes("root", "sandbox", "engine")
@click.argument("words", nargs=-1, required=True, metavar="[REGION] STACK")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> int:
    options = ctx.obj.merged(given)
    if len(words) > 2:
        raise UsageError("too many words", hint="./orchestrate bootstrap REGION STACK")
    *region, name = sorted(words, key=lambda w: not options.project.is_region(w))
    stack = options.project.stack(name, *region)
    if stack.backend.kind != "s3":
        options.console.info(f"{stack.label} keeps its states in {stack.backend.config['path']}: nothing to make")
        return 0
    made = s3.bootstrap(options.identity(stack), stack.backend)
    options.console.info(
        f"bucket {stack.backend.bucket} in {stack.backend.region}: "
        f"{'made' if made else 'was there'}; versioned, encrypted, private, TLS only"
    )
    return 0
