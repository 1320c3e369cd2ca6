"""The Debian base of the closed way: debootstrap from the host's package mirror, imported under its own name.

Needs root, debootstrap and that mirror; needs no registry.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ...model.errors import UnavailableError

ProgressCallback = Callable[[str], None]

BASE = "orchestrate-base"
CHUNK = 1 << 20
PUBLIC = "http://deb.debian.org/debian"
# What a container never reads, or what names this host. Licences stay.
LEFT_OUT = (
    *("./dev/*", "./proc/*", "./sys/*", "./var/cache/*", "./var/lib/apt/lists/*", "./var/log/*"),
    *("./etc/resolv.conf", "./etc/hostname", "./etc/machine-id"),
    *("./usr/share/man/*", "./usr/share/info/*", "./usr/share/locale/*"),
    *("./usr/share/doc/*/changelog*", "./usr/share/doc/git/*/*", "./usr/share/doc/git/RelNotes*"),
)

# What debootstrap says of each of some two hundred packages; its stages say enough.
EACH_PACKAGE = tuple(f"I: {does} " for does in ("Retrieving", "Validating", "Extracting", "Unpacking", "Configuring"))


def no_debootstrap() -> str:
    """Why this host cannot make a base, or nothing."""
    if not shutil.which("debootstrap"):
        return "debootstrap is not installed (as root: apt-get install debootstrap)"
    if os.geteuid() != 0:
        return "debootstrap needs root (build the image once as root, then any user has it)"
    return ""


def make_base(
    api: Any, suite: str, name: str, packages: Sequence[str], changes: list[str], progress: ProgressCallback
) -> None:
    """``name``: of the image, with its tag; ``packages``: beyond those of every base."""
    with tempfile.TemporaryDirectory(prefix="orchestrate-base-", ignore_cleanup_errors=True) as folder:
        rootfs = Path(folder, suite)
        progress(f"making a Debian {suite} base with debootstrap")
        debootstrap(suite, rootfs, progress, packages)
        with spawned(packing(rootfs), stderr=subprocess.DEVNULL) as tar:
            api.import_image_from_stream(chunks(tar), *name.split(":"), changes)


def chunks(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """Its output. A failure is raised before the end, so that a reader never takes half for the whole."""
    assert process.stdout is not None
    yield from iter(partial(process.stdout.read, CHUNK), b"")
    if process.wait():
        raise UnavailableError(f"{process.args!s} failed with {process.returncode}")


def packing(rootfs: Path) -> list[str]:
    return ["tar", "-C", str(rootfs), "--numeric-owner", *(f"--exclude={p}" for p in LEFT_OUT), "-c", "."]


def debootstrap(suite: str, rootfs: Path, progress: ProgressCallback, packages: Sequence[str] = ()) -> None:
    """Each Debian mirror of the host's apt in turn: some third-party archive may look like one."""
    last = ""
    for mirror in apt_mirrors(suite):
        shutil.rmtree(rootfs, ignore_errors=True)
        with spawned(unpacking(suite, rootfs, mirror, packages)) as process:
            for line in process.stdout or ():
                last = line.decode(errors="replace").strip()
                if not last.startswith(EACH_PACKAGE):
                    progress(last)
        if process.returncode == 0:
            return
    raise UnavailableError(f"debootstrap: {last}", hint="apt's sources must name a Debian mirror that answers")


def unpacking(suite: str, rootfs: Path, mirror: str, packages: Sequence[str] = ()) -> list[str]:
    # A mount namespace of its own: what debootstrap mounts in there goes away with it, however it ends.
    argv = ["unshare", "--mount", "debootstrap", "--force-check-gpg", "--variant=minbase"]
    return [*argv, f"--include={','.join(['ca-certificates', 'git', *packages])}", suite, str(rootfs), mirror]


def apt_mirrors(suite: str) -> list[str]:
    form = "$(RELEASE) $(COMPONENT) $(REPO_URI)"
    argv = ["apt-get", "indextargets", "--format", form, "Created-By: Packages"]
    if not shutil.which(argv[0]):
        return [PUBLIC]
    shown = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    return rank_mirrors(shown, suite) or [PUBLIC]


def rank_mirrors(shown: str, suite: str) -> list[str]:
    """The host's archives that can be Debian itself: those with the suite first, then any called debian."""
    rows = [row for row in map(str.split, shown.splitlines()) if len(row) == 3 and row[1] == "main"]
    named = [uri.rstrip("/") for _, _, uri in rows if uri.rstrip("/").endswith("/debian")]
    exact = [uri.rstrip("/") for release, _, uri in rows if release == suite]
    both = [uri for uri in exact if uri in named] + exact + named
    return [uri for uri in dict.fromkeys(both) if uri.startswith(("http://", "https://", "file:"))]


@contextmanager
def spawned(argv: list[str], *, stderr: int = subprocess.STDOUT) -> Iterator[subprocess.Popen[bytes]]:
    """A process whose whole group ends when we leave, by whatever way."""
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=stderr, start_new_session=True)
    try:
        yield process
        process.wait()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
