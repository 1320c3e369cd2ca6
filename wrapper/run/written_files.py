"""What a Run wrote for the caller or for the project, brought out of its work directory: as the last thing of the Run, and also
where it failed, for a configuration that was generated beside an error and a report of tests that failed."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from ..engines.run_directory import RunDirectory, collect, put
from ..model.errors import OrchestrateError, UnavailableError, UsageError
from ..model.nouns import Run


@contextlib.contextmanager
def brought_out(run: Run, directory: RunDirectory | None, info: Callable[[str], None]) -> Iterator[None]:
    """Around the Steps of a Run."""
    for target in (run.files.collect[name] for name in run.files.new):
        if target.exists() or target.is_symlink():
            raise UsageError(
                "a generated configuration overwrites no file",
                where=str(target),
                hint="remove it, or name another file",
            )
    try:
        yield
    except BaseException:
        if directory:
            with contextlib.suppress(OrchestrateError):
                collect(directory, lambda _: None, run.files.always)
                _return_files(directory, info)
        raise
    if directory:
        _return_files(directory, info)


def _return_files(directory: RunDirectory, info: Callable[[str], None]) -> None:
    """Files of the project that the Run wrote in its copy: put where they came from."""
    for name, target in directory.run.files.returned.items():
        made = directory.work / name
        if made.is_file() and not (target.is_file() and target.read_bytes() == made.read_bytes()):
            _replace(made, target.resolve())
            info(f"wrote {target}")


def _replace(made: Path, target: Path) -> None:
    try:
        put(made, target, stat.S_IMODE(target.stat().st_mode) if target.exists() else None)
    except OSError as error:
        raise UnavailableError(
            f"cannot write it: {error.strerror}", where=str(target), hint="check its owner and the free space"
        ) from None
