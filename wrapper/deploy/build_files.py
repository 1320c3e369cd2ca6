"""Files of builds, wherever the caller has them: one, or all in a folder. Knows no form of theirs
(:mod:`wrapper.deploy.builds` does)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ..model.errors import NotFoundError, UsageError
from ..project import paths
from ..project.files import Files
from . import builds
from .builds import Builds

_KINDS = ", ".join(f"*{suffix}" for suffix in builds.SUFFIXES)


def read(files: Files, paths: Iterable[Path]) -> Builds:
    """The builds in these files and folders. NotFoundError for one that is not there, or holds no such file."""
    return builds.merge(
        builds.parse(files.text(f), files.short(f), files.info) for path in paths for f in _files(path, files)
    )


def _files(path: Path, files: Files) -> Iterator[Path]:
    stands = files.kind(path)
    if stands == paths.FOLDER:
        found = [f for f in files.entries(path) if builds.kind_of(f.name)]
        if not found:
            raise NotFoundError("no file of builds in this folder", where=files.short(path), hint=f"it takes {_KINDS}")
        yield from found
    elif stands == paths.NOTHING:
        raise NotFoundError("no such file or folder of builds", where=files.short(path), hint="see --builds")
    elif not builds.kind_of(path.name):
        raise UsageError(f"--builds {files.short(path)}: its name says no form", hint=f"it takes {_KINDS}")
    else:
        yield path
