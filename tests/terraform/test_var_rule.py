"""Whether the text of a -var is text or an expression: Terraform itself reads each, and what we make of it."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from terraform_in import Terraform

from wrapper.terraform import caller_values, hcl, variables
from wrapper.terraform.commands import tokenize

pytestmark = pytest.mark.terraform
TYPES = {
    "none": "",
    "any": "type = any",
    "string": "type = string",
    "number": "type = number",
    "bool": "type = bool",
    "list": "type = list(any)",
    "bare": "type = list",
    "map": "type = map(string)",
    "object": "type = object({ a = optional(string) })",
}
TEXTS = {
    "none": ("[1,2]", "null", "5", '"x"', "${x}", ""),
    "any": ("[1,2]", "null", "5", "1e3", '"x"', "{ a = [true] }", "\n 5 # five", '"$x %y"', "<<E\n x\nE\n"),
    "string": ("[1,2]", "null", "5", '"x"', "${x}", ""),
    "number": ("5", "007", "1e3", "-1.5"),
    "bool": ("true", "1", "0"),
    "list": ("[1,2]", "null", '["a",\n"b"]'),
    "bare": ("[1,2]",),
    "map": ('{a="x"}', "{ a = 1 }", '{"a b":"x"}'),
    "object": ('{a="x"}', "{}"),
}


def test_text_or_expression(tmp_path: Path) -> None:
    """``ours-*`` comes by our file, its twin by -var."""
    cases = [(f"{kind}-{number}", kind, text) for kind, texts in TEXTS.items() for number, text in enumerate(texts)]
    blocks = {name: f'variable "{name}" {{\n  {TYPES[kind]}\n}}\n' for name, kind, _ in cases}
    ours = "".join(f'variable "ours-{name}" {{\n  {TYPES[kind]}\n}}\n' for name, kind, _ in cases)
    pairs = "".join(f'"{n}" = jsonencode([var.{n}])\n' for name, _, _ in cases for n in (name, f"ours-{name}"))
    root = f"locals {{ all = base64encode(jsonencode({{\n{pairs}}})) }}\n"
    (tmp_path / "main.tf").write_text("".join(blocks.values()) + ours + root)
    typed = [word for name, _, text in cases for word in ("-var", f"{name}={text}")]
    declared = variables.declarations([("v.tf", b) for t in blocks.values() for b in hcl.parse_blocks(t, "v.tf")])
    read = caller_values.read(tokenize(typed), declared)
    file = variables.render_file({f"ours-{name}": value for name, value in read.items()})
    (tmp_path / "zz.auto.tfvars.json").write_bytes(file)
    said = json.loads(base64.b64decode(json.loads(Terraform(tmp_path).run("console", *typed, stdin="local.all\n"))))
    assert {n: said[f"ours-{n}"] for n, _, _ in cases} == {n: said[n] for n, _, _ in cases}


@pytest.mark.parametrize("text", ["abc", "5 6", "", "[1"])
def test_what_terraform_refuses_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "main.tf").write_text('variable "x" {\n  type = any\n}\n')
    with pytest.raises(AssertionError):
        Terraform(tmp_path).run("console", "-var", f"x={text}", stdin="var.x\n")
