"""Command lines that messages suggest, each with the flags that it needs on its layer: typed as printed, it works.
In a message it ends its sentence, or a blank and a semicolon follow. Pure."""

from __future__ import annotations

import shlex

from ..model.stack import Layer
from .commands import VERBS

_GUARDED = (
    "promote",
    "rollback",
    "run-task",
    "restart",
    "stop",
    "start",
    "exec",
)  # commands of the tool that a protected stack wants confirmed


def suggest(command: str, layer: Layer, *words: str) -> str:
    """``./orchestrate COMMAND STACK [REGION] [-var tenant=T] WORDS [--confirm LABEL]``. A command of the tool may have words of its
    own that stand before the stack (``promote FROM``)."""
    return " ".join(["./orchestrate", command, place(layer), *map(shlex.quote, words), *_confirmed(command, layer)])


def place(layer: Layer) -> str:
    """How a command line names a layer."""
    stack, tenant = layer.stack, layer.tenant
    return " ".join(w for w in (stack.name, stack.region, f"-var tenant={tenant}" if tenant else "") if w)


def _confirmed(command: str, layer: Layer) -> list[str]:
    name = command.partition(" ")[0]
    verb = VERBS.get(name)
    guarded = verb.guarded if verb else name in _GUARDED
    return [f"--confirm {layer.label}"] if guarded and layer.stack.settings.protected else []
