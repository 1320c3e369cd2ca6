"""Promotion: which stack takes builds from which, what may be taken over, and whether it is the same in the end. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from .errors import BusyError, ConfigError, RefusedError
from .layout import unknown
from .model import Variable
from .record import Record
from .variables import is_build

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
                f"promotes_from goes in a circle: {circle}",
                where=where,
                hint="the first stack on the way takes builds from nobody: remove its promotes_from",
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
            f"from {source} to {stack} skips {missed}", hint=f"the way is {shown}; promote {stacks[-2]} {stack}"
        )
    raise RefusedError(f"{stack} takes no builds from {source}", hint=f"the way is {shown}")


def check_source(record: Record, tag: str, lock: str, label: str, command: str) -> None:
    """Whether what a layer's record says is what runs there; else RefusedError (BusyError while somebody changes it).
    ``tag``: its state object's, "" where there is none; ``lock``: who holds it; ``command`` would apply it."""
    if lock:
        raise BusyError(f"{label} is being changed by {lock}", hint="wait for its end, then promote")
    if not tag or not record.at:
        raise RefusedError(f"{label} was never applied", hint=f"deploy it there first: {command}")
    if record.failed:
        said = f"{record.failed.get('at', '')}, by {record.failed.get('by', '')}: {record.failed.get('error', '')}"
        raise RefusedError(f"{label}: its last try failed ({said})", hint=f"make it good there first: {command}")
    if tag != record.tag:
        raise RefusedError(
            f"{label} was changed by another hand since its last apply ({record.at}): what runs there is not known",
            hint=f"apply it there again: {command}",
        )
    if not record.builds:
        raise RefusedError(f"{label} runs no build", hint="its variables name none (service1-build, service1_build)")


def check_fits(
    builds: Mapping[str, str], declared: Mapping[str, Variable], others: Collection[str], label: str
) -> None:
    """RefusedError where a layer declares a build it must be given and ``builds`` has none, or takes none of them.
    ``others``: variables that the stack's other layer declares."""
    lacking = [v for n, v in declared.items() if is_build(n) and v.required and n not in builds]
    if lacking:
        raise _not_the_same(label, f"needs {', '.join(v.name for v in lacking)}, and none runs there", lacking[0].where)
    strange = sorted(n for n in builds if n not in declared and n not in others)
    if strange:
        raise _not_the_same(label, f"declares no variable {', '.join(strange)}", "")


def check_same(wanted: Mapping[str, str], found: Mapping[str, str], origins: Mapping[str, str], label: str) -> None:
    """RefusedError when a layer would not run exactly ``wanted``. ``origins``: where each value came from."""
    different = sorted(n for n in found if wanted.get(n) != found[n])
    if different:
        name = different[0]
        there = f"{wanted[name]} runs" if name in wanted else "none runs"
        raise _not_the_same(label, f"would run {name} {found[name]}, and {there} there", origins.get(name, ""))


def _not_the_same(label: str, words: str, where: str) -> RefusedError:
    return RefusedError(
        f"{label} {words}: it would not be the same", where=where, hint="what is promoted is what runs, and no more"
    )
