"""Installs a lock into an environment: `environment.py ENVIRONMENT LOCK`, by the Python of one that has pip and uv.

uv takes a seventh of pip's processor time. It reads neither pip.conf nor PIP_INDEX_URL, so what pip is told of its indexes is
told to uv. Where uv fails all the same, at an index that asks for a password, say, pip installs.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Mapping

# One package may stand in several indexes: as pip does, take it from the one that has what the lock names.
OPTIONS = ["-q", "--require-hashes", "--no-deps", "--index-strategy", "unsafe-best-match", "--system-certs"]
EACH = {
    "index-url": "--default-index",
    "extra-index-url": "--index",
    "find-links": "--find-links",
    "trusted-host": "--allow-insecure-host",
}
VARIABLES = {
    "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",),
    "proxy": ("HTTP_PROXY", "HTTPS_PROXY"),
}


def settings(listed: str) -> dict[str, str]:
    """What `pip config list` says of `pip install`; a variable wins over [install], and that over [global]."""
    found: dict[str, str] = {}
    lines = [line.partition("=") for line in listed.splitlines()]
    for section in ("global.", "install.", ":env:."):
        found |= {name.removeprefix(section): ast.literal_eval(v) for name, _, v in lines if name.startswith(section)}
    return found


def options(pip: Mapping[str, str]) -> list[str]:
    """uv's options for pip's settings."""
    none = ["--no-index"] if pip.get("no-index", "").lower() in ("1", "true", "yes", "on") else []
    return none + [word for name, option in EACH.items() for one in pip.get(name, "").split() for word in (option, one)]


def variables(pip: Mapping[str, str]) -> dict[str, str]:
    return {variable: pip[name] for name, all_of in VARIABLES.items() if name in pip for variable in all_of}


def main(environment: str, lock: str) -> int:
    run = [sys.executable, "-I", "-m"]
    listed = subprocess.run([*run, "pip", "config", "list"], stdout=subprocess.PIPE, text=True, check=True).stdout
    told, python = settings(listed), f"{environment}/bin/python"
    by_uv = [*run, "uv", "pip", "install", *OPTIONS, *options(told), "--python", python, "-r", lock]
    by_pip = [*run, "pip", "--python", python, "install", "-q", "--disable-pip-version-check", "--no-compile"]
    if subprocess.run(by_uv, env=os.environ | variables(told)).returncode == 0:
        return subprocess.run([*run, "uv", "pip", "check", "-q", "--python", python]).returncode
    print("uv could not install it: pip does, which takes longer", file=sys.stderr)
    return subprocess.run([*by_pip, "--require-hashes", "--no-deps", "-r", lock]).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
