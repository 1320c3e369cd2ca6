"""Command lines that messages suggest, each with the flags that it needs on its layer: typed as printed, it works. Pure."""

from __future__ import annotations

import shlex

from ..model.nouns import Layer
from .commands import VERBS


def suggest(command: str, layer: Layer, *words: str) -> str:
    """``./orchestrate COMMAND STACK [REGION] [-var tenant=T] WORDS [--confirm LABEL]``"""
    return " ".join(["./orchestrate", command, place(layer), *map(shlex.quote, words), *_confirmed(command, layer)])


def place(layer: Layer) -> str:
    """How a command line names a layer."""
    stack, tenant = layer.stack, layer.tenant
    return " ".join(w for w in (stack.name, stack.region, f"-var tenant={tenant}" if tenant else "") if w)


def _confirmed(command: str, layer: Layer) -> list[str]:
    verb = VERBS.get(command)
    return [f"--confirm {layer.label}"] if verb and verb.guarded and layer.stack.settings.protected else []
