"""Terraform's JSON syntax says what HCL says; and what is no such JSON is named."""

from __future__ import annotations

import json

import pytest

from wrapper.model.errors import ConfigError
from wrapper.terraform import hcl
from wrapper.terraform.json_syntax import parse_blocks, parse_values
from wrapper.terraform.variables import declarations


def test_values_are_literal() -> None:
    text = '{"//": "words", "a": "${x}", "b": {"c": [1, 2.5, null, true]}}'
    assert parse_values(text, "f") == {"a": ("${x}", 0), "b": ({"c": [1, 2.5, None, True]}, 0)}


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ('{\n  "a": ', "f:2", "this is not JSON"),
        ("", "f:1", "this is not JSON"),
        ("[]", "f", "this is not a JSON object"),
        ('{"a": 1, "a": 2}', "f", "a is set twice"),
        ('{"a": {"b": 1, "b": 1}}', "f", "b is set twice"),
        ('{"a": NaN}', "f", "this is not JSON: NaN"),
        ('{"a": -Infinity}', "f", "this is not JSON: -Infinity"),
        ('{"a": 1e400}', "f", "the number 1e400 has more digits"),
        ('{"a": 0.12345678901234567890}', "f", "the number 0.12345678901234567890 has more digits"),
        (f'{{"a": {"9" * 5000}}}', "f", "the number 9999"),
        (f'{{"a": {"[" * 70 + "]" * 70}}}', "f", "nested too deeply"),
        (f'{{"a": {"[" * 100_000}', "f", "nested too deeply"),
        ('{"a": ' * 100_000, "f", "nested too deeply"),
    ],
)
def test_what_is_no_such_json_is_named(text: str, where: str, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_values(text, "f")
    assert error.value.where == where
    assert error.value.message.startswith(words)


HCL = """\
terraform {
  backend "s3" {
    bucket = "b"
  }
}
variable "size" {
  type      = number
  default   = 3
  sensitive = true
  nullable  = false
}
variable "labels" { type = map(string) }
variable "free" {}
output "url" { value = "u" }
"""
JSON = {
    "//": "the same",
    "terraform": {"backend": {"s3": {"bucket": "b"}}},
    "variable": {
        "size": {"type": "number", "default": 3, "sensitive": True, "nullable": False},
        "labels": [{"type": "map(string)"}],
        "free": {},
    },
    "output": [{"url": {"value": "u"}}],
    "resource": {"aws_x": {"y": {"count": "${var.size}"}}},
}


def test_blocks_are_those_of_hcl() -> None:
    text = json.dumps(JSON, indent=2)
    found, wanted = parse_blocks(text, "f"), hcl.parse_blocks(HCL, "f")
    shown = [[(b.kind, b.labels, {k: v for k, (v, _) in b.body.items()}) for b in blocks] for blocks in (found, wanted)]
    values = [sorted((k, la) for k, la, _ in one) for one in shown]
    assert values[0] == values[1]
    backend = next(b for b in found if b.kind == "terraform").blocks[0]
    assert (backend.kind, backend.labels, backend.body["bucket"][0]) == ("backend", ("s3",), "b")
    declared = [declarations([("f", b) for b in blocks]) for blocks in (found, wanted)]
    shown_each = [{n: (v.type, v.required, v.sensitive, v.nullable, v.default) for n, v in d.items()} for d in declared]
    assert shown_each[0] == shown_each[1]


def test_a_block_has_the_line_that_names_it() -> None:
    (block,) = parse_blocks('{\n  "variable": {\n    "size": {}\n  }\n}', "f")
    assert block.line == 3


@pytest.mark.parametrize("text", ['{"variable": "x"}', '{"variable": {"x": 1}}', '{"variable": [1]}'])
def test_a_block_is_an_object(text: str) -> None:
    with pytest.raises(ConfigError, match="is no object"):
        parse_blocks(text, "f")
