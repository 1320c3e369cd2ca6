"""A Run as the container it gets: hardened, allowlisted, deterministic in name. Pure data."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ..model.naming import PROJECT
from ..model.nouns import Mount, Run
from ..terraform import environment

LABEL = "orchestrate"
MEMORY = "2g"  # a provider takes about 600 MB; below 300 MB it is killed and its lock stays
PIDS = 512
# Terraform is exec'ed and its output goes to us alone; what the first process says must not fill the daemon's disk either.
LOG_DRIVER, LOG_OPTIONS = "json-file", {"max-size": "1m", "max-file": "1"}
TMPFS = "rw,nosuid,nodev,exec,mode=1777,size=512m"
STOP_TIMEOUT = 600  # seconds that `docker stop` by a person waits for Terraform


@dataclass(frozen=True)
class Container:
    """What the Docker API is asked for."""

    name: str
    image: str
    command: tuple[str, ...]
    user: str
    hostname: str
    directory: str
    environment: dict[str, str]
    labels: dict[str, str]
    mounts: tuple[Mount, ...]
    network: str

    @classmethod
    def of(cls, run: Run, nonce: str) -> Container:
        work = f"{PROJECT}/{run.work}"
        return cls(
            name=run.container.name,
            image=run.container.image,
            command=("hold", ".nonce", nonce),
            user=f"{os.getuid()}:{os.getgid()}",
            hostname=run.author[:63],
            directory=work,
            environment={"HOME": "/tmp", **run.container.environment},
            labels={
                LABEL: "run",
                f"{LABEL}.layer": run.layer.label,
                f"{LABEL}.verb": run.verb,
                f"{LABEL}.author": run.author,
            },
            mounts=(*run.container.mounts, Mount(run.home / "tree" / run.work, work, writable=True)),
            network=run.container.network,
        )


def describe(container: Container) -> list[str]:
    """The same as a ``docker run`` line; secrets shown as ``***``."""
    words = [
        "docker",
        "run",
        "--rm",
        "--interactive",
        "--pull=never",
        f"--name={container.name}",
        f"--hostname={container.hostname}",
        f"--user={container.user}",
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        f"--pids-limit={PIDS}",
        f"--memory={MEMORY}",
        f"--tmpfs=/tmp:{TMPFS}",
        f"--stop-timeout={STOP_TIMEOUT}",
        f"--log-driver={LOG_DRIVER}",
        *(f"--log-opt={name}={value}" for name, value in LOG_OPTIONS.items()),
        f"--network={container.network}",
        f"--workdir={container.directory}",
    ]
    for key, value in sorted(container.environment.items()):
        words.append(f"--env={key}={environment.shown(key, value)}")
    for key, value in sorted(container.labels.items()):
        words.append(f"--label={key}={value}")
    for mount in container.mounts:
        words.append(
            f"--mount=type=bind,source={mount.source},target={mount.target}" + ("" if mount.writable else ",readonly")
        )
    return [*words, container.image, *container.command]
