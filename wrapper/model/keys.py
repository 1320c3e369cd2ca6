"""What a layer is called outside: the key of its state, and where its project stands in a container. Pure."""

from __future__ import annotations

from . import naming
from .nouns import Layer, Stack

PROJECT = "/project"


def state_key(layer: Layer) -> str:
    """The layer's state key: derived, unless an older project wrote the key of its one state by hand."""
    if layer.stack.backend.key and not layer.tenant:
        return layer.stack.backend.key
    return naming.state_key(layer.stack.region, layer.stack.name, layer.tenant)


def lock_key(stack: Stack, key: str) -> str:
    """Where Terraform's backends keep the lock of the state at ``key``."""
    folder, slash, last = key.rpartition("/")
    return f"{folder}{slash}.{last}.lock.info" if stack.backend.kind == "local" else f"{key}.tflock"
