"""``orchestrate new DIR``: a project that runs at once."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ... import __version__
from ...project import copied_parts, scaffold
from ...project.scaffold import Choices
from .. import installation, launcher
from ..command import Command
from ..session import CliSession

_NONE = "none"


@click.command(
    "new",
    cls=Command,
    help="Make a project that runs at once, in a folder that is new or empty. It asks at a terminal, unless you type an option.",
    epilog="For example: ./orchestrate new shop --services web,api --region eu-west-1",
)
@click.option("--services", metavar="NAMES", help="Services of a tenant, the web application first (default: web).")
@click.option("--region", metavar="REGION", help="AWS region (default: AWS_REGION, or us-east-1).")
@click.option(
    "--with", "pipelines", multiple=True, type=click.Choice(scaffold.PIPELINES), help="Copy these pipelines too."
)
@click.argument("folder", metavar="DIR")
@click.pass_context
def command(
    ctx: click.Context, /, folder: str, services: str | None, region: str | None, pipelines: tuple[str, ...]
) -> int:
    session: CliSession = ctx.obj
    place = session.directory / folder
    scaffold.check_free(place)
    usual = {"services": "web", "region": _usual_region(session), "pipelines": _NONE}
    by_option = {"services": services, "region": region, "pipelines": ",".join(pipelines)}
    given = {name: value for name, value in by_option.items() if value}
    asked = _asked(session, usual) if session.terminal and not given else {}
    choices = scaffold.check(_choices(place.resolve().name, usual | asked | given))
    parts = scaffold.copied(installation.SELF, choices)
    record = copied_parts.render(copied_parts.record_of(__version__, choices, parts))
    files = {**scaffold.initial(installation.SELF, choices), **parts, copied_parts.RECORD: record.encode()}
    scaffold.lay(place, files)
    _tell(session, folder, choices, len(files))
    return 0


def _usual_region(session: CliSession) -> str:
    return session.environ.get("AWS_REGION") or session.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


def _asked(session: CliSession, usual: dict[str, str]) -> dict[str, str]:
    questions = {
        "services": "Services of a tenant, the web application first",
        "region": "AWS region",
        "pipelines": f"Pipelines ({', '.join(scaffold.PIPELINES)} or {_NONE})",
    }
    return {name: session.console.ask(question, usual[name]) for name, question in questions.items()}


def _choices(name: str, words: dict[str, str]) -> Choices:
    pipelines = tuple(w for w in _names(words["pipelines"]) if w != _NONE)
    return Choices(name, words["region"], _names(words["services"]), pipelines)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.replace(",", " ").split() if name)


def _tell(session: CliSession, folder: str, choices: Choices, count: int) -> None:
    session.console.info(
        f"{folder}: {count} files, one stack {choices.stack} in {choices.region}; see {Path(folder, 'README.md')}"
    )
    session.console.info("apply a tenant in a simulated AWS:")
    line = f"./orchestrate --root {shlex.quote(folder)} --sandbox apply {choices.stack} -var tenant=acme"
    session.console.print(launcher.as_called(line))
