"""No value differs from Terraform's in what both read: one Terraform reads each text itself, and what we make of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from terraform_in import Terraform
from values_as_written import FILES, LINES, TYPED

from wrapper.model.nouns import ResolvedValue
from wrapper.terraform import hcl, json_syntax
from wrapper.terraform.variables import render_file

pytestmark = pytest.mark.terraform


def compared(folder: Path, types: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Of each variable Terraform's own reading, and what it reads in our file, both as JSON."""
    declared = (f'variable "{n}" {{\n  type = {types[n.removeprefix("ours-")]}\n}}\n' for n in named(types))
    pairs = "".join(f'"{name}" = jsonencode([var.{name}])\n' for name in named(types))
    (folder / "main.tf").write_text("".join(declared) + f"locals {{ all = base64encode(jsonencode({{\n{pairs}}})) }}\n")
    said = Terraform(folder).run("console", stdin="local.all\n")
    found = json.loads(base64.b64decode(json.loads(said)))
    return {name: (found[name], found[f"ours-{name}"]) for name in types}


def named(names: Iterable[str]) -> list[str]:
    return [name for one in names for name in (one, f"ours-{one}")]


def write_ours(folder: Path, found: Mapping[str, tuple[hcl.Value, int]]) -> None:
    values = {f"ours-{name}": ResolvedValue(value, "") for name, (value, _) in found.items()}
    (folder / "ours.auto.tfvars.json").write_bytes(render_file(values))


def test_each_value_of_files_as_they_are_written(tmp_path: Path) -> None:
    found: hcl.Located = {}
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(text.encode())
        parse = json_syntax.parse_values if name.endswith(".json") else lambda t, w: hcl.parse_values(t, w).values
        values = parse(text, name)
        assert not found.keys() & values.keys() and values
        found |= values
    write_ours(tmp_path, found)
    different = {n: v for n, v in compared(tmp_path, dict.fromkeys(found, "any")).items() if v[0] != v[1]}
    assert different == {}


def test_each_form_of_a_value(tmp_path: Path) -> None:
    names = {f"v{number}": text for number, text in enumerate(LINES)}
    found: hcl.Located = {}
    for name, text in names.items():
        whole = f"{name} = {text}\n".encode()
        (tmp_path / f"{name}.auto.tfvars").write_bytes(whole)
        found |= hcl.parse_values(whole.decode(), name).values
    write_ours(tmp_path, found)
    different = {names[n]: v for n, v in compared(tmp_path, dict.fromkeys(names, "any")).items() if v[0] != v[1]}
    assert different == {}


def test_each_value_becomes_what_its_type_says(tmp_path: Path) -> None:
    names = {f"v{number}": one for number, one in enumerate(TYPED)}
    text = "".join(f"{name} = {value}\n" for name, (_, value) in names.items())
    (tmp_path / "theirs.auto.tfvars").write_text(text)
    write_ours(tmp_path, hcl.parse_values(text, "theirs").values)
    types = {name: kind for name, (kind, _) in names.items()}
    different = {names[n]: v for n, v in compared(tmp_path, types).items() if v[0] != v[1]}
    assert different == {}
