"""HCL text -> plain data with line numbers. The only room that knows python-hcl2.

Knows no file and no Terraform meaning. Values are data: a string is taken as written, so ``${...}``
and ``$${...}`` inside it stay those characters (Terraform would read them otherwise in a .tfvars file).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..model.errors import ConfigError
from .exact_number import exact

Value = Any  # str | int | float | bool | None | list[Value] | dict[str, Value]
Located = dict[str, tuple[Value, int]]  # key -> (value, line)
KeyLines = Mapping[str, Sequence[Any]]  # of a map: key -> its line, and the KeyLines of what it holds

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
# Patterns are compiled where they are used: most starts find what they read parsed before.
_ESCAPE = r"(?s)\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))"
_QUOTED_KEY = r'"([A-Za-z_][\w-]*)"(?=\s*=)'
# python-hcl2 pairs an escaped `$${` with the next `}`, be it in another string; so it never sees one.
_ESCAPED = r"([$%])\1(?=\{)"
_TEMPLATE = r"[$%]\{"
# A line of most files of settings: a name and a text, a bool or a number, in nothing but ASCII. The words are those of HCL.
_PLAIN_LINE = (
    r"(?a)[ \t]*(?:(?!(?:true|false|null|for|in|if|else|endif|endfor)\b)([A-Za-z_][\w-]*)[ \t]*=[ \t]*"
    r'(?:"([ !#&-\[\]-~]*)"|(true|false)|(0|[1-9]\d{0,14})))?[ \t]*(?:(?:#|//)[ -~\t]*)?'
)
MAXIMUM_DEPTH = 60
# Go's unicode.IsSpace.
_BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
# A number as a key is a number to Terraform, which writes 007, 1.50 and 1e3 in another way.
_NAME_AS_KEY = r"(?a)[^\W\d][\w-]*|0|-?[1-9]\d{0,99}"


class Block(NamedTuple):
    """One block: ``variable "x" { ... }``. ``body`` maps attribute names to (value, line);
    an attribute that is not literal holds an :class:`Expression`."""

    kind: str
    labels: tuple[str, ...]
    body: dict[str, tuple[Any, int]]
    blocks: tuple[Block, ...]
    line: int


class Expression(NamedTuple):
    """An expression that was not evaluated: its source text."""

    text: str


class Assignments(NamedTuple):
    """What a file of literal values holds; ``quoted`` are the lines whose key stood in quotes, ``templates`` those of text that
    Terraform would read otherwise, ``escaped`` those of them with ``$${`` or ``%%{``; ``lines``: where the keys of each map
    stand."""

    values: Located
    quoted: tuple[int, ...] = ()
    templates: tuple[int, ...] = ()
    escaped: tuple[int, ...] = ()
    lines: Mapping[str, KeyLines] = {}


def parse_values(text: str, where: str) -> Assignments:
    """Literal ``key = value`` lines (a .tfvars file). Raises ConfigError with ``where:line``."""
    tree, text, quoted = _tree(text, where)
    values: Located = {}
    lines: dict[str, KeyLines] = {}
    for node in _statements(tree):
        line = node.meta.line
        if node.data != "attribute":
            raise ConfigError(
                "a block does not belong in a file of values", where=f"{where}:{line}", hint="write `name = { ... }`"
            )
        name = _text(node.children[0])
        if name in values:
            raise ConfigError(
                f"{name} is set twice (first in line {values[name][1]})",
                where=f"{where}:{line}",
                hint="keep one of the two lines",
            )
        values[name] = (_literal(node.children[-1], text, where), line)
        if isinstance(values[name][0], dict):
            lines[name] = _key_lines(node.children[-1], text, where)
    templates, escaped = (_lines_with(sign, tree, text) for sign in (_TEMPLATE, _ESCAPED))
    return Assignments(values, quoted, templates, escaped, lines)


def plain_values(text: str) -> Assignments | None:
    """The same of a file that holds nothing but plain lines; None of any other. python-hcl2 takes a tenth of a second to be
    imported, and such a file needs none of it."""
    values: Located = {}
    for number, line in enumerate(text.split("\n"), 1):
        found = re.fullmatch(_PLAIN_LINE, line)
        if found is None or found[1] in values:
            return None
        name, words, boolean, digits = found.groups()
        if name:
            values[name] = (words if words is not None else boolean == "true" if boolean else int(digits), number)
    return Assignments(values)


def _lines_with(sign: str, tree: Any, text: str) -> tuple[int, ...]:
    """Where a text begins that has the sign in it."""
    if re.search(sign, text) is None:
        return ()
    nodes = (n for n in tree.iter_subtrees() if n.data in _TEXTS)
    return tuple(sorted({n.meta.line for n in nodes if re.search(sign, _source(n, text))}))


def parse_blocks(text: str, where: str) -> tuple[Block, ...]:
    """The blocks of a .tf file. Raises ConfigError with ``where:line``."""
    try:
        return _blocks(text)
    except ConfigError as error:
        raise ConfigError(error.message, where=where + error.where, hint=error.hint) from None


@functools.lru_cache(maxsize=512)
def _blocks(text: str) -> tuple[Block, ...]:
    """The same text may stand below several names, and in two revisions of a project. An error begins with ``:line``."""
    tree, text, _ = _tree(text, "")
    return tuple(_block(n, text, "") for n in _statements(tree) if n.data == "block")


def quote(value: object) -> str:
    """A string as an HCL literal, so that a template may put any text between quotes safely."""
    import json

    literal = re.sub(r"(\\\\)|\\([bf])", _long_escape, json.dumps(value, ensure_ascii=False))
    return re.sub(r"[$%](?=\{)", lambda sign: f"\\u{ord(sign[0]):04x}", literal)  # HCL asks for the end of a template


def _long_escape(match: re.Match[str]) -> str:
    """JSON has short escapes for backspace and form feed; HCL has none."""
    return match.group(1) or {"b": "\\u0008", "f": "\\u000c"}[match.group(2)]


# -- reading the tree -------------------------------------------------------------------------


def _tree(text: str, where: str) -> tuple[Any, str, tuple[int, ...]]:
    """Parse, and where a statement's key stands in quotes (an older dialect) take the quotes off."""
    import hcl2
    from lark.exceptions import UnexpectedInput, UnexpectedToken

    quoted: list[int] = []
    text = text.removeprefix("\ufeff")
    while True:
        try:
            return hcl2.parses_to_tree(re.sub(_ESCAPED + r"\{", r"\1\1(", text)), text, tuple(quoted)
        except UnexpectedInput as error:
            bare = _unquote(text, error) if isinstance(error, UnexpectedToken) else None
            if bare is None:
                raise _broken(error, text, where) from None
            quoted.append(error.line)
            text = bare
        except RecursionError:
            raise ConfigError("nested too deeply", where=where) from None


def _unquote(text: str, error: Any) -> str | None:
    if error.token.type != "DBLQUOTE":
        return None
    start = error.token.start_pos
    key = re.compile(_QUOTED_KEY).match(text, start)
    at_line_start = text[:start].rpartition("\n")[2].strip() == ""
    if key is None or not at_line_start:
        return None
    return text[:start] + key.group(1) + "  " + text[key.end() :]


def _broken(error: Any, text: str, where: str) -> ConfigError:
    line = error.line if isinstance(error.line, int) and error.line > 0 else text.count("\n") + 1
    lines = text.splitlines()
    shown = lines[line - 1].strip() if 0 < line <= len(lines) else "end of file"
    return ConfigError(
        f"this is not HCL: {shown[:120]}",
        where=f"{where}:{line}",
        hint="a bracket, quote or comma before this point is missing or one too many",
    )


def _statements(tree: Any) -> Iterator[Any]:
    body = tree.children[0] if tree.data == "start" else tree
    for node in body.children:
        if getattr(node, "data", None) in ("attribute", "block"):
            yield node


def _block(node: Any, text: str, where: str) -> Block:
    heads = [c for c in node.children if getattr(c, "data", None) in ("identifier", "string")]
    body = next(c for c in node.children if getattr(c, "data", None) == "body")
    kind, *labels = (_label(h) for h in heads)
    return _body(kind, tuple(labels), body, node.meta.line, text, where)


def _body(kind: str, labels: tuple[str, ...], body: Any, line: int, text: str, where: str) -> Block:
    attributes: dict[str, tuple[Any, int]] = {}
    blocks = []
    for node in _statements(body):
        if node.data == "block":
            blocks.append(_block(node, text, where))
        else:
            name = _text(node.children[0])
            attributes[name] = (_value(node.children[-1], text, where), node.meta.line)
    return Block(kind, labels, attributes, tuple(blocks), line)


def _value(node: Any, text: str, where: str) -> Any:
    """Of a .tf file: code, which Terraform reads itself."""
    try:
        return _unescaped(_literal(node, text, where))
    except ConfigError:
        return Expression(_source(node, text).strip())


def _unescaped(value: Value) -> Value:
    """As Terraform reads it: ``$${`` is ``${``."""
    if isinstance(value, dict):
        return {re.sub(_ESCAPED, r"\1", key): _unescaped(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_unescaped(one) for one in value]
    return re.sub(_ESCAPED, r"\1", value) if isinstance(value, str) else value


def _literal(node: Any, text: str, where: str, depth: int = 0) -> Value:
    if depth > MAXIMUM_DEPTH:
        raise ConfigError("nested too deeply", where=f"{where}:{node.meta.line}")
    if node.data == "expr_term":
        inner = [c for c in node.children if getattr(c, "data", None) not in (None, "new_line_or_comment")]
        if len(inner) == 1 and inner[0].data in _LITERALS:
            return _LITERALS[inner[0].data](inner[0], text, where, depth)
    if node.data == "unary_op" and _source(node, text).startswith("-"):
        number = _literal(node.children[-1], text, where, depth + 1)
        if isinstance(number, int | float) and not isinstance(number, bool):
            return -number
    raise ConfigError(
        f"a literal value is needed, not the expression {_source(node, text)[:80]!r}",
        where=f"{where}:{node.meta.line}",
        hint="values are data: put text in quotes, and compute in the stack's Terraform code or template",
    )


def _string(node: Any, text: str, where: str, depth: int) -> str:
    raw = _source(node, text)[1:-1]
    return re.sub(_ESCAPE, lambda m: _unescape(m, where, node.meta.line), raw)


def _unescape(match: re.Match[str], where: str, line: int) -> str:
    short, long, one = match.groups()
    if one is not None:
        if one not in _ESCAPES:
            raise ConfigError(
                f"\\{one} is no escape in a string", where=f"{where}:{line}", hint="write \\\\ for one backslash"
            )
        return _ESCAPES[one]
    code = int(short or long, 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise ConfigError(f"{match.group()} is no character", where=f"{where}:{line}")
    return chr(code)


def _heredoc(node: Any, text: str, where: str, depth: int) -> str:
    """Its lines as they stand, line ends too: only a line feed ends a line, as in Terraform."""
    first, *lines, last = _source(node, text).removesuffix("\n").split("\n")
    marker = last.strip()
    if last.rstrip("\r").strip(" \t") != marker or marker in (line.strip() for line in lines):
        raise ConfigError(
            f"blanks beside the end of a heredoc, {marker}",
            where=f"{where}:{node.meta.line}",
            hint=f"end it with a line that holds {marker} alone",
        )
    if first.startswith("<<-"):
        lines = _unindented(lines)
    return "".join(s + "\n" for s in lines)


def _unindented(lines: list[str]) -> list[str]:
    """Without the indentation that they share; a line of blanks has none, and keeps its blanks."""
    # https://github.com/hashicorp/hcl/blob/main/hclsyntax/parser_template.go (flushHeredocTemplateParts)
    filled = [bool(line.strip(_BLANKS)) for line in lines]
    margins = (len(s) - len(s.lstrip(_BLANKS)) for s, full in zip(lines, filled, strict=True) if full)
    margin = min(margins, default=0)
    return [s[margin:] if full else s for s, full in zip(lines, filled, strict=True)]


def _number(node: Any, text: str, where: str, depth: int) -> int | float:
    return exact(_source(node, text), f"{where}:{node.meta.line}")


def _keyword(node: Any, text: str, where: str, depth: int) -> bool | None:
    return {"true": True, "false": False, "null": None}[_source(node, text)]


def _tuple(node: Any, text: str, where: str, depth: int) -> list[Value]:
    skip = (None, "new_line_or_comment")
    return [_literal(c, text, where, depth + 1) for c in node.children if getattr(c, "data", None) not in skip]


def _object(node: Any, text: str, where: str, depth: int) -> dict[str, Value]:
    import unicodedata

    result: dict[str, Value] = {}
    lines: dict[str, int] = {}
    for element in _elements(node):
        key, line = _key(element.children[0], text, where), element.meta.line
        first = lines.setdefault(unicodedata.normalize("NFC", key), line)  # as Terraform compares texts
        if len(lines) == len(result):
            raise ConfigError(
                f"{key} is set twice (first in line {first})", where=f"{where}:{line}", hint="keep one of the two"
            )
        result[key] = _literal(element.children[-1], text, where, depth + 1)
    return result


def _elements(node: Any) -> Iterator[Any]:
    return (c for c in node.children if getattr(c, "data", None) == "object_elem")


def _key_lines(node: Any, text: str, where: str) -> KeyLines:
    """Of a literal that is a map, at every depth; {} of any other."""
    maps = [c for c in node.children if getattr(c, "data", None) == "object"] if node.data == "expr_term" else []
    elements = [e for one in maps for e in _elements(one)]
    found = {}
    for element in elements:
        inner = _key_lines(element.children[-1], text, where)
        found[_key(element.children[0], text, where)] = [element.meta.line, inner]
    return found


def _key(node: Any, text: str, where: str) -> str:
    raw = _source(node, text).strip()
    if raw.startswith('"'):
        return re.sub(_ESCAPE, lambda m: _unescape(m, where, node.meta.line), raw[1:-1])
    if re.fullmatch(_NAME_AS_KEY, raw):
        return raw
    raise ConfigError(
        f"a key is a name or a quoted string, not {raw[:60]!r}",
        where=f"{where}:{node.meta.line}",
        hint="put the key in quotes",
    )


_TEXTS = ("string", "heredoc_template", "heredoc_template_trim")
_LITERALS = {
    "string": _string,
    "heredoc_template": _heredoc,
    "heredoc_template_trim": _heredoc,
    "int_lit": _number,
    "float_lit": _number,
    "literal_value": _keyword,
    "tuple": _tuple,
    "object": _object,
}


def _source(node: Any, text: str) -> str:
    return text[node.meta.start_pos : node.meta.end_pos]


def _label(node: Any) -> str:
    return _text(node) if node.data == "identifier" else "".join(_text(c) for c in node.children[1:-1])


def _text(node: Any) -> str:
    return str(node) if not hasattr(node, "children") else "".join(_text(c) for c in node.children)
