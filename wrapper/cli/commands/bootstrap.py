"""``orchestrate bootstrap REGION STACK``: the bucket for the states."""

from __future__ import annotations

from typing import Any

import click

from ...model.errors import UsageError
from ...state import s3
from ..command import Command
from ..options import takes


@click.command(
    "bootstrap", cls=Command, help="Create the bucket for a stack's states: versioned, encrypted, private, TLS only."
)
@takes("root", "sandbox", "engine")
@click.argument("words", nargs=-1, required=True, metavar="[REGION] STACK")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **options: Any) -> int:
    session = ctx.obj.merged(options)
    if len(words) > 2:
        raise UsageError("too many words", hint="./orchestrate bootstrap REGION STACK")
    *region, name = sorted(words, key=lambda w: not session.project.is_region(w))
    stack = session.project.stack(name, *region)
    if stack.backend.kind != "s3":
        session.console.info(f"{stack.label} keeps its states in {stack.backend.config['path']}: no bucket to create")
        return 0
    made = s3.bootstrap(session.identity(stack), stack.backend)
    session.console.info(
        f"bucket {stack.backend.bucket} in {stack.backend.region}: "
        f"{'created' if made else 'exists already'}; versioned, encrypted, private, TLS only"
    )
    return 0
