"""How often the AWS provider is started, on whatever engine: the processes of it that speak with one endpoint (Linux).

Terraform's log would say it, and does not go along to Terraform: it holds secrets. A container's processes stand in the
machine's table as well, as long as the engine runs on this machine. A provider lives for half a second at least, in which
it reads its own schema, and the table is read fifty times a second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = "terraform-provi"  # the kernel keeps 15 characters of a name
PAUSE = 0.02


def counted(endpoint: str, work: Callable[[], object]) -> int:
    """How many were started meanwhile; nothing else may run on that endpoint."""
    with watched(endpoint) as seen:
        work()
    return len(seen)


@contextmanager
def watched(endpoint: str) -> Iterator[set[str]]:
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(PAUSE):
            seen.update(providers(endpoint.rpartition(":")[2]))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def providers(port: str) -> Iterator[str]:
    """Each that runs, by its number and its start: numbers come back."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            if (folder / "comm").read_text().strip() == NAME and speaks(folder, port):
                yield f"{folder.name} {(folder / 'stat').read_text().rpartition(')')[2].split()[19]}"


def speaks(folder: Path, port: str) -> bool:
    """Whether its endpoint has that port: in a container the same machine has another name."""
    given = dict(pair.partition(b"=")[::2] for pair in (folder / "environ").read_bytes().split(b"\0"))
    return given.get(b"AWS_ENDPOINT_URL", b"").endswith(f":{port}".encode())
