"""``orchestrate completion bash|zsh|fish``: click's completion, printed."""

from __future__ import annotations

import click

from ..command import Command


@click.command("completion", cls=Command, help="Print shell completion. Bash: source <(./orchestrate completion bash)")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, /, shell: str) -> int:
    from click.shell_completion import get_completion_class

    from ..main import cli

    kind = get_completion_class(shell)
    assert kind is not None
    ctx.obj.console.print(kind(cli, {}, "orchestrate", "_ORCHESTRATE_COMPLETE").source())
    return 0
