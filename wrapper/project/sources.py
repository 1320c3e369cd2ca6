"""The files of a Terraform root, or of the modules: what a run copies, and what a fingerprint counts. What stands there is
taken along or refused; only what Terraform, git and editors keep for themselves is left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..model.naming import LOCK_FILE, is_source
from . import paths
from .files import Files

# States and plans; values, which the tool reads itself; and what belongs to a program on this machine.
_LEFT_OUT = (
    r"(?s).*\.(tfstate|tfstate\.backup|tfvars|tfplan)|"
    r"\.terraform|\.terragrunt-cache|\.terraform\.tfstate\.lock\.info|\.git|\.idea|\.vscode|\.DS_Store|"
    r"\.#.*|\..*\.sw[a-p]|\.nfs.*"
)
# What a `source` can say that no file of the project answers; `hashicorp/aws` is a provider's.
# It begins with letters, not with \b: so Python looks for these letters first, and takes a tenth of the time.
_ELSEWHERE = rb'source(?<!\wsource)"?\s*[=:]\s*"(?!\.{0,2}/|\.{1,2}"|[\w-]+/[\w-]+"|[^"]*\$\{)[^"/]*[/:]'


class SourceFile(NamedTuple):
    """One file. ``more``: 0.1 did not count it, because of a dot in its path or of a link to a folder."""

    path: Path
    more: bool


class SourceDigests(NamedTuple):
    """Of paths and contents: of a root, of the modules, and of the files of both that 0.1 did not count."""

    sources: str
    modules: str
    more_files: str


def is_left_out(name: str) -> bool:
    return re.fullmatch(_LEFT_OUT, name) is not None


def below(files: Files, folder: Path, without: Path | None = None) -> list[SourceFile]:
    """The files below a folder, those of a folder before those of the folders in it. ConfigError for what leads out of the
    project, or is neither file nor folder; NotFoundError for what cannot be read."""
    return list(_below(files, folder, without, (folder,)))


def _below(
    files: Files, folder: Path, without: Path | None, way: tuple[Path, ...], *, more: bool = False, linked: bool = False
) -> Iterator[SourceFile]:
    """``way``: the folders from the first one to this one; ``linked``: one of them is a link."""
    folders = []
    for entry in files.entries(folder):
        if is_left_out(entry.name) or entry == without:
            continue
        if _is_folder(files, entry):
            folders.append(entry)
        else:
            yield SourceFile(entry, more or (entry.name.startswith(".") and entry.name != LOCK_FILE))
    for inner in folders:
        is_link = inner.is_symlink()
        if not ((linked or is_link) and _leads_back(inner, way)):
            hidden = inner.name.startswith(".") or is_link
            yield from _below(files, inner, without, (*way, inner), more=more or hidden, linked=linked or is_link)


def _leads_back(folder: Path, way: Iterable[Path]) -> bool:
    """Whether it is one that it stands in."""
    return folder.resolve() in [above.resolve() for above in way]


def _is_folder(files: Files, entry: Path) -> bool:
    kind = files.kind(entry)
    if entry.is_symlink():
        files.inside(entry)
    if kind == paths.FOLDER and not is_source(entry.name):
        return True
    if kind != paths.FILE:
        files.has(entry)  # an error: of a pipe, or of a folder with a file's name, which Terraform passes over
    return False


def may_call_elsewhere(folders: Iterable[Path]) -> bool:
    """Whether Terraform's files below these folders may call a module that it downloads. Only what is parsed says it for sure."""
    with suppress(OSError):  # what cannot be read its reader says
        return any(
            re.search(_ELSEWHERE, f.read_bytes()) for folder in folders for f in _terraform_below(folder) if f.is_file()
        )
    return True


def _terraform_below(folder: Path) -> Iterator[Path]:
    seen: set[tuple[int, int]] = set()
    for here, names, files in os.walk(folder, followlinks=True):
        found = os.stat(here)
        known = (found.st_dev, found.st_ino) in seen
        names[:] = [name for name in names if not known and not name.startswith(".")]
        seen.add((found.st_dev, found.st_ino))
        yield from (Path(here, name) for name in files if name.endswith((".tf", ".tf.json")))


class Requirement(NamedTuple):
    """What a root requires: ``terraform`` itself, or a provider (host/namespace/name), in a version."""

    source: str
    constraint: str
    where: str


def requirements(files: Files, root: Path) -> list[Requirement]:
    """Of a root's own blocks; what its modules require beyond that, Terraform says."""
    found: list[Requirement] = []
    if not any(file.is_file() and b"required_" in file.read_bytes() for file in root.glob("*.tf*")):
        return found
    for where, block in files.blocks(root):
        if block.kind == "terraform":
            found += [
                Requirement("terraform", value, f"{where}:{line}")
                for name, (value, line) in block.body.items()
                if name == "required_version" and isinstance(value, str)
            ]
            found += [
                _requirement(name, value, f"{where}:{line}")
                for inner in block.blocks
                if inner.kind == "required_providers"
                for name, (value, line) in inner.body.items()
            ]
    return found


def _requirement(name: str, value: object, where: str) -> Requirement:
    """``value``: a map, or an expression where it names aliases."""
    text = str(getattr(value, "text", ""))
    said = value if isinstance(value, dict) else dict(re.findall(r'(source|version)\s*=\s*"([^"]*)"', text))
    parts = str(said.get("source", name)).lower().split("/")
    source = "/".join(["registry.terraform.io", "hashicorp"][: 3 - len(parts)] + parts)
    return Requirement(source, str(said.get("version", "")), where)


def digest(files: Files, found: Iterable[Path]) -> str:
    """One digest of files: their paths and contents."""
    import hashlib

    hashed = hashlib.sha256()
    for file in found:
        hashed.update(f"{file.relative_to(files.root)}\0".encode("utf-8", "surrogateescape"))
        hashed.update(hashlib.sha256(files.data(file)).digest())
    return hashed.hexdigest()[:16]
