"""Which stack takes builds from which, as the settings promotes_from say it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ..model.errors import ConfigError, RefusedError
from ..model.naming import unknown

ARROW = " -> "


def way(name: str, known: Collection[str], before: Callable[[str], tuple[str, str]]) -> tuple[str, ...]:
    """The stacks a build goes through to get to ``name``, which is the last. ``before``: what a stack's promotes_from
    says ("" for nothing), and its ``file:line``. ConfigError for a circle, or for a stack that is none."""
    found = [name]
    while (last := before(found[0]))[0]:
        source, where = last
        if source in found:
            circle = ARROW.join([source, *found[: found.index(source) + 1]])
            raise ConfigError(
                f"promotes_from has a cycle: {circle}",
                where=where,
                hint="the first stack of the order takes builds from no other stack: remove its promotes_from",
            )
        if source not in known:
            error = unknown("stack", source, known)
            raise ConfigError(f"promotes_from: {error.message}", where=where, hint=error.hint)
        found.insert(0, source)
    return tuple(found)


def check_step(source: str, stack: str, stacks: Sequence[str]) -> None:
    """RefusedError unless ``source`` is next before ``stack`` on its way."""
    if source == stack:
        raise RefusedError(f"{stack} takes no builds from itself", hint="promote FROM TO: two stacks")
    if len(stacks) == 1:
        raise RefusedError(
            f"{stack} takes builds from no stack",
            hint=f'deploy to it with apply; or write promotes_from = "{source}" in its stack.hcl',
        )
    if stacks[-2] == source:
        return
    shown = ARROW.join(stacks)
    if source in stacks:
        missed = ", ".join(stacks[stacks.index(source) + 1 : -1])
        raise RefusedError(
            f"from {source} to {stack} skips {missed}", hint=f"the way is {shown}: promote from {stacks[-2]}"
        )
    raise RefusedError(f"{stack} takes no builds from {source}", hint=f"the way is {shown}")
