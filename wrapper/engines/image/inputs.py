"""What goes into the image: its name, what is pinned (by this tool, or by the project in its stead), what this host has of it,
the context. Reads files and writes nothing; knows nothing of Docker.
"""

from __future__ import annotations

import glob
import hashlib
import os
import platform
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ...model.errors import ConfigError, NotFoundError, UnavailableError
from ...model.fingerprint import digest
from . import provider_rounds
from .image_request import NOTHING, ImageRequest, Locked

NAME = "orchestrate"
FILES = Path("wrapper/engines/image/context")
TERRAFORM = "root/usr/local/bin/terraform"
PLUGINS = "root/usr/local/share/terraform/plugins"
CHUNK = 1 << 20
NEWLINE = "\n"
_LOCKED = re.compile(r'(?ms)^provider "([^"]+)" \{\s+version\s*= "([^"]+)"(.*?)^\}')
_PROGRAMS_AND_KERNEL = {"bin", "sbin", "dev", "proc", "sys"}  # thousands of entries that every command would look at


@dataclass(frozen=True)
class Sources:
    """What this host has of what the image needs: Terraform, and of each provider (host/namespace/name) the mirror that
    holds every version of it. The network gives the rest."""

    terraform: Path | None = None
    mirrors: tuple[tuple[str, Path], ...] = ()

    def mirror(self, source: str) -> Path | None:
        return next((path for name, path in self.mirrors if name == source), None)


@dataclass(frozen=True)
class Pins:
    """What is asked for on one processor architecture: by the Dockerfile and the lock file of this tool, or by the project."""

    arch: str
    base: str
    terraform: str
    binary: str
    providers: tuple[tuple[str, str], ...]
    packages: tuple[str, ...] = ()

    @property
    def suite(self) -> str:
        return re.sub(r".*:|-slim.*|@.*", "", self.base.split("@")[0])


def inputs(root: Path) -> list[Path]:
    """The files that make the image, in a fixed order."""
    return [root / "Dockerfile", *sorted(p for p in (root / FILES).iterdir() if p.is_file())]


def tag(root: Path, asked: ImageRequest = NOTHING) -> str:
    """The image's name. It depends on the inputs alone, so that it is the same on every machine."""
    hashed = hashlib.sha256()
    try:
        for path in inputs(root):
            content = path.read_bytes()
            hashed.update(f"{path.name}\0{len(content)}\0".encode() + content)
    except FileNotFoundError as error:
        raise NotFoundError("a file of the image is missing", where=str(error.filename)) from error
    if asked != NOTHING:
        hashed.update(asked.digest.encode())
    return f"{NAME}:{hashed.hexdigest()[:12]}"


def read_pins(root: Path, arch: str, asked: ImageRequest = NOTHING) -> Pins:
    args = _args(root) | dict(asked.arguments)
    providers = tuple((p.source, p.version) for p in _providers(root, asked))
    try:
        binary = args.get(f"BINARY_{arch.upper()}", "")
        pins = Pins(arch, args["BASE"], args["TERRAFORM_VERSION"], binary, tuple(dict.fromkeys(providers)))
        return replace(pins, packages=asked.packages)
    except KeyError as missing:
        raise ConfigError(f"no `ARG {missing.args[0]}=`", where=str(root / "Dockerfile")) from missing


def _args(root: Path) -> dict[str, str]:
    return dict(re.findall(r"^ARG (\w+)=(\S*)$", (root / "Dockerfile").read_text(), re.MULTILINE))


def tool_lock(root: Path) -> str:
    """The lock file of this tool's own pins."""
    return (root / FILES / ".terraform.lock.hcl").read_text()


def locked(root: Path) -> list[Locked]:
    return parse_lock(tool_lock(root))


def _providers(root: Path, asked: ImageRequest) -> Sequence[Locked]:
    return () if asked.bare else asked.locked or locked(root)


def parse_lock(text: str, where: str = "") -> list[Locked]:
    """The providers of a lock file. ``where``: the file's name, for the line of each."""
    return [
        Locked(
            found[1],
            found[2],
            tuple(re.findall(r'"((?:zh|h1):[^"]+)"', found[3])),
            f"{where}:{text.count(NEWLINE, 0, found.start()) + 1}" if where else "",
        )
        for found in _LOCKED.finditer(text)
    ]


def holds_all(root: Path, locks: Iterable[str]) -> bool:
    """Whether this tool's own pins are all that these lock files ask for, so that its own image is theirs."""
    pinned_text = tool_lock(root)
    others = [provider for text in set(locks) if text and text != pinned_text for provider in parse_lock(text)]
    return all(any(provider.is_same(pinned) for pinned in parse_lock(pinned_text)) for provider in others)


def versions(root: Path, other_terraform: str = "", asked: ImageRequest = NOTHING, locks: Iterable[str] = ()) -> str:
    """What of the image decides what Terraform does, for a layer's fingerprint: its version and the providers', each with
    a digest. The image's name, and what else is in it, does not. ``other_terraform``: the version that runs in its stead;
    ``locks``: the lock files of the stack's roots, which win over this tool's own. What a root locks beyond that stands in its
    sources."""
    args = _args(root) | dict(asked.arguments)
    zips = [text for name, text in sorted(args.items()) if name.startswith("ZIP_")]
    terraform = other_terraform or f"{args['TERRAFORM_VERSION']} {digest(*zips)}"
    return ", ".join([f"terraform {terraform}", *_counted(root, locks)])


