"""The engines by the names that ``--engine`` takes. Each is imported only when it is made: docker-py is large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..model.errors import UsageError
from . import Engine

Say = Callable[[str], None]  # words for the user
MakeImage = Callable[[Any, str], str]  # makes sure of the image of that tag, with docker-py's client; its tag


def _docker(notice: Say, image: MakeImage, _program: str) -> Engine:
    from .docker import DockerEngine

    return DockerEngine(notice, image)


def _host(notice: Say, image: MakeImage, program: str) -> Engine:
    from .host import HostEngine

    return HostEngine(notice, program)


_ENGINES = {"docker": _docker, "host": _host}
NAMES = tuple(_ENGINES)
DEFAULT = NAMES[0]


def make(name: str, notice: Say, image: MakeImage, program: str = "") -> Engine:
    """The engine of that name, not yet asked whether it is there. UsageError where there is none of that name. ``program``: what
    runs instead of terraform."""
    if name not in _ENGINES:
        raise UsageError(f"no engine {name!r}", hint=f"there is: {', '.join(NAMES)}")
    return _ENGINES[name](notice, image, program)
