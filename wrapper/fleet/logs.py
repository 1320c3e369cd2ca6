"""The log files of a run over many: one a layer, everything that Terraform and we said of it."""

from __future__ import annotations

import contextlib
import shutil
import threading
from pathlib import Path

from ..model.stack import Layer
from ..project import private_folder
from ..terraform.output import plain

KEPT = 20  # runs whose logs are kept


class Logs:
    """A folder of log files, made when the first line is written. A disk that is full costs the log, not the run."""

    def __init__(self, folder: Path, run: str) -> None:
        self._above = folder
        self.folder = folder / run

    def path(self, layer: Layer) -> Path:
        return self.folder / f"{layer.tenant or '_stack'}.log"

    def open(self, layer: Layer) -> LayerLog:
        with contextlib.suppress(OSError):
            if not self.folder.is_dir():
                private_folder.make(self.folder)
                self._prune()
        return LayerLog(self.path(layer))

    def _prune(self) -> None:
        """Names begin with the moment: the oldest come first."""
        runs = sorted(f for f in self._above.iterdir() if f.is_dir())
        for old in runs[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)


class LayerLog:
    """One layer's log, and the last line of it. What is written to it and cannot be kept must be said elsewhere:
    Terraform's last words may be a state that it could save nowhere."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.last = ""
        self._rest = b""
        self._lock = threading.Lock()

    def write(self, data: bytes) -> bool:
        """Whether the file took it."""
        kept = False
        with self._lock, contextlib.suppress(OSError):
            with open(self.path, "ab", opener=private_folder.open_file) as file:
                file.write(data)
            kept = True
        with self._lock:
            *lines, self._rest = (self._rest + data[-65536:]).split(b"\n")
            told = [text for line in lines if (text := plain(line.decode("utf-8", "replace")).strip("│╷╵| \r\t"))]
            self.last = told[-1] if told else self.last
        return kept
