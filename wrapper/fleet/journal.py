"""What a run over many layers has done so far, kept on disk as it goes, so that one that was killed can go on.

One file a stack, verb and part: a line that says who began what, then one line a layer that ran (each a report of its
own: docs/schemas/report-2.json), on disk before the next layer starts. What did not change is not in it: to look again
costs nothing. The open file is also the lock: a second run over the same layers from this machine is refused. It goes
away when the run has ended, however it ended: then there is a report. What a newer orchestrate left stays as it is.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..model.errors import BusyError, ConfigError, NewerError, NotFoundError, OrchestrateError, UnavailableError
from ..model.report import LayerResult, Report
from ..project import private_folder
from ..reports.json import data_of, moment, parse


@dataclass
class Journal:
    """An open journal. ``head`` is the report of this run without answers."""

    path: Path
    head: Report
    _file: int
    _before: bytes | None = None  # what begin() took away, until a layer ran

    def begin(self) -> None:
        """Say who is here now, in the place of what an earlier run left."""
        with contextlib.suppress(OSError):
            self._before = self.path.read_bytes()
            os.ftruncate(self._file, 0)
        self._write(_line(self.head))

    def note(self, result: LayerResult) -> None:
        """One more line, for a layer that ran."""
        if result.started is not None:
            self._before = None
            self._write(_line(replace(self.head, results=(result,))))

    def release(self) -> None:
        """A run that was refused before any layer of it ran took nothing away."""
        if self._before is not None:
            os.ftruncate(self._file, 0)
            self._write(self._before)

    def _write(self, data: bytes) -> None:
        """A disk that is full costs the way back, not the run."""
        with contextlib.suppress(OSError):
            os.write(self._file, data)
            os.fsync(self._file)

    def interrupted(self) -> Report | None:
        """What an earlier run left here, its answers in order; None when there is nothing."""
        reports = list(_lines(self.path))
        if not reports:
            return None
        results = {a.tenant: a for report in reports for a in report.results}
        return replace(reports[-1], results=tuple(results.values()))

    def resume(self) -> dict[str, LayerResult]:
        """The answers of the run that was killed, those that need no repeating. Raises NotFoundError when there was
        none, ConfigError when it was another command."""
        found = self.interrupted()
        if found is None:
            raise NotFoundError(
                f"no interrupted {self.head.verb} of {self.head.label} here",
                where=str(self.path),
                hint="without --resume it starts from the beginning; what did not change is skipped anyway",
            )
        if found.command != self.head.command:
            raise ConfigError(
                "the interrupted run was another command",
                where=str(self.path),
                hint=f"continue it: {found.command} --resume ; or start again without --resume",
            )
        return {a.tenant: a for a in found.results if a.ok}

    def other_files(self) -> str:
        """A word where the interrupted run had files of another commit; "" where it had not, or that is not known."""
        found, now = self.interrupted(), self.head.commit
        if found is None or not (found.commit and now) or found.commit == now:
            return ""
        return f"the interrupted run had files of commit {found.commit}; these are of {now}: the layers that are done keep theirs"


@contextlib.contextmanager
def keep(folder: Path, head: Report) -> Iterator[Journal]:
    """The journal of a run, held for as long as it lasts. BusyError when another run holds it."""
    part = f".{head.shard.replace('/', '-of-')}" if head.shard else ""
    path = folder / (head.region or "_") / f"{head.stack}.{head.verb}{part}.jsonl"
    file = _opened(path, head)
    kept = Journal(path, head, file)
    try:
        kept.interrupted()  # a newer orchestrate's is left to it
        yield kept
        os.ftruncate(file, 0)
    except OrchestrateError:
        kept.release()
        raise
    finally:
        if not os.fstat(file).st_size:
            path.unlink(missing_ok=True)
        os.close(file)


def _opened(path: Path, head: Report) -> int:
    """The file, held. One that its last holder took away while we waited is opened again."""
    while True:
        try:
            private_folder.make(path.parent)
            file = private_folder.open_file(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        except OSError as error:
            raise UnavailableError(
                f"cannot keep the journal: {error.strerror}",
                where=str(path),
                hint="free disk space, or set ORCHESTRATE_HOME",
            ) from None
        try:
            _hold(file, path, head)
            if path.exists() and os.path.samestat(os.fstat(file), path.stat()):
                return file
        except BusyError:
            os.close(file)
            raise
        os.close(file)


def _hold(file: int, path: Path, head: Report) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        said = _first(path)
        since = f" (since {moment(said.started)}, by {said.by})" if said else ""
        raise BusyError(
            f"another {head.verb} over many tenants of {head.label} is running here{since}",
            where=str(path),
            hint="wait for it; or give each run its shard: --shard K/N",
        ) from None


def _line(report: Report) -> bytes:
    return (json.dumps(data_of(report)) + "\n").encode()


def _first(path: Path) -> Report | None:
    """The line that says who began, where it can be read."""
    with contextlib.suppress(NewerError):
        return next(_lines(path), None)
    return None


def _lines(path: Path) -> Iterator[Report]:
    """Every line that can be read: the last one may be half. NewerError for one that a newer orchestrate wrote."""
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return
    for line in text.splitlines():
        try:
            yield parse(line, str(path))
        except NewerError as error:
            left = f"rm {shlex.quote(str(path))}"
            error.hint = f"finish that run with the orchestrate that began it (--resume), or give it up: {left}"
            raise
        except OrchestrateError:
            continue
