"""What goes into the image: its name, what the Dockerfile pins, what this host has of it, the context.

Reads files and writes nothing; knows nothing of Docker.
"""

from __future__ import annotations

import glob
import hashlib
import os
import platform
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ...model.errors import ConfigError, NotFoundError, UnavailableError
from ...model.fingerprint import digest

NAME = "orchestrate"
FILES = Path("wrapper/engines/image/context")
TERRAFORM = "root/usr/local/bin/terraform"
PLUGINS = "root/usr/local/share/terraform/plugins"
CHUNK = 1 << 20
_PROGRAMS_AND_KERNEL = {"bin", "sbin", "dev", "proc", "sys"}  # thousands of entries that every command would look at


@dataclass(frozen=True)
class Sources:
    """What this host has of what the image needs. The network gives the rest."""

    terraform: Path | None = None
    mirror: Path | None = None


@dataclass(frozen=True)
class Locked:
    """A provider as the lock file has it."""

    source: str
    version: str
    hashes: tuple[str, ...]

    @property
    def counted(self) -> str:
        """Its version and a digest of its bytes. The registry's own list of checksums (zh) is whole from the first; those
        of unpacked packages (h1) join it platform by platform, and count only where there are no others."""
        published = [h for h in self.hashes if h.startswith("zh:")] or self.hashes
        return f"{self.source} {self.version} {digest(*sorted(published))}"


@dataclass(frozen=True)
class Pins:
    """What the Dockerfile and the lock file ask for, on one processor architecture."""

    arch: str
    base: str
    terraform: str
    binary: str
    providers: tuple[tuple[str, str], ...]

    @property
    def suite(self) -> str:
        return re.sub(r".*:|-slim.*|@.*", "", self.base.split("@")[0])


def inputs(root: Path) -> list[Path]:
    """The files that make the image, in a fixed order."""
    return [root / "Dockerfile", *sorted(p for p in (root / FILES).iterdir() if p.is_file())]


def tag(root: Path) -> str:
    """The image's name. It depends on the inputs alone, so that it is the same on every machine."""
    hashed = hashlib.sha256()
    try:
        for path in inputs(root):
            content = path.read_bytes()
            hashed.update(f"{path.name}\0{len(content)}\0".encode() + content)
    except FileNotFoundError as error:
        raise NotFoundError("a file of the image is missing", where=str(error.filename)) from error
    return f"{NAME}:{hashed.hexdigest()[:12]}"


def read_pins(root: Path, arch: str) -> Pins:
    args = _args(root)
    providers = tuple((p.source, p.version) for p in _locked(root))
    try:
        binary = args.get(f"BINARY_{arch.upper()}", "")
        return Pins(arch, args["BASE"], args["TERRAFORM_VERSION"], binary, providers)
    except KeyError as missing:
        raise ConfigError(f"no `ARG {missing.args[0]}=`", where=str(root / "Dockerfile")) from missing


def _args(root: Path) -> dict[str, str]:
    return dict(re.findall(r"^ARG (\w+)=(\S*)$", (root / "Dockerfile").read_text(), re.MULTILINE))


def _locked(root: Path) -> Iterator[Locked]:
    lock = (root / FILES / ".terraform.lock.hcl").read_text()
    for source, version, rest in re.findall(r'(?ms)^provider "([^"]+)" \{\s+version\s*= "([^"]+)"(.*?)^\}', lock):
        yield Locked(source, version, tuple(re.findall(r'"((?:zh|h1):[^"]+)"', rest)))


def versions(root: Path, other_terraform: str = "") -> str:
    """What of the image decides what Terraform does, for a layer's fingerprint: its version and the providers', each with
    a digest. The image's name, and what else is in it, does not. ``other_terraform``: the version that runs in its stead."""
    zips = [text for name, text in sorted(_args(root).items()) if name.startswith("ZIP_")]
    terraform = other_terraform or f"{read_pins(root, host_arch()).terraform} {digest(*zips)}"
    return ", ".join([f"terraform {terraform}", *(p.counted for p in _locked(root))])


