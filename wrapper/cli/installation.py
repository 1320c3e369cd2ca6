"""What is installed on this machine: this tool and its parts, Docker, its image, Terraform, a provider mirror."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engines.image.image_request import NOTHING, ImageRequest
from ..model.errors import UnavailableError
from . import launcher

if TYPE_CHECKING:
    from ..engines.image.inputs import Pins
    from ..project.project import Project
    from ..project.sources import Requirement

SELF = Path(launcher.PARTS)


def launcher_folder(environ: Mapping[str, str]) -> Path | None:
    """The folder of the launcher that was called: of a project's own, which says so, or of this checkout."""
    named = environ.get("ORCHESTRATE_LAUNCHER")
    return Path(named) if named else None if launcher.INSTALLED else SELF


def docker() -> Any:
    """A client of the Docker engine; UnavailableError where there is none."""
    from ..engines.docker import connect

    return connect()


def asked(project: Project | None, environ: Mapping[str, str], terraform: str = "", where: str = "") -> ImageRequest:
    """What a project asks of the image beyond this tool's own pins; ``terraform``: the version that its stack must have."""
    from ..engines.image import inputs

    if project and project.root != SELF and not project.settings.terraform and (project.root / "Dockerfile").exists():
        from .image_settings import check_old_pins

        check_old_pins(SELF, project)
    settings = project.settings if project else None
    said = settings and (settings.terraform or settings.registries or settings.packages or settings.certificates)
    locks = project.lock_files.values() if project else ()
    if not (said or terraform or environ.get("ORCHESTRATE_BASE")) and inputs.holds_all(SELF, locks):
        return NOTHING
    from .image_settings import ask

    return ask(SELF, project, environ, terraform, where)


def image(asked: ImageRequest = NOTHING) -> str:
    """The tag of the image, by the digest of what goes into it."""
    from ..engines.image import inputs

    return inputs.tag(SELF, asked)


def is_built(client: Any, asked: ImageRequest) -> bool:
    from ..engines.image import build

    return build.exists(client, image(asked))


def build_image(
    client: Any, info: Callable[[str], None], environ: Mapping[str, str], asked: ImageRequest = NOTHING
) -> str:
    """The image's tag; built first when its inputs changed."""
    from ..engines.image import build

    return build.build(SELF, client, info, environ, asked)


def remove_image(client: Any, asked: ImageRequest) -> None:
    """Remove the image, so that the next build makes it again."""
    from ..engines.image import build

    build.discard(client, image(asked))


def remove_old_images(client: Any, *kept: ImageRequest) -> None:
    from ..engines.image import build

    build.remove_old(client, *map(image, kept))


def pins(asked: ImageRequest = NOTHING) -> Pins:
    """The versions that run: of Terraform and of each provider, for this machine's processor."""
    from ..engines.image import inputs

    return inputs.read_pins(SELF, inputs.host_arch(), asked)


def mirrors(environ: Mapping[str, str], asked: ImageRequest = NOTHING) -> tuple[tuple[str, Path], ...]:
    """Of each of these providers a folder that holds it, as Terraform's filesystem_mirror."""
    from ..engines.image import inputs

    return inputs.find_mirrors(pins(asked), environ)


def ask_version(name: str, environ: Mapping[str, str]) -> None:
    """Let the program that runs a root begin to say its version, which :func:`binary` waits for."""
    from ..engines import host

    if path := _on_path(name, environ):
        host.ask_version(path)


def terraform(environ: Mapping[str, str]) -> tuple[str, str]:
    """(path, version) of the terraform on PATH; each "" where it is not known."""
    return binary("terraform", environ)


def binary(name: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """The same of another program that runs a root."""
    from ..engines import host

    path = _on_path(name, environ)
    return path, host.version(path) if path else ""


def _on_path(name: str, environ: Mapping[str, str]) -> str:
    import shutil

    return shutil.which(name, path=environ.get("PATH")) or ""


def check_program(name: str, where: str, environ: Mapping[str, str], *, contained: bool) -> None:
    """UnavailableError where the project's program is not there. The image has Terraform alone."""
    if contained:
        hint = "add --engine host, on a machine that has it (docs/engines.md, 'OpenTofu')"
        raise UnavailableError(f"this project runs {name}, and the image has none", where=where, hint=hint)
    if not binary(name, environ)[0]:
        raise UnavailableError(f"this project runs {name}, and there is none on PATH", where=where, hint="install it")


def versions(other_terraform: str = "", asked: ImageRequest = NOTHING, locks: Iterable[str] = ()) -> str:
    """Versions and digests of Terraform and the providers, for the fingerprint; ``other_terraform``: not the image's;
    ``locks``: the lock files of the stack's roots."""
    from ..engines.image import inputs

    return inputs.versions(SELF, other_terraform, asked, locks)


def check_requirements(found: Iterable[Requirement], asked: ImageRequest, locks: Mapping[Path, str]) -> None:
    """ConfigError where a root requires what its lock file, or the image, does not hold."""
    judged = [one for one in found if one.constraint]
    if judged:
        from .root_checks import check

        check(judged, pins(asked), locks)
