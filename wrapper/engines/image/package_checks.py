"""What a project's lock files ask for, compared with what this host has, before anything is built: each error names the line
of the lock file and the command that fixes it.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ...model.errors import ConfigError
from .image_request import ImageRequest, Locked
from .inputs import Pins, Sources, mirrors, package


def check_named_mirror(pins: Pins, asked: ImageRequest, env: Mapping[str, str]) -> None:
    """ConfigError where ORCHESTRATE_MIRROR names a mirror that lacks what a root locks."""
    named = env.get("ORCHESTRATE_MIRROR", "")
    for one in asked.locked if named else ():
        if not package(Path(named), one.source, one.version, pins.arch):
            raise not_to_be_had(one, f"ORCHESTRATE_MIRROR={named} has {_held(Path(named), one.source)}")


def other_versions(pins: Pins, asked: ImageRequest, sources: Sources, env: Mapping[str, str]) -> ConfigError | None:
    """Where a mirror on this host holds a provider, and not in the version that a root locks, which no registry gave."""
    for one in asked.locked:
        for mirror in mirrors(one.source, env, Path("/")) if not sources.mirror(one.source) else ():
            if (mirror / one.source).is_dir() and not package(mirror, one.source, one.version, pins.arch):
                return not_to_be_had(one, f"no registry answers, and {mirror} has {_held(mirror, one.source)}")
    return None


def _held(mirror: Path, source: str) -> str:
    """Which versions of a provider are there, in words."""
    place = mirror / source
    found = [p.name for p in place.iterdir() if p.is_dir()] if place.is_dir() else []
    packed = [p.name.split("_")[1] for p in place.glob("terraform-provider-*_*.zip")]
    return ", ".join(sorted({*found, *packed})) or "none of it"


def check(pins: Pins, sources: Sources, asked: ImageRequest) -> None:
    """ConfigError for the first provider whose package here no root's lock file could have meant."""
    seen: dict[Path, str] = {}
    for one in asked.locked:
        mirror = sources.mirror(one.source)
        found = package(mirror, one.source, one.version, pins.arch) if mirror else None
        if found is None:
            continue
        if found not in seen:
            seen[found] = package_hash(found)
        if seen[found] not in one.hashes:
            raise _other_package(one, found, seen[found], pins.arch)


def _other_package(one: Locked, found: Path, hashed: str, arch: str) -> ConfigError:
    lacks = "no checksum of an unpacked package (h1:)" if not one.unpacked else f"not the checksum {hashed}"
    return ConfigError(
        f"{one.source} {one.version}: the lock file has {lacks} that {found} has",
        where=one.where,
        hint=f"add the checksum for this platform: {_relock(one)} --platform linux_{arch} ; or name another mirror in "
        "ORCHESTRATE_MIRROR",
    )


def not_to_be_had(one: Locked, why: str) -> ConfigError:
    """A locked version that neither a mirror here nor the registry has."""
    return ConfigError(
        f"{one.source} {one.version} cannot be had: {why}",
        where=one.where,
        hint=f"lock a version that there is: {_relock(one)} --upgrade ; or name a mirror that holds it in ORCHESTRATE_MIRROR",
    )


def _relock(one: Locked) -> str:
    return f"./orchestrate providers lock {Path(one.where.partition(':')[0]).parent}"


def package_hash(place: Path) -> str:
    """Terraform's ``h1`` of a package, an unpacked folder or a zip: a SHA-256 of each file, by name
    (golang.org/x/mod/sumdb/dirhash)."""
    rows = sorted(_zipped(place) if place.is_file() else _unpacked(place))
    text = "".join(f"{digest}  {name}\n" for name, digest in rows)
    return "h1:" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _unpacked(folder: Path) -> Iterator[tuple[str, str]]:
    for path in _files(folder):
        with path.open("rb") as file:
            yield str(path.relative_to(folder)), hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _zipped(archive: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(archive) as zipped:
        for name in zipped.namelist():
            if not name.endswith("/"):
                yield name, hashlib.sha256(zipped.read(name)).hexdigest()
