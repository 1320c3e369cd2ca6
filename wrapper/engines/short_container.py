"""A container for one command line, hardened as a run's is, which is gone when it ends. The daemon's errors are translated here."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..model.errors import UnavailableError
from ..model.nouns import Mount
from .container import LABEL
from .docker import host_config

_GLANCE = 0.1  # seconds
_LIMIT = 1800  # seconds that it may take


def run(
    client: Any,
    image: str,
    argv: Sequence[str],
    directory: str,
    mounts: Sequence[Mount],
    environment: Mapping[str, str],
    said: Callable[[str], None],
    network: str = "bridge",
    pause: Callable[[float], None] | None = None,
) -> int:
    """Its exit code; each line of what it says goes to ``said``. ``pause`` sleeps, and raises when it must end: the container is
    removed then."""
    import docker
    import requests

    api = client.api
    try:
        made = api.create_container(
            image,
            list(argv),
            user=f"{os.getuid()}:{os.getgid()}",
            working_dir=directory,
            environment={"HOME": "/tmp", **environment},
            labels={LABEL: "short"},
            host_config=host_config(api, mounts, network),
        )["Id"]
        try:
            api.start(made)
            # Not attach: of a container that has ended already it never ends.
            _hear(lambda: _lines(api.logs(made, stream=True, follow=True)), said, pause)
            return int(api.wait(made, timeout=_LIMIT)["StatusCode"])
        finally:
            with contextlib.suppress(docker.errors.APIError):
                api.remove_container(made, force=True)
    except (docker.errors.DockerException, requests.RequestException) as error:
        raise UnavailableError(f"Docker: {error}", hint="docker info and the daemon's log say more") from None


def _hear(lines: Callable[[], Any], said: Callable[[str], None], pause: Callable[[float], None] | None) -> None:
    """Each line, until the last. With ``pause`` another thread reads, so that this one may be stopped."""

    def read() -> None:
        for line in lines():
            said(line)

    if pause is None:
        return read()
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    while reader.is_alive():
        pause(_GLANCE)


def _lines(chunks: Any) -> Any:
    left = b""
    for chunk in chunks:
        *whole, left = (left + chunk).split(b"\n")
        yield from (line.decode(errors="replace").rstrip() for line in whole)
    if left:
        yield left.decode(errors="replace").rstrip()
