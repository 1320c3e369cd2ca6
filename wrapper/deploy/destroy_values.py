"""A destroy goes on where values are wrong or missing: what is there has to go, and its files may be the reason. Only what
may configure a provider it cannot do without: in another region it would find nothing to destroy, and say that all is gone.
Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..model.errors import ConfigError, OrchestrateError
from ..model.nouns import ResolvedValue, Variable
from ..model.stack import Layer
from ..terraform import hcl
from ..terraform.type_constraints import empty

ORIGIN = "nothing: for the destroy"
_REFERENCE = re.compile(r"\b(var|local|data|module)\.([A-Za-z_][\w-]*)")
_TAGS = ("default_tags", "ignore_tags")  # of a provider; they lead nowhere else


@dataclass
class Losses:
    """What a destroy goes on without: each error, and the variable that it takes away ("": any that a file may set)."""

    info: Callable[[str], None]
    _found: dict[str, list[tuple[OrchestrateError, str]]] = field(default_factory=dict)

    def note(self, layer: Layer | None, error: OrchestrateError, name: str) -> None:
        """``layer``: None for all of the stack."""
        self._found.setdefault(layer.label if layer else "", []).append((error, name))
        self.info(f"{error}; the destroy goes on without it")

    def of(self, layer: Layer) -> list[tuple[OrchestrateError, str]]:
        return [*self._found.get("", ()), *self._found.get(layer.label, ())]


def check_providers(
    losses: Sequence[tuple[OrchestrateError, str]], configuring: Collection[str] | None, given: Collection[str]
) -> None:
    """The error of a loss that may have configured a provider. ``configuring``: names of variables, None for any; ``given``:
    the names whose values are certain."""
    for error, name in losses:
        open_names = set(configuring or ()) - set(given)
        if configuring is None or name in open_names or (not name and open_names):
            which = f"by {', '.join(sorted(open_names))}" if open_names else "by what is not known here"
            hint = f"a provider is configured {which}: correct the file first" + (
                f", or give -var {min(open_names)}=..." if open_names else ""
            )
            raise ConfigError(error.message, where=error.where, hint=hint)


def configuring(blocks: Iterable[hcl.Block]) -> set[str] | None:
    """The variables that providers of a root are configured by; None where they take something else too."""
    blocks = list(blocks)
    local = {name: str(value) for b in blocks if b.kind == "locals" for name, (value, _) in b.body.items()}
    found: set[str] = set()
    todo, seen = [text for b in blocks if b.kind == "provider" for text in _texts(b)], set[str]()
    while todo:
        for kind, name in _REFERENCE.findall(todo.pop()):
            if kind in ("data", "module"):
                return None
            if kind == "var":
                found.add(name)
            elif name not in seen:
                seen.add(name)
                todo.append(local.get(name, ""))
    return found


def _texts(block: hcl.Block) -> Iterator[str]:
    yield from (str(value) for name, (value, _) in block.body.items() if name not in _TAGS)
    for inner in block.blocks:
        if inner.kind not in _TAGS:
            yield from _texts(inner)


def stand_ins(
    declared: Mapping[str, Variable], known: Collection[str], builds: Iterable[str] = ()
) -> dict[str, ResolvedValue]:
    """An empty value for each variable that must have one and has none; and a word for each of the ``builds``, which a root refuses
    to be without where a service runs them."""
    missing = (v for v in declared.values() if v.required and v.name not in known)
    empties = {v.name: ResolvedValue(empty(v.type), ORIGIN) for v in missing}
    return {**empties, **{name: ResolvedValue("unknown", ORIGIN) for name in builds}}
