"""Rendering templates where they can do no harm: in a child process with limits on memory and time.

Jinja2's sandbox stops escapes; it does not stop a template from filling the memory, so the kernel does.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
from collections.abc import Mapping
from typing import Any

from ..model.errors import ConfigError
from .tenant_template import render

MEMORY = 256 * 1024 * 1024  # bytes above what the process has already
SECONDS = 5  # of processor time for a start, and
SECONDS_EACH = 0.05  # for each rendering


def render_all(
    template: str, contexts: Mapping[str, Mapping[str, Any]], where: str, start: int = SECONDS
) -> dict[str, str | ConfigError]:
    """The template rendered for each context, or why not. Raises ConfigError when a limit is passed."""
    import jinja2  # noqa: F401  (loaded before the fork, so that the child's memory is for the template)

    seconds = int(start + SECONDS_EACH * len(contexts))
    reader, writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _in_child(writer, template, contexts, where, seconds)
    os.close(writer)
    data = _read(reader, child, seconds * 3)
    status = os.waitpid(child, 0)[1]
    if not data:
        raise _limit(status, where, start)
    answer = json.loads(data)
    return {
        name: one if isinstance(one, str) else ConfigError(one[0], where=one[1], hint=one[2])
        for name, one in answer.items()
    }


def _in_child(writer: int, template: str, contexts: Mapping[str, Mapping[str, Any]], where: str, seconds: int) -> None:
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        size = _address_space() or used
        resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        _answer(writer, {name: _one(template, context, where) for name, context in contexts.items()})
    except MemoryError:
        pass  # the parent says it: there may be no memory left here to say anything
    finally:
        os._exit(0)


def _one(template: str, context: Mapping[str, Any], where: str) -> str | list[str]:
    """The text, or [message, where, hint]."""
    try:
        return render(template, context, where)
    except ConfigError as error:
        return [error.message, error.where, error.hint]
    except MemoryError:
        raise
    except Exception as error:
        return [f"template: {type(error).__name__}: {error}", where, ""]


def _address_space() -> int:
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _answer(writer: int, data: object) -> None:
    with os.fdopen(writer, "wb") as file:
        file.write(json.dumps(data).encode("utf-8", "surrogatepass"))


def _read(reader: int, child: int, seconds: float) -> bytes:
    parts: list[bytes] = []
    with os.fdopen(reader, "rb", buffering=0) as file:
        while select.select([file], [], [], seconds)[0]:
            part = file.read(1 << 20)
            if not part:
                return b"".join(parts)
            parts.append(part)
    os.kill(child, signal.SIGKILL)
    return b""


def _limit(status: int, where: str, start: int) -> ConfigError:
    killed = os.WIFSIGNALED(status)
    what = f"more than {start} s of processor time" if killed else f"more than {MEMORY >> 20} MiB of memory"
    return ConfigError(
        f"template: it took {what}", where=where, hint="look for a loop or a repetition that grows without end"
    )
