"""What goes along to Terraform from around us: environment, credential files, the CLI configuration."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..project import private_folder
from . import installation

if TYPE_CHECKING:
    from ..aws.identity import Identity
    from ..engines.image.image_request import ImageRequest
    from ..model.nouns import Mount
    from ..model.stack import Stack


class Around(Protocol):
    """What of the caller's options matters here."""

    @property
    def environ(self) -> Mapping[str, str]: ...
    @property
    def dry_run(self) -> bool: ...
    @property
    def contained(self) -> bool: ...
    @property
    def sandboxed(self) -> bool: ...
    @property
    def home(self) -> Path: ...
    @property
    def passing(self) -> Collection[str]: ...
    def image_request(self) -> ImageRequest: ...


def environment_of(options: Around, stack: Stack, identity: Identity) -> dict[str, str]:
    """The allowlisted environment of a run."""
    from ..terraform import environment

    host = not options.contained
    region = stack.aws_region or options.environ.get("AWS_REGION", "")
    values = environment.for_terraform(
        options.environ, identity.environment, region, host=host, sandbox=options.sandboxed, named=options.passing
    )
    if host:
        values |= _cli_configuration(options)
    return values


def _cli_configuration(options: Around) -> dict[str, str]:
    """The caller's own Terraform CLI configuration; else one of ours that names a provider mirror found here."""
    configured = options.environ.get("TF_CLI_CONFIG_FILE", "")
    if configured and Path(configured).is_file():
        return {"TF_CLI_CONFIG_FILE": configured}
    if not configured and Path("~/.terraformrc").expanduser().is_file():
        return {}
    if options.dry_run and not options.environ.get("ORCHESTRATE_MIRROR"):  # it writes none, and has none to check
        return {}
    text = provider_installation(installation.mirrors(options.environ, options.image_request()))
    if not text or options.dry_run:
        return {}
    file = options.home / "terraform.rc"
    if not file.is_file() or file.read_text() != text:
        private_folder.make(file.parent)
        partial = file.with_name(f"terraform.rc.{os.getpid()}")
        private_folder.write(partial, text)
        partial.rename(file)
    return {"TF_CLI_CONFIG_FILE": str(file)}


def provider_installation(mirrors: Sequence[tuple[str, Path]]) -> str:
    """A Terraform CLI configuration that takes providers from mirrors on this machine; "" where there is none."""
    if not mirrors:
        return ""
    blocks = ""
    for mirror in dict.fromkeys(path for _, path in mirrors):
        here = ", ".join(f'"{name}"' for name, path in mirrors if path == mirror)
        blocks += f'  filesystem_mirror {{\n    path    = "{mirror}"\n    include = [{here}]\n  }}\n'
    every = ", ".join(f'"{name}"' for name, _ in mirrors)
    return f"provider_installation {{\n{blocks}  direct {{\n    exclude = [{every}]\n  }}\n}}\n"


def mounts_of(environ: Mapping[str, str]) -> tuple[Mount, ...]:
    """The caller's AWS profiles and token files, read-only, where the SDK in the container looks for them."""
    from ..model.nouns import Mount

    mounts = []
    folder = Path(os.path.expanduser("~/.aws"))
    if folder.is_dir():
        mounts.append(Mount(folder, "/tmp/.aws"))
    for name in ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"):
        file = environ.get(name, "")
        if file and Path(file).is_file():
            mounts.append(Mount(Path(file), file))
    return tuple(mounts)
