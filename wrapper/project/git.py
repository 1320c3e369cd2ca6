"""The project's revisions: which one this is, or an earlier one, laid out beside it for a while. The only room that
talks to git."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from ..model.errors import NotFoundError, UnavailableError, UsageError

_FOREIGN = "another user owns it"
_FOLDERS = ("config", "src", "modules")


@contextlib.contextmanager
def laid_out(root: Path, revision: str) -> Iterator[Path]:
    """The project's files as they were at ``revision`` (a commit, tag or branch), in a folder that goes away again.
    Raises UsageError for a revision that is none, NotFoundError where there is no repository."""
    if revision.startswith("-"):
        raise UsageError(f"--since {revision!r} is no revision", hint="give a commit, a tag or a branch")
    if _git(root, "rev-parse", "--is-inside-work-tree") is None:
        if owner := _other_owner(root):
            raise UnavailableError(f"git refuses this repository: {_FOREIGN}", where=str(root), hint=_trusted(owner))
        raise NotFoundError("this project is in no git repository", where=str(root), hint="leave out --since")
    if _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        raise UsageError(f"--since {revision}: no such revision", hint="git log names them; a shallow clone has few")
    prefix = (_git(root, "rev-parse", "--show-prefix") or b"").decode().strip()
    there = (_git(root, "ls-tree", "--name-only", f"{revision}:{prefix}") or b"").decode().split()
    top = (_git(root, "rev-parse", "--show-toplevel") or b"").decode().rstrip("\n")  # below it git archives nothing
    archive = _git(Path(top), "archive", f"{revision}:{prefix}", *(f for f in _FOLDERS if f in there))
    if archive is None:
        raise UsageError(f"--since {revision}: this project was not there yet", hint="give a later revision")
    import tarfile

    with tempfile.TemporaryDirectory(prefix="orchestrate-since-") as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            # git writes no path that leads out, and who reads follows no link that does
            tar.extractall(folder)  # noqa: S202
        for name in ("config", "src"):
            (Path(folder) / name).mkdir(exist_ok=True)
        yield Path(folder)


def commit(root: Path, info: Callable[[str], None] = lambda _: None) -> str:
    """The commit that the project's folder is at, "-dirty" added where what is read of it is not as committed; "" where
    there is no repository, no commit or no git. (GIT_COMMIT in the environment of a pipeline is another's: the source
    that was built.) ``info`` hears of a repository that git refuses."""
    if not _may_be_in_one(root):
        return ""
    try:
        head = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
        if head is None:
            if owner := _other_owner(root):
                info(f"no commit is recorded: git refuses this repository: {_FOREIGN}; {_trusted(owner)}")
            return ""
        changed = _git(root, "--no-optional-locks", "status", "--porcelain", "--", *_FOLDERS)
    except UnavailableError:
        return ""
    return head.decode().strip() + ("-dirty" if changed else "")


def _may_be_in_one(root: Path) -> bool:
    """Whether git would find a repository. Two starts of git take longer than to look for it where git does."""
    if "GIT_DIR" in os.environ:
        return True
    here = root.resolve()
    return any(os.path.exists(folder / ".git") for folder in (here, *here.parents))


def is_older(root: Path, commit: str) -> bool:
    """Whether what is checked out is an ancestor of that commit; not where that is not known here."""
    there = commit.removesuffix("-dirty")
    if not _may_be_in_one(root):
        return False
    with contextlib.suppress(UnavailableError):
        head = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
        known = head is not None and head.decode().strip() != there
        return known and _git(root, "merge-base", "--is-ancestor", "HEAD", there) is not None
    return False


def _other_owner(root: Path) -> str:
    """The repository that git refuses because another user owns it, and this one did not say that it trusts it; ""
    where that is not so (git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory)."""
    said = _ask(root, "rev-parse", "--is-inside-work-tree").stderr.decode(errors="replace")
    found = re.search(r"dubious ownership in repository at '(.*)'", said)
    return found[1] if found else ""


def _trusted(repository: str) -> str:
    return f"to trust it: git config --global --add safe.directory {shlex.quote(repository)}"


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git answers; None where it says no."""
    done = _ask(root, *arguments)
    return done.stdout if done.returncode == 0 else None


def _ask(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """In its own words, whatever language the caller speaks: a refusal is read."""
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False, env=environment)
    except FileNotFoundError:
        raise UnavailableError("no git on PATH", hint="install it, or leave out --since") from None
