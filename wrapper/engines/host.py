"""The host engine: the same Steps with the terraform on PATH. Knows processes, not containers."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import selectors
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from ..errors import UnavailableError
from ..model import Outcome, Run, Step
from ..rundir import RunDirectory, occupy
from . import Voice
from .tail import Tail

_ABSOLUTE_MODULE = re.compile(r'(source\s*=\s*")/modules/')


class HostEngine:
    """Runs terraform as a child process, in a session of its own so that no second signal reaches it."""

    name = "host"

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice

    def check(self, path: str | None = None) -> None:
        if shutil.which("terraform", path=path) is None:
            raise UnavailableError("no terraform on PATH", hint="install it, or use --engine docker")

    @contextlib.contextmanager
    def open(self, run: Run) -> Iterator[HostSession]:
        self.check(run.environment.get("PATH"))
        with occupy(run, self._notice) as directory:
            _name_modules(run, directory.work)
            yield HostSession(run, directory)


def _name_modules(run: Run, work: Path) -> None:
    """``source = "/modules/x"`` (older projects; a mount in the container) is a folder of the run here: a copy,
    because a module names others in the same way."""
    modules = next((m.source for m in run.mounts if m.target == "/modules"), None)
    files = [work / name for name in run.sources if name.endswith(".tf")]
    if modules is None or not any(_ABSOLUTE_MODULE.search(file.read_text("utf-8")) for file in files):
        return
    copy = run.home / "modules"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(modules, copy)
    for file in (*files, *copy.rglob("*.tf")):
        text = file.read_text("utf-8")
        changed = _ABSOLUTE_MODULE.sub(rf"\g<1>{copy}/", text)
        if changed != text:
            file.write_text(changed, "utf-8")


class HostSession:
    """One layer's work directory and the terraform running in it."""

    def __init__(self, run: Run, directory: RunDirectory) -> None:
        self.directory = directory
        self._run = run
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._lock = threading.Lock()

    def execute(self, step: Step, voice: Voice) -> Outcome:
        if step.interactive:
            return self._interactive(step)
        tail = Tail()
        with self._lock:
            if self._stopped:
                return Outcome(143, ok=False)
            self._child, ends = self._spawn(step)
        _pump(ends, voice, tail)
        code = self._child.wait()
        return Outcome(code if code >= 0 else 128 - code, ok=code in step.accepts, tail=tail.text())

    def _spawn(self, step: Step) -> tuple[subprocess.Popen[bytes], dict[int, bool]]:
        """The child, and the reading ends of its pipes (which one is stderr). The child holds them as well: if we
        are killed it talks on to nobody and saves its state, where SIGPIPE would have ended it."""
        (out, to_out), (err, to_err) = _pipe(), _pipe()
        try:
            child = subprocess.Popen(
                step.argv,
                cwd=self.directory.work,
                env=dict(self._run.environment),
                stdin=subprocess.DEVNULL,
                stdout=to_out,
                stderr=to_err,
                pass_fds=(out, err),
                start_new_session=True,
            )
        finally:
            os.close(to_out)
            os.close(to_err)
        return child, {out: False, err: True}

    def _interactive(self, step: Step) -> Outcome:
        """The terminal, its signals and its job control belong to the child until it ends."""
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._child = subprocess.Popen(
                step.argv, cwd=self.directory.work, env=dict(self._run.environment), preexec_fn=_at_a_terminal
            )
            code = self._child.wait()
        finally:
            signal.signal(signal.SIGINT, before)
        return Outcome(code, ok=code in step.accepts)

    def stop(self) -> None:
        with self._lock:
            child, first, self._stopped = self._child, not self._stopped, True
        if first and child is not None and child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGTERM)


def _at_a_terminal() -> None:
    """Ctrl-C is the child's. A closed terminal is the end of its input, on which it gives back its lock; SIGHUP is not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _pipe() -> tuple[int, int]:
    """A pipe with room for what a whole apply says: nobody may be there to read it."""
    ends = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, 1 << 20)
    return ends


def _pump(ends: dict[int, bool], voice: Voice, tail: Tail) -> None:
    with selectors.DefaultSelector() as selector:
        for end, is_error in ends.items():
            selector.register(end, selectors.EVENT_READ, is_error)
        while selector.get_map():
            for key, _ in selector.select():
                data = os.read(key.fd, 65536)
                if data:
                    tail.add(data)
                    voice(data, key.data)
                else:
                    selector.unregister(key.fd)
                    os.close(key.fd)
