"""``orchestrate jenkins``: what Jenkins needs to know of a stack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ...model.errors import NotFoundError, UsageError
from ...model.nouns import Layer, Stack
from ...terraform.suggested import suggest
from ..command import CommandGroup
from ..options import ASKS_AWS, takes
from ..session import CliSession

_OUTPUT = "jenkins"


@click.group("jenkins", cls=CommandGroup, help="Print Jenkins' configuration as code for a stack.")
def command() -> None: ...


@command.command(
    "casc", help="Print Jenkins' configuration as code (YAML) for agents on ECS, from the stack's outputs."
)
@takes(*ASKS_AWS)
@click.option("--output", metavar="FILE", help="Write to this file instead of standard output.")
@click.argument("stack")
@click.argument("region", required=False, default="")
@click.pass_context
def casc(ctx: click.Context, /, stack: str, region: str, output: str, **options: Any) -> int:
    from .. import jenkins_casc

    session: CliSession = ctx.obj.merged(options)
    if session.options.json and output:
        raise UsageError("--output writes YAML, and --json prints JSON", hint="leave one of them out")
    found = session.project.stack(stack, region)
    configuration = jenkins_casc.casc(_output_value(session, found), f'{found.label}: output "{_OUTPUT}"')
    if session.options.json:
        session.console.json(configuration)
        return 0
    command = suggest("jenkins casc", Layer(found))
    text = jenkins_casc.as_yaml(configuration, f"Written by {command}; change the stack, not this file.")
    if output:
        _write(session.directory / output, text)
        session.console.info(f"{found.label}: written to {output}")
    else:
        session.console.print(text.rstrip("\n"))
    return 0


def _output_value(session: CliSession, stack: Stack) -> Any:
    """The stack's output, read from its state: Terraform is not started."""
    from ...state import layer_state

    apply = suggest("apply", Layer(stack))
    state = layer_state.load(session.store(stack), Layer(stack))
    if state is None:
        raise NotFoundError(f"{stack.label} has no state yet", hint=f"apply it first: {apply}")
    outputs = layer_state.outputs(state)
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
