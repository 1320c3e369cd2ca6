"""``orchestrate jenkins``: what Jenkins needs to know of a stack."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...model.errors import NotFoundError, UsageError
from ...model.nouns import Variable
from ...model.stack import Layer, Stack
from ...project.project import Project
from ...terraform.build_variables import build_names, has_map
from ...terraform.suggested import suggest
from ..command import CommandGroup
from ..options import ASKS_AWS, takes
from ..session import CliSession

if TYPE_CHECKING:
    from .. import jenkins_jobs

_OUTPUT = "jenkins"


@click.group("jenkins", cls=CommandGroup, help="Print Jenkins' configuration as code for a stack.")
def command() -> None: ...


@command.command(
    "casc",
    help="Print Jenkins' configuration as code (YAML): agents, from the stack's outputs, and jobs, from the project.",
)
@takes(*ASKS_AWS)
@click.option("--jobs", "with_jobs", is_flag=True, help="Add the library, folders and jobs; without STACK only these.")
@click.option("--output", metavar="FILE", help="Write to this file instead of standard output.")
@click.argument("stack", required=False, default="")
@click.argument("region", required=False, default="")
@click.pass_context
def casc(ctx: click.Context, /, stack: str, region: str, output: str, with_jobs: bool, **options: Any) -> int:
    from .. import jenkins_casc

    session: CliSession = ctx.obj.merged(options)
    if session.options.json and output:
        raise UsageError("--output writes YAML, and --json prints JSON", hint="leave one of them out")
    if not stack and not with_jobs:
        raise UsageError(
            "name the stack whose agents Jenkins starts",
            hint="or type --jobs, for the jobs alone",
        )
    found = session.project.stack(stack, region) if stack else None
    agents = jenkins_casc.casc(_output_value(session, found), f'{found.label}: output "{_OUTPUT}"') if found else {}
    configuration = jenkins_casc.merged(agents, _jobs(session.project) if with_jobs else {})
    if session.options.json:
        session.console.json(configuration)
        return 0
    command = (
        suggest("jenkins casc", Layer(found), *(["--jobs"] if with_jobs else []))
        if found
        else "./orchestrate jenkins casc --jobs"
    )
    text = jenkins_casc.as_yaml(configuration, f"Written by {command}; change the project, not this file.")
    if output:
        _write(session.directory / output, text)
        session.console.info(f"{found.label if found else 'jobs'}: written to {output}")
    else:
        session.console.print(text.rstrip("\n"))
    return 0


def _jobs(project: Project) -> dict[str, Any]:
    """Library, folders and jobs, from config/jenkins.hcl and the stacks."""
    from ...project import jenkins_settings
    from .. import jenkins_jobs

    settings = jenkins_settings.load(project.files)
    stages = [_stage(project, stack, settings.services) for stack in project.stacks() if stack.tenant_source]
    return jenkins_jobs.configuration(settings, stages)


def _stage(project: Project, stack: Stack, services: Iterable[str]) -> jenkins_jobs.Stage:
    """A stack as its jobs see it. A root with the map of builds takes those of any service."""
    from .. import jenkins_jobs

    declared: dict[str, Variable] = {}
    for root in (stack.source, stack.tenant_source):
        declared |= project.values.declared(root) if root else {}
    taken = {name.removesuffix("_build").removesuffix("-build").replace("_", "-") for name in build_names(declared)}
    settings = stack.settings
    before = project.upstream(stack, settings.promotes_from) if settings.promotes_from else None
    every = tuple(services) if has_map(declared) else ()
    return jenkins_jobs.Stage(
        stack.name,
        stack.region,
        settings.protected,
        settings.ephemeral,
        tuple(dict.fromkeys((*every, *sorted(taken)))),
        (before.name, before.region) if before else ("", ""),
    )


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
