"""What can be wrong with one line: each operator takes a function and gives the changes that it could make there. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fault import Function

COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="} | {
    "in": "not in",
    "not in": "in",
    "is": "is not",
    "is not": "is",
}
EMPTY = {"str": '""', "int": "0", "bool": "False", "list": "[]", "Sequence": "()", "tuple": "()", "dict": "{}"}
KEYED = ("get", "pop", "setdefault")


@dataclass(frozen=True)
class Change:
    """Columns count bytes, as in ast."""

    line: int
    start: int
    end: int
    text: str


Operator = Callable[[ast.AST, Function, str], Iterator[Change]]


def changes(function: Function, source: str, operator: Operator) -> Iterator[Change]:
    for node in walk(function.body):
        yield from operator(node, function, source)


def walk(nodes: list[ast.stmt]) -> Iterator[ast.AST]:
    for node in nodes:
        yield from _below(node)


def _below(node: ast.AST) -> Iterator[ast.AST]:
    """Not into inner functions, which are drawn by themselves; f-strings, whose columns Python 3.11 does not know;
    annotations; logging; and what only a type checker runs."""
    if isinstance(node, Function | ast.ClassDef | ast.JoinedStr) or _is_logging(node) or _is_for_types(node):
        return
    yield node
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and name != "annotation":
                yield from _below(child)


def _is_logging(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[0] in ("log", "logging")


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


# -- the operators ------------------------------------------------------------------------------


def negate(node: ast.AST, function: Function, source: str) -> Iterator[Change]:
    tests = [node.test] if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert) else []
    for test in node.ifs if isinstance(node, ast.comprehension) else tests:
        yield from _replaced(test, f"not ({_text(test, source)})")


def compare(node: ast.AST, function: Function, source: str) -> Iterator[Change]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        words = r"not in|is not|[<>=!]=|[<>]|\bin\b|\bis\b"
        yield from _between(node.left, node.comparators[0], source, words, COMPARISONS)


def off_by_one(node: ast.AST, function: Function, source: str) -> Iterator[Change]:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield from _replaced(node, str(node.value + 1))


def junction(node: ast.AST, function: Function, source: str) -> Iterator[Change]:
    if isinstance(node, ast.BoolOp):
        for left, right in zip(node.values, node.values[1:], strict=False):
            yield from _between(left, right, source, r"\band\b|\bor\b", {"and": "or", "or": "and"})


def return_empty(node: ast.AST, function: Function, source: str) -> Iterator[Change]:
    if isinstance(node, ast.Return) and node.value:
        kind = re.split(r"\W", ast.unparse(function.returns), maxsplit=1)[0] if function.returns else ""
        yield from _replaced(node.value, EMPTY.get(kind, "None"))


def drop(node: ast.AST, function: Function, source: str) -> Iterator[Change]:
    if isinstance(node, ast.stmt) and _is_effect(node):
        yield from _replaced(node, "pass")


def _is_effect(node: ast.stmt) -> bool:
    """Not a name that is set: what reads it would not run at all."""
    if isinstance(node, ast.AugAssign | ast.Raise | ast.Continue | ast.Break | ast.Delete):
        return True
    if isinstance(node, ast.Assign):
        return all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and not _is_logging(node.value)


def truth(node: ast.AST, function: Function, source: str) -> Iterator[Change]:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield from _replaced(node, str(not node.value))


def key(node: ast.AST, function: Function, source: str) -> Iterator[Change]:
    for one in _keys(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            text = _text(one, source)
            yield from _replaced(one, f"{text[:-1]}_{text[-1]}")


def _keys(node: ast.AST) -> list[ast.expr | None]:
    if isinstance(node, ast.Dict):
        return node.keys
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in KEYED:
        return [*node.args[:1]]
    return [node.slice] if isinstance(node, ast.Subscript) else []


OPERATORS: dict[str, Operator] = {
    "negate": negate,
    "compare": compare,
    "off by one": off_by_one,
    "and/or": junction,
    "return empty": return_empty,
    "drop": drop,
    "truth": truth,
    "key": key,
}


# -- where it stands ----------------------------------------------------------------------------


def _replaced(node: ast.expr | ast.stmt, text: str) -> Iterator[Change]:
    if node.lineno == node.end_lineno:
        assert node.end_col_offset
        yield Change(node.lineno, node.col_offset, node.end_col_offset, text)


def _between(left: ast.expr, right: ast.expr, source: str, word: str, swap: dict[str, str]) -> Iterator[Change]:
    """The first such word between two expressions on one line."""
    if left.end_lineno == right.lineno and left.end_col_offset:
        gap = source.splitlines()[right.lineno - 1].encode()[left.end_col_offset : right.col_offset]
        if found := re.search(word.encode(), gap):
            at = left.end_col_offset
            yield Change(right.lineno, at + found.start(), at + found.end(), swap[found[0].decode()])


def _text(node: ast.expr, source: str) -> str:
    return ast.get_source_segment(source, node) or ""
