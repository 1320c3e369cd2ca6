"""The structure of wrapper/, read out of its imports: rooms, arrows, floors, what runs upward, cycles.

A room is a package of wrapper/ (ROOMS, from the top down); an arrow is an ordered pair of rooms with at least one import,
lazy ones and those for types too; a floor is a step of the longest chain of arrows. ``python tests/support/imports.py``
prints them.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from syntax import parse

PACKAGE = Path(__file__).resolve().parents[2] / "wrapper"
# From the top down. Rooms in one group are siblings, which do not import each other.
ROOMS = (
    ("cli.commands",),
    ("cli",),
    ("reaper",),
    ("fleet",),
    ("operations",),
    ("deploy",),
    ("deploy.lb_slots",),
    ("run",),
    ("engines",),
    ("engines.image",),
    ("state",),
    ("reports", "project", "aws"),
    ("terraform",),
    ("containers",),
    ("sandbox",),
    ("sandbox.moto_patches",),
    ("model",),
)
APART = ("containers", "sandbox", "sandbox.moto_patches")  # imported by cli only; of ours they use model's errors only
NAMES = tuple(room for group in ROOMS for room in group)
Graph = Mapping[str, frozenset[str]]


@cache
def names() -> dict[str, Path]:
    """Module (``deploy.inputs``; a package by its own name) -> its file."""
    return {_name(file): file for file in sorted(PACKAGE.rglob("*.py"))}


@cache
def modules() -> dict[str, ast.Module]:
    """Module -> its syntax tree."""
    return {module: parse(file.read_text()) for module, file in names().items()}


def _name(file: Path) -> str:
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The innermost room that a module stands in; "" for the files beside the packages."""
    return next((r for r in sorted(NAMES, key=len, reverse=True) if module == r or module.startswith(r + ".")), "")


@cache
def imported(module: str) -> frozenset[str]:
    """Modules of ours that a module imports, anywhere in it."""
    return frozenset(m for m in _imports(module) if m != module)


def _imports(module: str) -> Iterator[str]:
    package = module.split(".") if (PACKAGE / module.replace(".", "/")).is_dir() else module.split(".")[:-1]
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.Import):
            yield from (a.name.removeprefix("wrapper.") for a in node.names if a.name.startswith("wrapper."))
        elif isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] == "wrapper"):
            above = package[: len(package) - node.level + 1] if node.level else []
            start = [*above, *(node.module or "").removeprefix("wrapper").strip(".").split(".")]
            base = ".".join(part for part in start if part)
            for alias in node.names:
                name = f"{base}.{alias.name}".strip(".")
                yield name if name in modules() else base


def module_graph() -> Graph:
    return {module: imported(module) & modules().keys() for module in modules()}


def room_graph() -> Graph:
    """Room -> the other rooms that it imports."""
    found: dict[str, set[str]] = defaultdict(set)
    for module, targets in module_graph().items():
        found[room_of(module)] |= {room_of(target) for target in targets}
    return {room: frozenset(found[room] - {room, ""}) for room in NAMES}


def upward(graph: Graph) -> list[tuple[str, str]]:
    """Arrows to a room that does not stand lower on the list."""
    level = {room: number for number, group in enumerate(ROOMS) for room in group}
    return sorted((a, b) for a, targets in graph.items() for b in targets if level[b] <= level[a])


def cycles(graph: Graph) -> list[tuple[str, ...]]:
    """One way round for each cycle that a walk meets."""
    found, done = [], set()

    def walk(node: str, path: tuple[str, ...]) -> None:
        if node in path:
            found.append((*path[path.index(node) :], node))
        elif node not in done:
            for target in sorted(graph[node]):
                walk(target, (*path, node))
            done.add(node)

    for node in sorted(graph):
        walk(node, ())
    return found


def longest_chain(graph: Graph) -> tuple[str, ...]:
    """The longest way down. The graph has no cycle."""

    @cache
    def below(node: str) -> tuple[str, ...]:
        return (node, *max((below(target) for target in sorted(graph[node])), key=len, default=()))

    return max((below(node) for node in sorted(graph)), key=len)


def twice(names: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Name -> modules, of the names that stand in more than one."""
    places: dict[str, list[str]] = defaultdict(list)
    for name, module in names:
        places[name].append(module)
    return {name: found for name, found in sorted(places.items()) if len(found) > 1}


def classes_and_aliases() -> Iterator[tuple[str, str]]:
    """(name, module) of each class, and of each alias of a type."""
    for module, tree in modules().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                yield node.name, module
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(target, ast.Name) and target.id[0].isupper() and not target.id.isupper():
                    yield target.id, module


def main() -> None:
    graph = room_graph()
    for room in NAMES:
        print(f"{room:22} -> {', '.join(sorted(graph[room], key=NAMES.index)) or '-'}")
    rooms, arrows = len(NAMES), sum(len(targets) for targets in graph.values())
    loops = cycles(graph)
    chain = () if loops else longest_chain(graph)
    print(f"\n{rooms} rooms, {arrows} arrows, {len(chain) or '?'} floors: {' > '.join(chain)}")
    print(f"upward: {', '.join(f'{a} -> {b}' for a, b in upward(graph)) or 'none'}")
    print(f"cycles: {'; '.join(' > '.join(way) for way in [*loops, *cycles(module_graph())]) or 'none'}")
    print(f"names that stand twice: {', '.join(twice(classes_and_aliases())) or 'none'}")
    if not cycles(module_graph()):
        print(f"longest chain of modules: {len(longest_chain(module_graph()))} of {len(modules())} modules")


if __name__ == "__main__":
    main()
