"""How this tool is called: by the launcher of a checkout, or as an installed command. Stands apart, since every start needs it."""

from __future__ import annotations

import os
import sys

_PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
INSTALLED = os.path.isdir(os.path.join(_PACKAGE, "parts"))
# What of this tool is no Python (Dockerfile, modules/, jenkins/, the example), laid out as in a checkout.
PARTS = os.path.join(_PACKAGE, "parts") if INSTALLED else os.path.dirname(_PACKAGE)
_WRITTEN = "./orchestrate"  # how texts name this tool: so it is called in a checkout


def as_called(text: str) -> str:
    """The text with the commands that it names as they are typed here: an installed tool is found on PATH."""
    return text.replace(_WRITTEN, "orchestrate") if INSTALLED else text


def lacking(error: ModuleNotFoundError) -> tuple[str, str]:
    """What is wrong, and what to do, where a package that this tool needs is not installed; empty where a module of its own is
    missing."""
    name = (error.name or "").partition(".")[0]
    if name in ("", __name__.partition(".")[0]):
        return "", ""
    return (
        f"the Python package {name}, which this tool needs, is not installed",
        "install the tool with its packages: pipx install FILE.whl; without a network, from a folder with their wheels: "
        "pip install --no-index --find-links DIR FILE.whl"
        if INSTALLED
        else "call it by its launcher, ./orchestrate, which installs them",
    )


def end_without_packages(error: ModuleNotFoundError) -> int:
    """Said as the tool says any error, before there is any of it that could."""
    what, hint = lacking(error)
    if not what:
        raise error
    print(f"error: {what}\n  to do: {hint}", file=sys.stderr)
    return 69
