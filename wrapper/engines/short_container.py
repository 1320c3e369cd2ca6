"""A container for one command line, hardened as a run's is, which is gone when it ends. The daemon's errors are translated here."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..model.errors import UnavailableError
from ..model.nouns import Mount
from .container import LABEL
from .docker import host_config

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
) -> int:
    """Its exit code; each line of what it says goes to ``said``."""
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
            for line in _lines(api.logs(made, stream=True, follow=True)):
                said(line)
            return int(api.wait(made, timeout=_LIMIT)["StatusCode"])
        finally:
            with contextlib.suppress(docker.errors.APIError):
                api.remove_container(made, force=True)
    except (docker.errors.DockerException, requests.RequestException) as error:
        raise UnavailableError(f"Docker: {error}", hint="docker info and the daemon's log say more") from None


def _lines(chunks: Any) -> Any:
    left = b""
    for chunk in chunks:
        *whole, left = (left + chunk).split(b"\n")
        yield from (line.decode(errors="replace").rstrip() for line in whole)
    if left:
        yield left.decode(errors="replace").rstrip()
