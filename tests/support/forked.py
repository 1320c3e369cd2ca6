"""Runs the tool as a fork of one process that has imported it: it costs a fifth of a start that imports everything again.

What runs is the tool's ``main``, in a process of its own, with arguments, environment, folder and standard streams of its own.
Not the same as ``./orchestrate``: no launcher runs, and nothing is imported for the first time. So
this is for tests of what a command does (harness.Project.run), and not of how it starts.

Only Python's library and the tool: the interpreter is started as the executable starts it (-I).
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import selectors
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALSO = ("botocore.session", "botocore.client", "botocore.handlers", "docker", "hcl2", "jinja2", "python_terraform")
KEYS = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nobody"}
LARGEST = 100_000  # of a request, which is one message
PIPED = 60_000  # what a pipe holds though nothing reads it
LANGUAGE = "C.UTF-8"


@dataclass(frozen=True)
class Command:
    """What ``./orchestrate`` is started with."""

    words: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    stdin: str | None = None
    session: bool = False  # of its own, so that its group is what it starts

    @property
    def request(self) -> bytes:
        env, cwd = dict(self.env), str(self.cwd)
        return json.dumps({"words": self.words, "env": env, "cwd": cwd, "session": self.session}).encode()

    @property
    def fits(self) -> bool:
        """Whether a fork is the same: what Python asks only when it starts is as it was then, and a message holds the rest."""
        asked = {name: value for name, value in self.env.items() if name.startswith(("LANG", "LC_", "PYTHON"))}
        return asked == {"LANG": LANGUAGE} and len(self.request) < LARGEST and len(self.stdin or "") < PIPED


class Server:
    """The process that forks, as the tests see it. It ends with theirs."""

    def __init__(self, python: str) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as others:
            others.bind("")  # Linux gives it a name, and no file that stays: unix(7)
            others.listen(64)  # from now on; who asks before the process has imported the tool waits
            self._door = others.getsockname()[1:].decode()
            argv = [python, "-I", __file__, str(theirs.fileno()), str(others.fileno())]
            pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)  # what a fork has in their place
            env = {"LANG": LANGUAGE, "PATH": os.environ["PATH"]}
            self._process = subprocess.Popen(argv, env=env, pass_fds=[theirs.fileno(), others.fileno()], **pipes)
        self.pid = self._process.pid
        atexit.register(self.end)

    @property
    def program(self) -> tuple[str, ...]:
        """The words that stand for ./orchestrate where a program starts it: what the tool gets of that program is what it would be
        started with, but no signal reaches it."""
        return (sys.executable, "-I", "-S", str(ROOT / "tests/support/forked_start.py"), self._door)

    def stand_for(self, tool: Path) -> None:
        """./orchestrate of a project is ``program`` from now on."""
        tool.unlink(missing_ok=True)
        tool.write_text(f'#!/bin/sh\nexec {shlex.join(self.program)} "$@"\n')
        tool.chmod(0o755)

    def end(self) -> None:
        self._ours.close()
        self._process.communicate()

    def run(self, command: Command, timeout: float) -> subprocess.CompletedProcess[str]:
        """As subprocess.run with captured output: it ends when both streams are closed, and kills what takes too long."""
        out, err = os.pipe(), os.pipe()
        streams = (_standard_input(command.stdin), out[1], err[1])
        fork = self.start(command, streams)
        for number in streams:
            os.close(number)
        with ThreadPoolExecutor(2) as pool:
            said = [pool.submit(_text, number) for number in (out[0], err[0])]
            try:
                code = fork.wait(timeout)
            except subprocess.TimeoutExpired:
                fork.send_signal(signal.SIGKILL)
                fork.wait()
                raise
            return subprocess.CompletedProcess(command.words, code, *(one.result() for one in said))

    def start(self, command: Command, streams: Sequence[int]) -> Fork:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self._ours, [command.request], [theirs.fileno(), *streams])
        return Fork(command, ours)


class Fork:
    """One that runs, as subprocess.Popen shows a process."""

    def __init__(self, command: Command, asker: socket.socket) -> None:
        self._command, self._asker = command, asker
        self.pid = int(asker.recv(100))
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self._asker.settimeout(timeout)
            try:
                self.returncode = int(self._asker.recv(100))
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(list(self._command.words), timeout or 0) from None
            self._asker.close()
        assert self.returncode is not None
        return self.returncode

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):  # it ended a moment ago, and its end is not said yet
            if self.poll() is None:
                os.kill(self.pid, number)


def _standard_input(text: str | None) -> int:
    if text is None:
        return os.open(os.devnull, os.O_RDONLY)
    reads, writes = os.pipe()
    os.write(writes, text.encode())
    os.close(writes)
    return reads


def _text(stream: int) -> str:
    with open(stream, encoding="utf-8", errors="replace") as file:
        return file.read()


@functools.cache
def server() -> Server:
    """The one of this process of tests."""
    return Server(sys.executable)


# -- the process that forks -------------------------------------------------------------------------


def main(number: int, others: int) -> None:
    import_all()
    read_all()
    gc.set_threshold(200_000)  # as in wrapper/__main__.py
    gc.freeze()
    with Forks(socket.socket(fileno=number), socket.socket(fileno=others)) as forks:
        request = forks.serve()
    if request:  # this is a fork
        importlib.import_module("wrapper.cli.main").main()


def import_all() -> None:
    sys.path.append(str(ROOT))
    files = (file.relative_to(ROOT).with_suffix("") for file in ROOT.glob("wrapper/*/**/*.py"))
    for name in (*ALSO, *(".".join(file.parts) for file in files if file.parts[1] != "sandbox")):
        importlib.import_module(name.removesuffix(".__init__"))


def read_all() -> None:
    """What nearly each command reads of its libraries, and is the same for all: botocore's model of S3, the grammar of HCL."""
    importlib.import_module("wrapper.aws.identity").Identity(KEYS, "http://127.0.0.1:9").client("s3", "us-east-1")
    importlib.import_module("wrapper.terraform.hcl").parse_blocks("a {}", "")


