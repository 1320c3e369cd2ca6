"""Every command that the texts of the tool suggest, where its source has it: ``module.py:function: text``, with values as ``{}``.

A text counts if it names the tool (``./orchestrate``, or a call of ``suggest``) or has what may begin a command line of another
program, also one that is made of a list of words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from syntax import parse

WRAPPER = Path(__file__).resolve().parents[2] / "wrapper"
TOOL = "./orchestrate "
_PROGRAMS = (
    "aws|git|docker|systemctl|newgrp|make|mv|cp|rm|chmod|chown|ln|mkdir|touch|unset|export|kill|ssh|curl|sudo|apt-get"
    "|pip|terraform(?= [a-z])"
)
_MINE = (
    "orchestrate|plan|apply|destroy|promote|rollback|keep|reap|sandbox"  # without ./orchestrate it is no command line
)
# Where a command begins: where the text does, or behind a colon, a bracket or a backquote. What could be its first word follows.
_COMMAND = re.compile(rf"(?:^|[:;(] ?|(?<!\w)`)(?:(?:{_PROGRAMS}) (?=[a-z{{'\"/~-])|(?:{_MINE}) {{)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")
_EMPTY = (ast.Name, ast.expr_context, ast.operator, ast.alias)  # without a text below them


def collected(folder: Path = WRAPPER) -> set[str]:
    """Docstrings are no texts of the tool; a call of ``suggest`` counts as its words."""
    files = (f for f in folder.rglob("*.py") if "moto_patches" not in f.parts)
    return {
        f"{file.relative_to(folder)}:{where}: {text}"
        for file in files
        for where, text in in_source(file.read_text("utf-8"))
    }


def in_source(source: str) -> Iterator[tuple[str, str]]:
    """(function, text) of each."""
    yield from _below(parse(source), "")


def _below(node: ast.AST, where: str) -> Iterator[tuple[str, str]]:
    is_text = isinstance(node, ast.Expr | ast.JoinedStr)  # a docstring, or pieces of one text
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _EMPTY) or (is_text and isinstance(child, ast.Constant)):
            continue
        if text := _suggested(child):
            yield where, text
        inner = child.name if isinstance(child, ast.FunctionDef | ast.ClassDef) else where
        yield from _below(child, inner)


def _suggested(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "suggest":
        return "suggest: " + " ".join(_text(a) for n, a in enumerate(node.args) if n != 1)
    if isinstance(node, ast.List | ast.Tuple):
        words = " ".join(map(_text, node.elts))
        return words if _COMMAND.match(words) else ""
    text = _text(node) if isinstance(node, ast.Constant | ast.JoinedStr) else ""
    return text if TOOL in text or _COMMAND.search(text) else ""


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return "{}"


def options(source: str) -> set[str]:
    """Options with two dashes that its texts name."""
    if not _OPTION.search(source):
        return set()
    nodes = [*ast.walk(parse(source))]
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = (n.value for n in nodes if isinstance(n, ast.Constant) and id(n) not in docstrings)
    return {option for text in texts for option in _OPTION.findall(str(text))}
