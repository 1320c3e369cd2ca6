"""``orchestrate upgrade``: what the project's copied parts lack against this tool, shown and written."""

from __future__ import annotations

import shlex
from typing import Any

import click

from ... import __version__
from ...project import copied_parts, upgrade
from ...project.copied_parts import WORDS
from ...project.upgrade import Upgrade
from .. import installation
from ..command import Command
from ..options import takes
from ..session import CliSession

_LACKS = 3  # as fmt -check: a file has another form


@click.command(
    "upgrade",
    cls=Command,
    help="Bring the modules and pipelines that the project copied to this tool's version: print the difference, and write each "
    "file that was not edited. Exit code 3: something is left.",
    epilog="For example: ./orchestrate upgrade --check",
)
@click.option("--check", is_flag=True, help="Print what is lacking, and write nothing.")
@click.option("--merged", multiple=True, metavar="PATH", help="This edited file is merged: do not show it again.")
@takes("root")
@click.pass_context
def command(ctx: click.Context, /, check: bool, merged: tuple[str, ...], **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    files = session.project.files
    found = upgrade.compare(files, installation.SELF, __version__, merged)
    for change in found.changes:
        for line in copied_parts.diff(change):
            session.console.print(line)
    if not check:
        upgrade.write(files, found, __version__)
    return _tell(session, found, check)


def _tell(session: CliSession, found: Upgrade, check: bool) -> int:
    for change in found.changes:
        done = (
            ""
            if check
            else f": merge it, then ./orchestrate upgrade --merged {shlex.quote(change.path)}"
            if change.by_hand
            else ": written"
        )
        session.console.info(f"{change.path} {WORDS[change.kind]}{done}")
    left = [change for change in found.changes if check or change.by_hand]
    if not found.changes:
        session.console.info(
            f"{len(found.tool)} copied files are as orchestrate {__version__} has them, or edited here alone"
        )
    return _LACKS if left else 0