def _counted(root: Path, locks: Iterable[str]) -> Iterator[str]:
    pinned_text, texts = tool_lock(root), dict.fromkeys(locks)
    others = [] if set(texts) <= {"", pinned_text} else [p for text in texts for p in parse_lock(text)]
    for pinned in parse_lock(pinned_text):
        theirs = [provider for provider in others if provider.source == pinned.source]
        kept = [provider for provider in theirs if not provider.is_same(pinned)]
        if not theirs or len(kept) < len(theirs):
            yield counted(pinned)
        yield from dict.fromkeys(map(counted, kept))


def counted(provider: Locked) -> str:
    """Its version and a digest of its bytes. The registry's own list of checksums (zh) is whole from the first; those
    of unpacked packages (h1) join it platform by platform, and count only where there are no others."""
    published = [h for h in provider.hashes if h.startswith("zh:")] or provider.hashes
    return f"{provider.source} {provider.version} {digest(*sorted(published))}"


def host_arch() -> str:
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def locate_sources(
    root: Path, env: Mapping[str, str], arch: str = "", *, top: Path = Path("/"), asked: ImageRequest = NOTHING
) -> Sources:
    """The pinned Terraform on PATH, by its digest, and mirrors that hold the locked providers."""
    pins = read_pins(root, arch or host_arch(), asked)
    return Sources(find_terraform(pins, env), find_mirrors(pins, env, top))


def find_terraform(pins: Pins, env: Mapping[str, str]) -> Path | None:
    found = (Path(folder, "terraform") for folder in env.get("PATH", "").split(os.pathsep) if folder)
    return next((p for p in found if p.is_file() and pins.binary and sha256(p) == pins.binary), None)


def sha256(path: Path) -> str:
    with suppress(PermissionError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
    return ""


def find_mirrors(pins: Pins, env: Mapping[str, str], top: Path = Path("/")) -> tuple[tuple[str, Path], ...]:
    """Of each provider the first mirror that holds every version of it. ConfigError where ORCHESTRATE_MIRROR lacks one."""
    named = env.get("ORCHESTRATE_MIRROR")
    if named and (missing := lacks(Path(named), pins)):
        raise ConfigError(f"no {missing} in it", where=f"ORCHESTRATE_MIRROR={named}")
    sources = dict.fromkeys(source for source, _ in pins.providers)
    places = {s: [Path(named)] if named else mirrors(s, env, top) for s in sources}
    found = ((s, next((m for m in places[s] if not lacks(m, _only(pins, s))), None)) for s in sources)
    return tuple((source, mirror) for source, mirror in found if mirror)


def _only(pins: Pins, source: str) -> Pins:
    return replace(pins, providers=tuple(p for p in pins.providers if p[0] == source))


def mirrors(source: str, env: Mapping[str, str], top: Path) -> Iterator[Path]:
    """Terraform's own places, then any mirror of this provider in a folder below a top-level folder."""
    if env.get("HOME"):
        yield Path(env["HOME"], ".terraform.d/plugins")
    yield top / "usr/local/share/terraform/plugins"
    for name in sorted(set(os.listdir(top)) - _PROGRAMS_AND_KERNEL):
        found = glob.glob(f"*/{source}", root_dir=top / name, include_hidden=True)
        yield from ((top / name / path).parents[2] for path in sorted(found))


def lacks(mirror: Path, pins: Pins) -> str:
    """What of the pinned providers a mirror does not hold, in words."""
    missing = tuple((p, v) for p, v in pins.providers if not package(mirror, p, v, pins.arch))
    return wanted(replace(pins, providers=missing))


def package(mirror: Path, provider: str, version: str, arch: str) -> Path | None:
    """One provider's unpacked directory, or the zip that `terraform providers mirror` writes."""
    unpacked = mirror / provider / version / f"linux_{arch}"
    packed = mirror / provider / f"terraform-provider-{Path(provider).name}_{version}_linux_{arch}.zip"
    return unpacked if unpacked.is_dir() else packed if packed.is_file() else None


def wanted(pins: Pins) -> str:
    return ", ".join(f"{p} {v} for linux_{pins.arch}" for p, v in pins.providers)


def context(root: Path, pins: Pins, sources: Sources, asked: ImageRequest = NOTHING) -> Iterator[bytes]:
    """The build's input. Streamed, because a provider alone is 700 MB."""
    made: set[str] = set()
    texts = provider_rounds.files(_providers(root, asked), [name for name, _ in sources.mirrors], asked.registry)
    texts |= {f"certificates/{name}": data for name, data in asked.certificates}
    for name, path in entries(root, pins, sources):
        yield from parents(name, made)
        yield from member(name, path)
    for name, data in texts.items():
        yield from parents(str(FILES / name), made)
        yield header(str(FILES / name), 0o644, size=len(data)) + data + bytes(-len(data) % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)


def parents(name: str, made: set[str]) -> Iterator[bytes]:
    """The folders that a member stands in, each once."""
    for parent in reversed(Path(name).parents[:-1]):
        if str(parent) not in made:
            made.add(str(parent))
            yield header(f"{parent}/", 0o755, tarfile.DIRTYPE)


def entries(root: Path, pins: Pins, sources: Sources) -> Iterator[tuple[str, Path]]:
    for path in inputs(root):
        yield str(path.relative_to(root)), path
    if sources.terraform:
        yield str(FILES / TERRAFORM), sources.terraform
    for mirror, path in provider_files(pins, sources):
        yield str(FILES / PLUGINS / path.relative_to(mirror)), path


def provider_files(pins: Pins, sources: Sources) -> Iterator[tuple[Path, Path]]:
    """(mirror, file) of each file of each provider that this host has."""
    for source, version in pins.providers:
        mirror = sources.mirror(source)
        place = package(mirror, source, version, pins.arch) if mirror else None
        if mirror and place:
            found = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
            yield from ((mirror, path) for path in found)


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
