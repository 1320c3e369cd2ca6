"""Where Terraform says that a module comes from: what stands in its own folder, in git, in a registry, in an archive. Pure: asks no
network."""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

_LOCAL = ("./", "../", "/")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_EXACT = re.compile(r"\s*=?\s*v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?\s*")
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]+(?::\d+)?")
_USER = re.compile(r"(?<!ssh://)(?<=://)[^/?#\s]*@|(?<=ssh://)[^/?#\s:@]*:[^/?#\s]*@")
_ASKED = re.compile(r"(?<=[?&])(?!(?:ref|depth|archive|checksum|version)=)([^=&\s\"]+)=[^&\s\"]*")


class ModuleCall(NamedTuple):
    """A call of a module: its path below the root (``network.vpc``), and what it says; ``where``: file and line. ``directory``: of
    one that stands in the project, from the root's folder on; "" of one that Terraform downloads."""

    key: str
    source: str
    version: str
    where: str
    directory: str = ""


class GitSource(NamedTuple):
    """What git is asked for; ``ref`` is "" for the branch that the repository names itself."""

    url: str
    ref: str


def is_local(source: str) -> bool:
    """Whether Terraform finds it without asking: below the project, or by an absolute path."""
    return source in (".", "..") or source.startswith(_LOCAL)


def local(source: str) -> str:
    """A relative source as Terraform writes it down (internal/addrs/module_source.go)."""
    clean = posixpath.normpath(source)
    return clean if clean.startswith("../") else f"./{clean}"


def git_source(address: str) -> GitSource | None:
    """Of an address as Terraform writes it down (``git::https://host/x.git//sub?ref=v1``); None where it is no git's."""
    if not address.startswith("git::"):
        return None
    place, _, query = address.removeprefix("git::").partition("?")
    scheme, there, path = place.partition("://")
    url = f"{scheme}{there}{path.partition('//')[0]}" if there else place.partition("//")[0]
    ref = re.search(r"(?:^|&)ref=([^&]*)", query)
    return GitSource(url, re.sub(r"%([0-9A-Fa-f]{2})", lambda sign: chr(int(sign[1], 16)), ref[1]) if ref else "")


def is_commit(ref: str) -> bool:
    return _COMMIT.fullmatch(ref) is not None


def is_exact(version: str) -> bool:
    """Whether a constraint allows one version alone."""
    return _EXACT.fullmatch(version) is not None


def asks_ssh(source: str) -> bool:
    """Whether it is fetched by ssh, as far as it shows."""
    return re.match(r"(git::)?(ssh://|[\w.-]+@[\w.-]+:)", source) is not None


def host(source: str) -> str:
    """Of a registry's module that names one (``app.terraform.io/org/name/provider``); "" for others."""
    parts = source.partition("//")[0].split("/")
    return parts[0].lower() if len(parts) == 4 and _HOST.fullmatch(parts[0]) else ""


def shown(text: str) -> str:
    """A source, or a text with sources in it, as it may be shown: without credentials. A user of
    ssh is none."""
    return _ASKED.sub(r"\1=***", _USER.sub("***@", text))
