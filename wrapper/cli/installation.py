"""What is installed on this machine: this tool and its parts, Docker, its image, Terraform, a provider mirror."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..model.errors import UnavailableError
from . import launcher

if TYPE_CHECKING:
    from ..engines.image.inputs import Pins

SELF = Path(launcher.PARTS)


def launcher_folder(environ: Mapping[str, str]) -> Path | None:
    """The folder of the launcher that was called: of a project's own, which says so, or of this checkout."""
    named = environ.get("ORCHESTRATE_LAUNCHER")
    return Path(named) if named else None if launcher.INSTALLED else SELF


def docker() -> Any:
    """A client of the Docker engine; UnavailableError where there is none."""
    from ..engines.docker import connect

    return connect()


def image() -> str:
    """The tag of the image, by the digest of what goes into it."""
    from ..engines.image import inputs

    return inputs.tag(SELF)


def is_built(client: Any) -> bool:
    from ..engines.image import build

    return build.exists(client, image())


def build_image(client: Any, info: Callable[[str], None], environ: Mapping[str, str]) -> str:
    """The image's tag; built first when its inputs changed."""
    from ..engines.image import build

    return build.build(SELF, client, info, environ)


def remove_image(client: Any) -> None:
    """Remove the image, so that the next build makes it again."""
    from ..engines.image import build

    build.discard(client, image())


def remove_old_images(client: Any) -> None:
    from ..engines.image import build

    build.remove_old(client, image())


def pins() -> Pins:
    """The versions that this tool runs: of Terraform and of each provider, for this machine's processor."""
    from ..engines.image import inputs

    return inputs.read_pins(SELF, inputs.host_arch())


def mirror(environ: Mapping[str, str]) -> Path | None:
    """A folder with these providers, as Terraform's filesystem_mirror."""
    from ..engines.image import inputs

    return inputs.find_mirror(pins(), environ, Path("/"))


def terraform(environ: Mapping[str, str]) -> tuple[str, str]:
    """(path, version) of the terraform on PATH; each "" where it is not known."""
    return binary("terraform", environ)


def binary(name: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """The same of another program that runs a root."""
    import shutil

    from ..engines.host import version

    path = shutil.which(name, path=environ.get("PATH"))
    return (path, version(path)) if path else ("", "")


def check_program(name: str, where: str, environ: Mapping[str, str], *, contained: bool) -> None:
    """UnavailableError where the project's program is not there. The image has Terraform alone."""
    if contained:
        hint = "add --engine host, on a machine that has it (docs/engines.md, 'OpenTofu')"
        raise UnavailableError(f"this project runs {name}, and the image has none", where=where, hint=hint)
    if not binary(name, environ)[0]:
        raise UnavailableError(f"this project runs {name}, and there is none on PATH", where=where, hint="install it")


def versions(other_terraform: str = "") -> str:
    """Versions and digests of Terraform and the providers, for the fingerprint; ``other_terraform``: not the image's."""
    from ..engines.image import inputs

    return inputs.versions(SELF, other_terraform)
