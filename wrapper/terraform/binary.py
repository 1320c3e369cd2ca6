"""The programs that may run a project: Terraform, and OpenTofu, which forked from it. What differs between the two, as data.

OpenTofu's words are those of its sources (github.com/opentofu/opentofu, 1.12): internal/command/views/version.go,
internal/addrs/provider.go, internal/depsfile/locks.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..model.errors import ConfigError


@dataclass(frozen=True)
class Binary:
    """``name``: of the program; ``says``: what stands before its version; ``registry``: the host of a provider whose address names
    none; ``locks``: hosts of a lock file's entries from which it takes a provider's version; ``proved``: whether this tool was run
    with it."""

    name: str
    says: str
    registry: str
    locks: tuple[str, ...]
    proved: bool

    @property
    def words(self) -> str:
        """What it is called in a sentence."""
        return self.says.removesuffix(" v")

    def version_of(self, said: str) -> str:
        """Of the first line of its ``version``, as "1.11.4"; "" where another program says it."""
        found = re.match(rf"{re.escape(self.says)}(\d+\.\d+\.\d+\S*)", said)
        return found[1] if found else ""

    def unhashed(self, lock: str) -> list[str]:
        """Providers of a lock file of which it takes the version and not the checksums: they are of another registry."""
        found = re.findall(r'(?m)^provider "([^/"]+)/([^"]+)"', lock)
        mine = {path for host, path in found if host == self.registry}
        return [f"{host}/{path}" for host, path in found if host in self.locks[1:] and path not in mine]


TERRAFORM = Binary("terraform", "Terraform v", "registry.terraform.io", ("registry.terraform.io",), proved=True)
OPENTOFU = Binary(
    "tofu", "OpenTofu v", "registry.opentofu.org", ("registry.opentofu.org", "registry.terraform.io"), proved=False
)
BINARIES = {binary.name: binary for binary in (TERRAFORM, OPENTOFU)}


def read_name(value: Any, where: str) -> str:
    """Of ``binary`` in orchestrate.hcl; "" for Terraform, which runs without a word."""
    if isinstance(value, str) and value in BINARIES:
        return "" if value == TERRAFORM.name else value
    names = " or ".join(f'"{name}"' for name in BINARIES)
    raise ConfigError(f"binary: {value!r} is no program that runs a root", where=where, hint=f"write {names}")
