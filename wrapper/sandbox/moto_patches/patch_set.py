"""Remembers which attribute of moto was replaced by what, so that every patch can be taken back.

Knows Python classes and modules; knows nothing of AWS.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

Patch = Callable[["PatchSet"], None]
MISSING = object()


class PatchSet:
    def __init__(self) -> None:
        self._replaced: list[tuple[Any, str, Any]] = []

    def replace(self, owner: Any, name: str, value: Any) -> None:
        """Sets ``owner.name`` and notes what was there (in the class itself, not in its parents)."""
        self._replaced.append((owner, name, vars(owner).get(name, MISSING)))
        setattr(owner, name, value)

    def wrap(self, owner: Any, name: str, around: Callable[..., Any]) -> None:
        """The new method calls ``around(original, self, *args, **kwargs)``."""
        original = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return around(original, *args, **kwargs)

        wrapped.__name__ = name
        self.replace(owner, name, wrapped)

    def undo(self) -> None:
        while self._replaced:
            owner, name, value = self._replaced.pop()
            if value is MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, value)


@contextlib.contextmanager
def applied(*patches: Patch) -> Iterator[None]:
    """With these patches inside the block, without them after it."""
    patch_set = PatchSet()
    try:
        for patch in patches:
            patch(patch_set)
        yield
    finally:
        patch_set.undo()
