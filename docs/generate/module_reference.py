"""Inputs and outputs of a Terraform module as Markdown, from its code."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import aws_names

from wrapper.terraform import hcl


def reference(folder: Path) -> str:
    """Required inputs first, then the optional ones, then the outputs; each in the order of the code. Then AWS's names of them."""
    blocks = [b for file in sorted(folder.glob("*.tf")) for b in hcl.parse_blocks(file.read_text(), str(file))]
    inputs = [b for b in blocks if b.kind == "variable"]
    required = [b for b in inputs if "default" not in b.body]
    optional = [b for b in inputs if "default" in b.body]
    outputs = [f"- `{b.labels[0]}`: {_description(b)}" for b in blocks if b.kind == "output"]
    names = ["## What AWS calls the inputs", table] if (table := aws_names.table(folder)) else []
    return "\n\n".join(["## Inputs", *_inputs([*required, *optional]), "## Outputs", "\n".join(outputs), *names])


def _inputs(blocks: Iterable[hcl.Block]) -> Iterable[str]:
    for block in blocks:
        kind = _source(block, "type")
        default = f"default `{_default(block)}`" if "default" in block.body else "**required**"
        long = "\n" in kind
        yield f"### `{block.labels[0]}`\n\n{_description(block)}\n\n" + (
            f"{default[0].upper()}{default[1:]}. Its type:\n\n```hcl\n{kind}\n```" if long else f"`{kind}`, {default}"
        )


def _description(block: hcl.Block) -> str:
    return textwrap.dedent(str(block.body["description"][0])).strip()


def _source(block: hcl.Block, name: str) -> str:
    """An expression as its author's formatter left it, moved to the margin."""
    value, _ = block.body.get(name, ("any", 0))
    first, _, rest = (value.text if isinstance(value, hcl.Expression) else str(value)).partition("\n")
    return f"{first}\n{textwrap.dedent(_with_margin(rest))}".strip() if rest else first


def _with_margin(text: str) -> str:
    """The block's own indentation is two; what is nested keeps the rest."""
    return "\n".join(line[2:] if line.startswith("  ") else line for line in text.splitlines())


def _default(block: hcl.Block) -> str:
    value, _ = block.body["default"]
    return " ".join(value.text.split()) if isinstance(value, hcl.Expression) else literal(value)


def literal(value: Any) -> str:
    """A value as HCL on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {literal(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(literal(v) for v in value)}]"
    if isinstance(value, str):
        return _code(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_][\w-]*", name) else _code(name)


def _code(text: str) -> str:
    """Text as it stands in a .tf file, where ``$${`` is ``${``."""
    return re.sub(r"(?<!\\)\\u002([45])(?=\{)", lambda found: {"4": "$$", "5": "%%"}[found[1]], hcl.quote(text))
