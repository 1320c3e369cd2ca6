"""``orchestrate providers lock``: the lock files of the project's Terraform roots, from which the image follows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ...engines import provider_lock
from ...engines.image.image_request import ImageRequest
from ...engines.image.inputs import host_arch
from ...model.errors import NotFoundError, UsageError
from ...model.naming import LOCK_FILE
from ...model.nouns import FetchedModules
from ...model.stack import Layer
from ...project import private_folder
from ...terraform.environment import for_terraform
from .. import installation
from ..command import Command
from ..options import takes
from ..session import CliSession

_BARE = ImageRequest(bare=True)


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
    asked = _asked(session, mirror, platforms, upgrade)
    execute = _executor(session)
    for folder in chosen:
        provider_lock.lock(asked, folder, execute, session.console.info)
        session.console.print(session.project.files.short(folder / LOCK_FILE))
    return 0


def _root(session: CliSession, name: str) -> Path:
    folder = (session.directory / name).resolve()
    folder = folder if folder.is_dir() else (session.project.root / name).resolve()
    if not any(folder.glob("*.tf")) or not folder.is_relative_to(session.project.root / "src"):
        raise NotFoundError(f"no Terraform root {name}", hint="name a folder of src/ that holds .tf files")
    return folder


def _asked(session: CliSession, mirror: str, platforms: tuple[str, ...], upgrade: bool) -> provider_lock.LockRequest:
    named = mirror or session.environ.get("ORCHESTRATE_MIRROR", "")
    mirror = named or session.project.settings.registries.get("providers", "")
    local = bool(mirror) and not mirror.startswith("https://")
    usual = [f"linux_{host_arch()}"] if local else ["linux_amd64", "linux_arm64"]
    if local and not (session.directory / mirror).is_dir():
        raise NotFoundError(f"no folder {mirror}", hint="--mirror names a folder with HOST/NAMESPACE/NAME below it")
    private_folder.make(session.home)
    return provider_lock.LockRequest(
        session.project.root,
        session.home,
        platforms or usual,
        str(session.directory / mirror) if local else mirror,
        upgrade,
        for_terraform(session.environ, {}, "", host=not session.contained, sandbox=False),
        lambda folder: _fetched(session, folder),
    )


def _fetched(session: CliSession, folder: Path) -> FetchedModules | None:
    """The modules that the root in this folder calls from elsewhere, as the first stack that runs it has them."""
    for stack in session.project.stacks():
        for layer in (Layer(stack), *([Layer(stack, "t")] if stack.tenant_source else [])):
            if layer.source == folder and session.project.may_call_elsewhere:
                return session.remote_modules(layer)
    return None


def _executor(session: CliSession) -> provider_lock.Executor:
    if not session.contained:
        return provider_lock.on_host
    client = session.docker()
    image = installation.build_image(client, session.console.info, session.environ, _BARE)
    return provider_lock.in_container(client, image, session.environ.get("ORCHESTRATE_NETWORK") or "bridge")
