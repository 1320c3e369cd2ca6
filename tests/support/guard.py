"""What no test may touch unless its marker says so: the real Docker and Terraform, the network, the real home.

``forbidden`` is pure: an audit event of the interpreter (docs.python.org/3/library/audit_events.html) -> why not.
``Guard`` hangs it into the interpreter once, and remembers what it saw, because a touch may be swallowed by an
``except`` or happen in a thread.
"""

from __future__ import annotations

import os
import pwd
import shlex
import sys
from collections.abc import Sequence
from typing import Any

import pytest

PROGRAMS = {"docker", "dockerd", "terraform"}
PRIVATE = (".aws", ".docker", ".ssh", ".terraform.d", ".terraformrc", ".config", ".netrc", ".orchestrate")
FREE = ("docker", "terraform", "sandbox")  # markers of tests that may
DROPPED = ("AWS_", "TF_", "ORCHESTRATE_", "JENKINS_", "DOCKER_", "BUILD_", "NO_COLOR", "_ORCHESTRATE")
REAL_HOME = pwd.getpwuid(os.getuid()).pw_dir


class Touched(BaseException):
    """Not an Exception: no ``except Exception`` on the way may take it for an error of its own."""


READS = ("open", "os.listdir", "os.scandir")
WATCHED = {
    *("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"),
    *("subprocess.Popen", "os.posix_spawn", "os.exec", "os.system", *READS),
}  # one look for each of the other events: there are millions of them


def forbidden(event: str, args: Sequence[Any], home: str = REAL_HOME) -> str:
    """Why a test may not do this, or ""."""
    if event not in WATCHED:
        return ""
    if event in READS:  # by far the most
        return _private(_text(args[0]), home)
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg") and args[1] is not None:  # None: it is connected
        return f"the network: {event} {args[1]!r}"
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        return f"the network: looked up {args[0]!r}"
    if event in ("subprocess.Popen", "os.posix_spawn", "os.exec"):
        return _program([_text(args[0]), *_words(args[1])])
    return _program(_words(args[0])) if event == "os.system" else ""


def _program(words: Sequence[str]) -> str:
    found = sorted(PROGRAMS & {os.path.basename(word) for word in words})
    return f"the real {found[0]}: {shlex.join(words)}" if found else ""


def _private(path: str, home: str) -> str:
    if not path.startswith(home + "/"):
        return ""
    return f"the real home: {path}" if path.removeprefix(home + "/").split("/")[0] in PRIVATE else ""


def _words(argv: Any) -> list[str]:
    text = [argv] if isinstance(argv, str | bytes | os.PathLike) else list(argv or ())
    return [part for word in text for part in _text(word).split()]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return os.fsdecode(value) if isinstance(value, str | bytes | os.PathLike) else ""


class Guard:
    """One for the whole session: an audit hook cannot be taken away again."""

    def __init__(self) -> None:
        self.active = False
        self.seen: list[str] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if self.active and (why := forbidden(event, args)):
            self.seen.append(why)
            raise Touched(why)

    def begin(self) -> None:
        self.seen = []
        self.active = True

    def end(self) -> None:
        """Fails the test that touched something, also when nobody heard the first time."""
        self.active = False
        if self.seen:
            pytest.fail("a test without a marker touched " + "; ".join(self.seen), pytrace=False)


def is_free(markers: Sequence[str]) -> bool:
    return any(marker in FREE for marker in markers)


def is_dropped(name: str) -> bool:
    """Whether a variable of the real environment is kept from a test."""
    return name.startswith(DROPPED) or name.lower().endswith("_proxy")
