"""How ``providers lock`` makes lock files here: from which providers, for which platforms, and where Terraform runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ..engines import provider_lock
from ..engines.image.image_request import ImageRequest
from ..engines.image.inputs import host_arch
from ..engines.provider_lock import LockRequest
from ..model.errors import NotFoundError
from ..model.naming import LOCK_FILE
from ..model.nouns import FetchedModules
from ..model.stack import Layer
from ..project import private_folder
from ..terraform.environment import for_terraform
from . import installation
from .session import CliSession

_BARE = ImageRequest(bare=True)


def lock(session: CliSession, asked: LockRequest, roots: Iterable[Path]) -> Iterator[Path]:
    """Makes the lock file of each of these roots; each as it is there."""
    execute = _executor(session)
    for folder in roots:
        provider_lock.lock(asked, folder, execute, session.console.info)
        yield folder / LOCK_FILE


def request(session: CliSession, mirror: str, platforms: tuple[str, ...], upgrade: bool) -> LockRequest:
    named = mirror or session.environ.get("ORCHESTRATE_MIRROR", "")
    mirror = named or session.project.settings.registries.get("providers", "")
    local = bool(mirror) and not mirror.startswith("https://")
    usual = [f"linux_{host_arch()}"] if local else ["linux_amd64", "linux_arm64"]
    if local and not (session.directory / mirror).is_dir():
        raise NotFoundError(f"no folder {mirror}", hint="--mirror names a folder with HOST/NAMESPACE/NAME below it")
    private_folder.make(session.home)
    return LockRequest(
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
