"""A clone that git has made, read without git: its commit, its tags and its branches."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from ..terraform.module_sources import is_commit

_PACKED = re.compile(r"^[0-9a-f]{40} (refs/\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class State:
    """What is checked out, and the names of the tags and branches that were fetched."""

    commit: str
    tags: frozenset[str]
    branches: frozenset[str]

    def stays(self, ref: str) -> bool:
        """Whether a ref means one commit for good: a commit, or a tag that is no branch too."""
        return is_commit(ref) or (ref in self.tags and ref not in self.branches)


def taken_out(folder: Path) -> State | None:
    """The clone's state. What git keeps of it goes away, also in its submodules: the remote's address may hold a credential. None
    where git made none."""
    state = _state(folder / ".git") if (folder / ".git").is_dir() and not folder.is_symlink() else None
    for left in sorted(folder.rglob(".git")) if not folder.is_symlink() else ():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)
    return state


def _state(git: Path) -> State | None:
    refs = _refs(git)
    head = (git / "HEAD").read_text().strip()
    commit = _commit_of(git, head.removeprefix("ref: ")) if head.startswith("ref: ") else head
    tags = frozenset(r.removeprefix("refs/tags/") for r in refs if r.startswith("refs/tags/"))
    remote = "refs/remotes/origin/"
    branches = frozenset(r.removeprefix(remote) for r in refs if r.startswith(remote))
    return State(commit, tags, branches) if is_commit(commit) else None


def _refs(git: Path) -> set[str]:
    packed = git / "packed-refs"
    loose = {str(f.relative_to(git)) for f in (git / "refs").rglob("*") if f.is_file()}
    return loose | set(_PACKED.findall(packed.read_text()) if packed.is_file() else ())


def _commit_of(git: Path, ref: str) -> str:
    if (git / ref).is_file():
        return (git / ref).read_text().strip()
    packed = (git / "packed-refs").read_text() if (git / "packed-refs").is_file() else ""
    found = re.search(rf"^([0-9a-f]{{40}}) {re.escape(ref)}$", packed, re.MULTILINE)
    return found[1] if found else ""
