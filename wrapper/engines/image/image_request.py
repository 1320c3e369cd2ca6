"""What a project asks of the image in which its Terraform runs, beyond this tool's own pins. Data; knows no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...model.fingerprint import digest


@dataclass(frozen=True)
class Locked:
    """A provider as a lock file has it; ``where``: the file and the line."""

    source: str
    version: str
    hashes: tuple[str, ...]
    where: str = field(default="", compare=False)

    @property
    def unpacked(self) -> set[str]:
        """Checksums of unpacked packages: the only ones that Terraform can compare with the image's mirror."""
        return {h for h in self.hashes if h.startswith("h1:")}

    def is_same(self, other: Locked) -> bool:
        """Whether both name one provider in one version, with a package in common."""
        alike = (self.source, self.version) == (other.source, other.version)
        return alike and bool(self.unpacked & other.unpacked)


@dataclass(frozen=True)
class ImageRequest:
    """``arguments``: of the Dockerfile, by name: Terraform's version with its digests, and ORCHESTRATE_BASE; ``locked``: every
    provider of every root, () for those that this tool pins; ``certificates``: name and content; ``bare``: no provider at all;
    ``releases``, ``registry``: where Terraform and providers are downloaded; ``where``: file and line of each setting."""

    arguments: tuple[tuple[str, str], ...] = ()
    locked: tuple[Locked, ...] = ()
    packages: tuple[str, ...] = ()
    certificates: tuple[tuple[str, bytes], ...] = ()
    bare: bool = False
    releases: str = field(default="", compare=False)
    registry: str = field(default="", compare=False)
    where: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def digest(self) -> str:
        """Of all that makes another image of it. Where its parts are downloaded does not: they are checked."""
        found: dict[str, set[str]] = {}
        for one in self.locked:
            found.setdefault(f"{one.source} {one.version}", set()).update(one.hashes)
        providers = {name: sorted(hashes) for name, hashes in found.items()}
        certificates = {name: data.decode() for name, data in self.certificates}
        return digest(dict(self.arguments), providers, list(self.packages), certificates, self.bare)


NOTHING = ImageRequest()