def host_arch() -> str:
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def locate_sources(root: Path, env: Mapping[str, str], arch: str = "", *, top: Path = Path("/")) -> Sources:
    """The pinned Terraform on PATH, by its digest, and a mirror that holds the locked providers."""
    pins = read_pins(root, arch or host_arch())
    return Sources(find_terraform(pins, env), find_mirror(pins, env, top))


def find_terraform(pins: Pins, env: Mapping[str, str]) -> Path | None:
    found = (Path(folder, "terraform") for folder in env.get("PATH", "").split(os.pathsep) if folder)
    return next((p for p in found if p.is_file() and pins.binary and sha256(p) == pins.binary), None)


def sha256(path: Path) -> str:
    with suppress(PermissionError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
    return ""


def find_mirror(pins: Pins, env: Mapping[str, str], top: Path) -> Path | None:
    named = env.get("ORCHESTRATE_MIRROR")
    if named and not holds(Path(named), pins):
        raise ConfigError(f"no {wanted(pins)} in it", where=f"ORCHESTRATE_MIRROR={named}")
    return next((m for m in ([Path(named)] if named else mirrors(pins, env, top)) if holds(m, pins)), None)


def mirrors(pins: Pins, env: Mapping[str, str], top: Path) -> Iterator[Path]:
    """Terraform's own places, then any mirror in a folder below a top-level folder."""
    if env.get("HOME"):
        yield Path(env["HOME"], ".terraform.d/plugins")
    yield top / "usr/local/share/terraform/plugins"
    folders = [top / name for name in sorted(set(os.listdir(top)) - _PROGRAMS_AND_KERNEL)]
    for source, _ in pins.providers[:1]:
        for folder in folders:
            found = glob.glob(f"*/{source}", root_dir=folder, include_hidden=True)
            yield from ((folder / path).parents[2] for path in sorted(found))


def holds(mirror: Path, pins: Pins) -> bool:
    return bool(pins.providers) and all(package(mirror, p, v, pins.arch) for p, v in pins.providers)


def package(mirror: Path, provider: str, version: str, arch: str) -> Path | None:
    """One provider's unpacked directory, or the zip that `terraform providers mirror` writes."""
    unpacked = mirror / provider / version / f"linux_{arch}"
    packed = mirror / provider / f"terraform-provider-{Path(provider).name}_{version}_linux_{arch}.zip"
    return unpacked if unpacked.is_dir() else packed if packed.is_file() else None


def wanted(pins: Pins) -> str:
    return ", ".join(f"{p} {v} for linux_{pins.arch}" for p, v in pins.providers)


def context(root: Path, pins: Pins, sources: Sources) -> Iterator[bytes]:
    """The build's input. Streamed, because the provider alone is 700 MB."""
    made: set[str] = set()
    for name, path in entries(root, pins, sources):
        for parent in reversed(Path(name).parents[:-1]):
            if str(parent) not in made:
                made.add(str(parent))
                yield header(f"{parent}/", 0o755, tarfile.DIRTYPE)
        yield from member(name, path)
    yield bytes(2 * tarfile.BLOCKSIZE)


def entries(root: Path, pins: Pins, sources: Sources) -> Iterator[tuple[str, Path]]:
    for path in inputs(root):
        yield str(path.relative_to(root)), path
    if sources.terraform:
        yield str(FILES / TERRAFORM), sources.terraform
    for path in provider_files(pins, sources.mirror):
        yield str(FILES / PLUGINS / path.relative_to(sources.mirror or "")), path


def provider_files(pins: Pins, mirror: Path | None) -> Iterator[Path]:
    found = (package(mirror, p, v, pins.arch) for p, v in pins.providers) if mirror else ()
    for place in filter(None, found):
        yield from [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())


def header(name: str, mode: int, kind: bytes = tarfile.REGTYPE, size: int = 0) -> bytes:
    info = tarfile.TarInfo(name)
    info.mode, info.type, info.size = mode, kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def member(name: str, path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        stat = os.fstat(file.fileno())
        yield header(name, 0o755 if stat.st_mode & 0o100 else 0o644, size=stat.st_size)
        yield from iter(lambda: file.read(CHUNK), b"")
        if file.tell() != stat.st_size:
            raise UnavailableError("changed while it was read", where=str(path))
    yield bytes(-stat.st_size % tarfile.BLOCKSIZE)
