"""A container for one command line, hardened as a run's is, which is gone when it ends. The daemon's errors are translated here."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..model.errors import UnavailableError
from ..model.nouns import Mount
from .container import LABEL, LOG_DRIVER, LOG_OPTIONS, MEMORY, PIDS, TMPFS

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
            host_config=_host(api, mounts, network),
        )["Id"]
        try:
            api.start(made)
            for line in _lines(api.attach(made, stream=True, logs=True)):
                said(line)
            return int(api.wait(made, timeout=_LIMIT)["StatusCode"])
        finally:
            with contextlib.suppress(docker.errors.APIError):
                api.remove_container(made, force=True)
    except (docker.errors.DockerException, requests.RequestException) as error:
        raise UnavailableError(f"Docker: {error}", hint="docker info and the daemon's log say more") from None


def _host(api: Any, mounts: Sequence[Mount], network: str) -> Any:
    import docker

    return api.create_host_config(
        mounts=[docker.types.Mount(m.target, str(m.source), type="bind", read_only=not m.writable) for m in mounts],
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        pids_limit=PIDS,
        mem_limit=MEMORY,
        tmpfs={"/tmp": TMPFS},
        log_config=docker.types.LogConfig(type=LOG_DRIVER, config=LOG_OPTIONS),
        network_mode=network,
    )


def _lines(chunks: Any) -> Any:
    left = b""
    for chunk in chunks:
        *whole, left = (left + chunk).split(b"\n")
        yield from (line.decode(errors="replace").rstrip() for line in whole)
    if left:
        yield left.decode(errors="replace").rstrip()