class Forks:
    """The loop: a request begins a fork, the end of a fork is told to its asker."""

    def __init__(self, requests: socket.socket, others: socket.socket) -> None:
        self._requests, self._others = requests, others
        self._running: dict[int, tuple[int, socket.socket]] = {}  # by what can be waited for: its number, its asker
        self._selector = selectors.DefaultSelector()
        for asking in (requests, others):
            self._selector.register(asking, selectors.EVENT_READ)

    def __enter__(self) -> Forks:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing of it stays open in a fork."""
        self._selector.close()
        self._requests.close()
        self._others.close()
        for handle, (_, asker) in self._running.items():
            os.close(handle)
            asker.close()

    def serve(self) -> bool:
        """Ends True in a fork, and False when nothing will be asked any more."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._requests:
                    request, streams, *_ = socket.recv_fds(self._requests, LARGEST, 4)
                elif key.fileobj is self._others:
                    request, streams = self._of_another()
                else:
                    self._tell(key.fd)
                    continue
                if not request or not self._forked(request, streams):
                    return bool(request)

    def _of_another(self) -> tuple[bytes, list[int]]:
        asker, _ = self._others.accept()
        request, streams, *_ = socket.recv_fds(asker, LARGEST, 3)
        return request, [asker.detach(), *streams]

    def _forked(self, request: bytes, streams: Sequence[int]) -> int:
        """The number of the fork; 0 in the fork itself."""
        asker = socket.socket(fileno=streams[0])
        pid = os.fork()
        if pid:
            handle = os.pidfd_open(pid)
            self._running[handle] = pid, asker
            self._selector.register(handle, selectors.EVENT_READ)
            asker.send(str(pid).encode())
        else:
            asker.close()
            become(streams[1:], **json.loads(request))
        for number in streams[1:]:
            os.close(number)
        return pid

    def _tell(self, handle: int) -> None:
        self._selector.unregister(handle)
        pid, asker = self._running.pop(handle)
        os.close(handle)
        _, status = os.waitpid(pid, 0)
        with asker, contextlib.suppress(BrokenPipeError):  # one that took too long is not waited for
            asker.send(str(os.waitstatus_to_exitcode(status)).encode())


def become(
    streams: Sequence[int], words: Sequence[str], env: Mapping[str, str], cwd: str, session: bool = False
) -> None:
    """What the start of a process sets."""
    if session:
        os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.argv[1:] = words


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
