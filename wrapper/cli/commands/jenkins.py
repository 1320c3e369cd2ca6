"""``orchestrate jenkins``: what Jenkins needs to know of a stack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ...model.errors import NotFoundError, UsageError
from ...model.nouns import Layer, Stack
from ..command import CommandGroup
from ..options import ASKS_AWS, Options, takes

_OUTPUT = "jenkins"


@click.group("jenkins", cls=CommandGroup, help="What Jenkins needs to know of a stack: its configuration as code.")
def command() -> None: ...


@command.command("casc", help="Jenkins' configuration as code (YAML) for agents on ECS, from the stack's outputs.")
@takes(*ASKS_AWS)
@click.option("--output", metavar="FILE", help="Write it there instead of to standard output.")
@click.argument("stack")
@click.argument("region", required=False, default="")
@click.pass_context
def casc(ctx: click.Context, /, stack: str, region: str, output: str, **given: Any) -> int:
    from .. import jenkins_casc

    options: Options = ctx.obj.merged(given)
    if options.json and output:
        raise UsageError("--output writes YAML, and --json prints JSON", hint="leave one of them out")
    found = options.project.stack(stack, region)
    configuration = jenkins_casc.casc(_given_out(options, found), f'{found.label}: output "{_OUTPUT}"')
    if options.json:
        options.console.json(configuration)
        return 0
    place = f"{found.name} {found.region}".strip()
    text = jenkins_casc.as_yaml(
        configuration, f"Written by ./orchestrate jenkins casc {place}; change the stack, not this file."
    )
    if output:
        _write(options.directory / output, text)
        options.console.info(f"{found.label}: written to {output}")
    else:
        options.console.print(text.rstrip("\n"))
    return 0


def _given_out(options: Options, stack: Stack) -> Any:
    """The stack's output, read from its state: Terraform is not started."""
    from ...state import layer_state, store

    apply = f"./orchestrate apply {stack.name} {stack.region}".rstrip()
    own = layer_state.load(store.open_store(stack, options.identity(stack)), Layer(stack))
    if own is None:
        raise NotFoundError(f"{stack.label} has no state yet", hint=f"make it first: {apply}")
    outputs = layer_state.outputs(own)
    if _OUTPUT not in outputs:
        raise NotFoundError(
            f'{stack.label} has no output "{_OUTPUT}"',
            hint=f'write output "{_OUTPUT}" {{ value = module.agents.jenkins }} (modules/jenkins-agents); then {apply}',
        )
    return outputs[_OUTPUT]


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NotFoundError(f"cannot write it: {error.strerror}", where=str(file), hint="name another file") from None
