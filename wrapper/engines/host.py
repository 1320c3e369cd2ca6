"""The host engine: the same Steps with the terraform on PATH. Knows processes, not containers."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import selectors
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import IO

from ..model.errors import UnavailableError
from ..model.naming import is_source
from ..model.nouns import Outcome, Run, Step
from . import OutputCallback
from .heard import Heard
from .run_directory import RunDirectory, occupy

_ABSOLUTE_MODULE = re.compile(r'("?source"?\s*[=:]\s*")/modules/')


# Jenkins ends the children of a process before itself (hudson.util.ProcessTree), a provider before its Terraform: so
# Terraform is no child of ours. A shell that no process waits for stands between, and writes down its pid and how it ended.
_APART = '( "$@" & echo $! >"/dev/fd/$TOLD"; wait $!; echo $? >"/dev/fd/$TOLD" ) &'


@cache
def ask_version(terraform: str) -> subprocess.Popen[str] | None:
    """This terraform begins to say what it is, which :func:`version` reads; None where it cannot be started."""
    environment = {"CHECKPOINT_DISABLE": "1", "PATH": "/usr/bin:/bin"}
    argv, null = [terraform, "version", "-json"], subprocess.DEVNULL
    try:
        return subprocess.Popen(
            argv, cwd="/", env=environment, stdin=null, stdout=subprocess.PIPE, stderr=null, text=True
        )
    except OSError:
        return None


@cache
def version(terraform: str) -> str:
    """What this terraform says it is, as "1.11.4"; "" where it does not answer."""
    asked = ask_version(terraform)
    if asked is None:
        return ""
    try:
        return str(json.loads(asked.communicate(timeout=20)[0])["terraform_version"])
    except (subprocess.SubprocessError, ValueError, KeyError, TypeError):
        asked.kill()
        return ""


class HostEngine:
    """Runs terraform as a child process, in a session of its own so that no second signal reaches it."""

    name = "host"
    contained = False

    def __init__(self, notice: Callable[[str], None], program: str = "") -> None:
        self._notice = notice
        self._program = program or "terraform"

    def check(self, path: str | None = None) -> None:
        if shutil.which(self._program, path=path) is None:
            hint = "install it, or use --engine docker" if self._program == "terraform" else "install it"
            raise UnavailableError(f"no {self._program} on PATH", hint=hint)

    def as_typed(self, run: Run) -> tuple[str, str]:
        return f"cd {shlex.quote(str(run.home / 'tree' / run.work))}", ""

    @contextlib.contextmanager
    def open(self, run: Run) -> Iterator[HostSession]:
        self.check(run.container.environment.get("PATH"))
        with occupy(run, self._notice) as directory:
            _name_modules(run, directory.work)
            yield HostSession(run, directory)


def _name_modules(run: Run, work: Path) -> None:
    """``source = "/modules/x"`` (older projects; a mount in the container) is a folder of the run here: a copy,
    because a module names others in the same way."""
    modules = next((m.source for m in run.container.mounts if m.target == "/modules"), None)
    files = [work / name for name in run.files.sources if is_source(Path(name).name)]
    if modules is None or not any(_ABSOLUTE_MODULE.search(file.read_text("utf-8")) for file in files):
        return
    copy = run.home / "modules"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(modules, copy)
    for file in (*files, *(f for f in copy.rglob("*.tf*") if is_source(f.name))):
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
        self._apart = 0  # the pid of a terraform that runs
        self._stopped = False
        self._lock = threading.Lock()

    def execute(self, step: Step, output: OutputCallback) -> Outcome:
        if step.interactive:
            return self._interactive(step)
        heard = Heard(step, output)
        with self._lock:
            if self._stopped:
                return Outcome(143, ok=False, begun=False)
            self.directory.working = True
            ends, told = self._spawn(step)
            self._apart = int(told.readline())
        with told:
            _pump(ends, heard)
            code = int(told.readline() or 1)
            self._apart = 0
        self.directory.working = False
        return heard.outcome(code)

    @property
    def _lock_file(self) -> tuple[int, ...]:
        return (self.directory.lock,) if self.directory.lock >= 0 else ()

    def _spawn(self, step: Step) -> tuple[dict[int, bool], IO[bytes]]:
        """The reading ends of its pipes (which one is stderr), and what is told of it. It holds the reading ends as well:
        if we are killed it goes on without a reader and saves its state, where SIGPIPE would have ended it. Until then it holds
        the run directory."""
        (out, to_out), (err, to_err), (told, to_told) = _pipe(), _pipe(), os.pipe()
        try:
            subprocess.run(
                ("sh", "-c", _APART, "sh", *step.argv),
                cwd=self.directory.work,
                env={**self._run.container.environment, "TOLD": str(to_told)},
                stdin=subprocess.DEVNULL,
                stdout=to_out,
                stderr=to_err,
                pass_fds=(out, err, to_told, *self._lock_file),
                start_new_session=True,
                check=True,
            )
        finally:
            for end in (to_out, to_err, to_told):
                os.close(end)
        return {out: False, err: True}, os.fdopen(told, "rb", buffering=0)

    def _interactive(self, step: Step) -> Outcome:
        """The terminal, its signals and its job control belong to the child until it ends."""
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._child = subprocess.Popen(
                step.argv,
                cwd=self.directory.work,
                env=dict(self._run.container.environment),
                pass_fds=self._lock_file,
                preexec_fn=_at_a_terminal,
            )
            code = self._child.wait()
        finally:
            signal.signal(signal.SIGINT, before)
        return Outcome(code, ok=code in step.accepts)

    def stop(self) -> None:
        with self._lock:
            first, self._stopped = not self._stopped, True
            child = self._child.pid if self._child and self._child.poll() is None else 0
            if first and (pid := self._apart or child):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)


def _at_a_terminal() -> None:
    """Ctrl-C is the child's. A closed terminal is the end of its input, on which it gives back its lock; SIGHUP is not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _pipe() -> tuple[int, int]:
    """A pipe with room for what a whole apply says: no process may be there to read it."""
    ends = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, 1 << 20)
    return ends


def _pump(ends: dict[int, bool], heard: Heard) -> None:
    with selectors.DefaultSelector() as selector:
        for end, is_error in ends.items():
            selector.register(end, selectors.EVENT_READ, is_error)
        while selector.get_map():
            for key, _ in selector.select():
                data = os.read(key.fd, 65536)
                if data:
                    heard.add(data, key.data)
                else:
                    selector.unregister(key.fd)
                    os.close(key.fd)
