"""The floors of the house (docs/architecture.md), written once here, and read out of the imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "wrapper"

FLOORS = [
    ["errors", "model", "versions"],
    [
        *("layout", "types", "hcl", "variables", "terraform", "transcript", "arguments", "render"),
        *("fingerprint", "record", "environment", "deployments", "allotments", "selection", "plans", "pace", "planned"),
        *("rates", "transients", "builds", "history", "promotion"),
        *("answers", "answers.model", "answers.document", "answers.merging", "answers.timeline", "answers.printable"),
        *("answers.table", "answers.junit", "answers.page"),
        "jenkins",
        *("quotas", "room"),
        "night",
        "tainted",
    ],
    ["keys", "promotion_order", "smoke_urls", "runs", "ready"],
    [
        "paths",
        "parses",
        "rendering",
        "files",
        "settings",
        "values",
        "project",
        "rundir",
        "planfile",
        r"engines(\..*)?",
        "account",
        "allowance",
        *("buckets", "stores"),
        "state",
        "leftovers",
        "register",
        r"answers\.files",
        "journal",
        "revisions",
        "artifacts",
        "smoke",
        "logs",
        "pacing",
        "allotting",
        *("rollout", "standing", "untainting"),
        *("inventory", "keeping", "zones"),
        r"sandbox(\..*)?",
        "image.*",
        r"container(\..*)?",
    ],
    [
        *("signals", "runner", "sharing", "outputs", "survey", "placing", "recording", "acceptance", "deploy"),
        *("retries", "looks", "answering", "consent", "fleet", "reaping"),
    ],
    ["report", "watching", r"cli(\..*)?", "__main__"],
]
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "base", "manager", "common", "misc"}

# What reaches outside: files, processes, clock, chance, network, terminal. (signal gives errors its numbers only;
# datetime is arithmetic, all but its ``now``.)
TOUCHING = {
    *("os", "sys", "io", "subprocess", "socket", "selectors", "select", "shutil", "tempfile", "glob", "fcntl", "pwd"),
    *("time", "random", "secrets", "uuid", "threading", "multiprocessing", "concurrent", "asyncio"),
    *("logging", "getpass", "platform", "resource", "sqlite3", "zipfile", "tarfile", "urllib", "http", "requests"),
    *("boto3", "botocore", "docker", "click", "moto"),
}
TOUCHING_CALLS = {"open", "print", "input", "exec", "eval", "breakpoint"}
TOUCHING_METHODS = {
    *("read_text", "read_bytes", "write_text", "write_bytes", "exists", "is_file", "is_dir", "is_symlink", "resolve"),
    *("iterdir", "glob", "rglob", "mkdir", "unlink", "rmdir", "rename", "touch", "chmod", "stat", "cwd", "home"),
    *("expanduser", "absolute", "symlink_to", "readlink"),
    *("now", "today", "utcnow"),
}


def _name(file: Path) -> str:
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, ast.Module]:
    return {_name(f): ast.parse(f.read_text()) for f in sorted(PACKAGE.rglob("*.py")) if _name(f)}


@cache
def floor_of(module: str) -> int:
    found = [n for n, rooms in enumerate(FLOORS) if any(re.fullmatch(room, module) for room in rooms)]
    assert len(found) == 1, f"wrapper/{module} stands on {len(found)} floors of this list: give it one"
    return found[0]


@cache
def imported(module: str) -> frozenset[str]:
    """Rooms of ours that a module imports, anywhere in it, also in a function or for types alone."""
    return frozenset(m for m in _imports(module) if m and m != module)


def _imports(module: str) -> Iterator[str]:
    package = module.split(".") if (PACKAGE / module.replace(".", "/")).is_dir() else module.split(".")[:-1]
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.Import):
            yield from (_ours(a.name.removeprefix("wrapper.")) for a in node.names if a.name.startswith("wrapper."))
        elif isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] == "wrapper"):
            above = package[: len(package) - node.level + 1] if node.level else []
            start = [*above, *(node.module or "").removeprefix("wrapper").strip(".").split(".")]
            base = ".".join(p for p in start if p)
            yield from (_ours(f"{base}.{a.name}".strip("."), base) for a in node.names)


def _ours(name: str, otherwise: str = "") -> str:
    return name if name in modules() else otherwise


def test_there_are_modules_and_imports_are_seen() -> None:
    assert len(modules()) > 40
    assert {"errors", "model", "layout", "terraform", "fingerprint", "variables"} <= imported("runs")
    assert "image" in imported("cli.options"), "an import in a function is an import"
    assert "rundir" in imported("engines.docker"), "two dots"


@pytest.mark.parametrize("module", modules())
def test_every_module_has_a_floor_and_imports_only_downward(module: str) -> None:
    upward = sorted(m for m in imported(module) if floor_of(m) > floor_of(module))
    assert not upward, f"wrapper/{module} (floor {floor_of(module)}) imports upward: {upward}"


def test_no_room_on_the_list_is_empty() -> None:
    rooms = [room for floor in FLOORS for room in floor if not room.startswith("container")]
    assert [room for room in rooms if not any(re.fullmatch(room, m) for m in modules())] == []


def test_no_cycle() -> None:
    """``__init__`` of a package imports what it holds, or is imported by it, never both; the verbs of the command
    line import ``main`` for their completion alone."""
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, f"a cycle: {' -> '.join((*path[path.index(module) :], module))}"
        if module not in done:
            for one in sorted(imported(module)):
                walk(one, (*path, module))
            done.add(module)

    for module in modules():
        walk(module, ())


@pytest.mark.parametrize("module", modules())
def test_a_room_is_named_for_what_it_knows(module: str) -> None:
    assert not FORBIDDEN_NAMES & set(re.split(r"[._]", module)) or module == "image_base", "a Debian base is a thing"


@pytest.mark.parametrize("module", [m for m in modules() if floor_of(m) <= 2])
def test_pure_rooms_touch_nothing(module: str) -> None:
    found = []
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.split(".")[0] in TOUCHING]
        elif isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] in TOUCHING:
            found.append(str(node.module))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TOUCHING_CALLS:
            found.append(node.func.id)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TOUCHING_METHODS:
            found.append(node.func.attr)
    assert found == []
