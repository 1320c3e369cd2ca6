"""``orchestrate providers lock``: the lock files of the project's Terraform roots, from which the image follows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ...model.errors import NotFoundError, UsageError
from .. import provider_locks
from ..command import Command
from ..options import takes
from ..session import CliSession


@click.command(
    "providers lock",
    cls=Command,
    help="Write the lock files of the Terraform roots that have none, or of each ROOT (src/app, src/app/tenant).",
)
@takes("root", "engine")
@click.option("--upgrade", is_flag=True, help="Choose the newest versions that the root takes, whatever is locked.")
@click.option(
    "--mirror",
    metavar="DIR|URL",
    default="",
    help="Take the providers from this folder or network mirror (default: ORCHESTRATE_MIRROR, else the registries).",
)
@click.option(
    "--platform",
    "platforms",
    multiple=True,
    metavar="OS_ARCH",
    help="A platform to lock for; repeat it (default: linux_amd64 and linux_arm64; from a folder, this machine's).",
)
@click.argument("roots", nargs=-1, metavar="[ROOT]...")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    roots: tuple[str, ...],
    upgrade: bool,
    mirror: str,
    platforms: tuple[str, ...],
    **options: Any,
) -> int:
    session: CliSession = ctx.obj.merged(options)
    if upgrade and not roots:
        raise UsageError("--upgrade is of roots that have a lock file", hint="name them, such as src/app")
    chosen = [_root(session, name) for name in roots] or session.project.unlocked
    if not chosen:
        session.console.info("every root has a lock file; name one to lock it again")
        return 0
    asked = provider_locks.request(session, mirror, platforms, upgrade)
    for file in provider_locks.lock(session, asked, chosen):
        session.console.print(session.project.files.short(file))
    return 0


def _root(session: CliSession, name: str) -> Path:
    folder = (session.directory / name).resolve()
    folder = folder if folder.is_dir() else (session.project.root / name).resolve()
    if not any(folder.glob("*.tf")) or not folder.is_relative_to(session.project.root / "src"):
        raise NotFoundError(f"no Terraform root {name}", hint="name a folder of src/ that holds .tf files")
    return folder
