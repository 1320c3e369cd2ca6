"""Every command that the texts of the tool suggest, as its source has it: values in ``{}``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

WRAPPER = Path(__file__).resolve().parents[2] / "wrapper"
TOOL = "./orchestrate "


def collected() -> dict[str, str]:
    """Text -> the module that has it. Docstrings are no texts of the tool; a call of ``suggest`` counts as its words."""
    found: dict[str, str] = {}
    for file in sorted(WRAPPER.rglob("*.py")):
        for text in _texts(ast.parse(file.read_text("utf-8"))):
            found[text] = str(file.relative_to(WRAPPER))
    return found


def _texts(tree: ast.Module) -> Iterator[str]:
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "suggest":
            words = [_text(a) for n, a in enumerate(node.args) if n != 1]
            yield "suggest: " + " ".join(words)
        elif id(node) not in docstrings | inside and TOOL in (text := _text(node)):
            yield text


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return "{}"
