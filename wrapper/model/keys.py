"""What a layer is called outside: the key of its state, and where its project stands in a container. Pure."""

from __future__ import annotations

from .stack import lock_key as lock_key
from .stack import state_key as state_key

PROJECT = "/project"
