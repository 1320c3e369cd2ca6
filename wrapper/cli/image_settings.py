"""What a project asks of the image, out of orchestrate.hcl, the lock files of its roots and the environment: an ImageRequest, or
ConfigError with the line and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..engines.image import inputs
from ..engines.image.image_request import ImageRequest, Locked
from ..model.errors import ConfigError
from ..project.project import Project

_OLD_PIN = re.compile(r"^ARG TERRAFORM_VERSION=(\S+)$", re.MULTILINE)


def ask(tool: Path, project: Project | None, environ: Mapping[str, str], terraform: str, where: str) -> ImageRequest:
    """``tool``: the folder of this tool's parts; ``terraform``: the version that must run, "" for the one that it pins;
    ``where``: the line that says so."""
    base = environ.get("ORCHESTRATE_BASE", "")
    arguments = {"BASE": base} if base else {}
    if project is None:
        return ImageRequest(tuple(arguments.items()))
    settings = project.settings
    arguments |= _terraform(tool, project, terraform, where) if terraform else {}
    return ImageRequest(
        arguments=tuple(sorted(arguments.items())),
        locked=_locked(tool, project),
        packages=tuple(sorted(settings.packages)),
        certificates=tuple(_certificates(project)),
        releases=settings.registries.get("releases", "").rstrip("/"),
        registry=settings.registries.get("providers", ""),
        where=settings.where,
    )


def _terraform(tool: Path, project: Project, version: str, where: str) -> dict[str, str]:
    row = project.settings.terraform_digests.get(version)
    if row is None:
        if version == inputs.read_pins(tool, inputs.host_arch()).terraform:
            return {}
        raise ConfigError(f"the digests of Terraform {version} are not known", where=where, hint=_digests_of(version))
    digests = {f"{kind}_{arch}": "" for kind in ("ZIP", "BINARY") for arch in ("AMD64", "ARM64")}
    return {"TERRAFORM_VERSION": version, **digests, **{name.upper(): text for name, text in row.items()}}


def _digests_of(version: str) -> str:
    url = f"https://releases.hashicorp.com/terraform/{version}/terraform_{version}_SHA256SUMS"
    return (
        f'write terraform_digests = {{ "{version}" = {{ zip_amd64 = "...", zip_arm64 = "..." }} }} in orchestrate.hcl; the '
        f"digests: curl -fsS {url}"
    )


def _locked(tool: Path, project: Project) -> tuple[Locked, ...]:
    """Every provider of every root; () where this tool's own pins are all. A root without a lock file takes those, too."""
    texts = project.lock_files
    if inputs.holds_all(tool, texts.values()):
        return ()
    found = [p for file, text in texts.items() for p in inputs.parse_lock(text, project.files.short(file))]
    _check_agreement(found)
    for root in project.unlocked:
        project.files.info(
            f"{project.files.short(root)} has no lock file, so the image also holds this tool's providers for it; to lock what it "
            "has now: ./orchestrate providers lock"
        )
    return (*found, *(inputs.locked(tool) if project.unlocked else ()))


def _check_agreement(found: list[Locked]) -> None:
    first: dict[tuple[str, str], Locked] = {}
    for one in found:
        if not one.unpacked:
            raise ConfigError(
                f"{one.source} {one.version}: the lock file has no checksum of an unpacked package (h1:), which the image's is",
                where=one.where,
                hint=f"add it: {relock(one.where)}",
            )
        other = first.setdefault((one.source, one.version), one)
        if not set(one.hashes) & set(other.hashes):
            raise ConfigError(
                f"{one.source} {one.version}: {other.where} has other checksums for this version, none in common",
                where=one.where,
                hint=f"remove both lock files, and lock both from one registry: {relock(other.where)} ; {relock(one.where)}",
            )


def relock(where: str) -> str:
    """The command that locks a root's providers again. ``where``: a line of its lock file, or a file of the root."""
    return f"./orchestrate providers lock {Path(where.partition(':')[0]).parent}"


def _certificates(project: Project) -> Iterator[tuple[str, bytes]]:
    """Each as ``update-ca-certificates`` takes it: a file with the ending crt."""
    for number, name in enumerate(project.settings.certificates):
        file, where = project.root / name, project.settings.where["certificates"]
        if not project.files.has(file):
            raise ConfigError(f"no file {name}", where=where, hint="certificates names files of the project, in PEM")
        text = project.files.read(file)
        _check_certificate(text, name, where)
        yield f"{number}-{re.sub(r'[^A-Za-z0-9-]', '-', file.stem)}.crt", text.encode()


def _check_certificate(text: str, name: str, where: str) -> None:
    import ssl

    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=text)
        right = len(context.get_ca_certs()) > 0 and "PRIVATE KEY" not in text
    except (ssl.SSLError, ValueError):
        right = False
    if not right:
        hint = (
            "it must hold certificates of authorities, each between BEGIN CERTIFICATE and END CERTIFICATE, and no key"
        )
        raise ConfigError(f"{name} is no certificate of an authority", where=where, hint=hint)


def check_old_pins(tool: Path, project: Project) -> None:
    """A project that was made from a copy of this tool may still have its Dockerfile, with another version than what runs:
    nothing reads it any more."""
    file = project.root / "Dockerfile"
    if not project.files.has(file):
        return
    pinned = _OLD_PIN.search(project.files.read(file))
    runs = inputs.read_pins(tool, inputs.host_arch()).terraform
    if pinned is None or pinned[1] == runs:
        return
    args = dict(re.findall(r"^ARG ((?:ZIP|BINARY)_\w+)=(\S+)$", project.files.read(file), re.MULTILINE))
    row = ", ".join(f'{name.lower()} = "{text}"' for name, text in args.items())
    raise ConfigError(
        f"this copy of the tool's pins says Terraform {pinned[1]}, and nothing reads it: {runs} would run",
        where=f"Dockerfile:{project.files.read(file).count(chr(10), 0, pinned.start()) + 1}",
        hint=f'write in orchestrate.hcl: terraform = "{pinned[1]}" and terraform_digests = {{ "{pinned[1]}" = {{ {row} }} }}; '
        "then remove the Dockerfile",
    )
