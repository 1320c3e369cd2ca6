"""How this tool is called: by the launcher of a checkout, or as an installed command. Stands apart, since every start needs it."""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
INSTALLED = os.path.isdir(os.path.join(_PACKAGE, "parts"))
# What of this tool is no Python (Dockerfile, modules/, jenkins/, the example), laid out as in a checkout.
PARTS = os.path.join(_PACKAGE, "parts") if INSTALLED else os.path.dirname(_PACKAGE)
_WRITTEN = "./orchestrate"  # how texts name this tool: so it is called in a checkout


def as_called(text: str) -> str:
    """The text with the commands that it names as they are typed here: an installed tool is found on PATH."""
    return text.replace(_WRITTEN, "orchestrate") if INSTALLED else text
