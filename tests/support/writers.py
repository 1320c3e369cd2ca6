"""Every place of the tool that writes: a file, a stream, an object of the bucket, or what a process or a container is started
with. Found in the syntax of its modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from syntax import parse

_METHODS = {"write_text", "write_bytes", "put_object", "create_container", "exec_create", "posix_spawn", "Popen"}
_OF = {
    "os": {"write", "pwrite", "fdopen"},
    "subprocess": {"run", "check_output", "check_call", "call"},
    "shutil": {"copyfile", "copytree", "copy", "copy2", "copyfileobj"},
    "tempfile": {"NamedTemporaryFile", "mkstemp"},
    "sqlite3": {"connect"},
    "private_folder": {"write", "open_file"},
    "logging": {"FileHandler", "basicConfig"},
}
_FLAGS = {"O_CREAT", "O_WRONLY", "O_RDWR", "O_APPEND"}


def writers(source: str) -> list[str]:
    """The functions that write, as ``Class.function``."""
    return sorted(dict.fromkeys(_in(parse(source), "")))


def writers_below(folder: Path) -> set[str]:
    """The same of each module, as ``package/module.py:Class.function``."""
    files = (f for f in folder.rglob("*.py") if "moto_patches" not in f.parts)
    return {f"{file.relative_to(folder)}:{name}" for file in files for name in writers(file.read_text("utf-8"))}


def _in(node: ast.AST, name: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            yield from _in(child, f"{name}.{child.name}" if name else child.name)
        else:
            if isinstance(child, ast.Call) and _writes(child):
                yield name
            yield from _in(child, name)


def _writes(call: ast.Call) -> bool:
    function = call.func
    if isinstance(function, ast.Name):
        return function.id == "print" or (function.id == "open" and _for_writing(call))
    if not isinstance(function, ast.Attribute):
        return False
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    return (
        function.attr in _METHODS
        or function.attr in _OF.get(owner, ())
        or (function.attr == "open" and _for_writing(call))
    )


def _for_writing(call: ast.Call) -> bool:
    """As the mode or the flags say; a mode that is no literal may be one."""
    modes = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    flags = {n.attr for n in ast.walk(call) if isinstance(n, ast.Attribute)}
    return bool(_FLAGS & flags) or any({*mode} & {*"wax+"} and len(mode) <= 3 for mode in modes)
