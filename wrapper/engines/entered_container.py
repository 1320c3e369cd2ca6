"""A command in a container that runs already, with our standard streams: keys, the window's size and Ctrl-C are the command's."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from . import terminal


def labels_of(client: Any, container: str) -> dict[str, str] | None:
    """None where there is no such container."""
    import docker

    try:
        return dict((client.api.inspect_container(container).get("Config") or {}).get("Labels") or {})
    except docker.errors.NotFound:
        return None


def enter(client: Any, container: str, argv: Sequence[str]) -> int:
    """The command's exit code. At a terminal it gets one."""
    made = client.api.exec_create(container, list(argv), stdin=True, tty=sys.stdin.isatty())["Id"]
    terminal.attach(client.api, made, lambda _end: None)
    return int(client.api.exec_inspect(made)["ExitCode"] or 0)
