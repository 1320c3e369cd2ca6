"""HCL text -> plain data with lines; and what is no HCL, with the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.model.errors import ConfigError
from wrapper.terraform import hcl

ROOT = Path(__file__).resolve().parents[3]


def values(text: str) -> dict[str, Any]:
    return {k: v for k, (v, _) in hcl.parse_values(text, "f").values.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("# only words\n", {}),
        ("a = 1\nb = 2.5\nc = 1e3\nd = -4\ne = - 1.5", {"a": 1, "b": 2.5, "c": 1000.0, "d": -4, "e": -1.5}),
        ("a = true\nb = false\nc = null", {"a": True, "b": False, "c": None}),
        ('a = ""\nb = "x"', {"a": "", "b": "x"}),
        (r'a = "q\" b\\ n\n t\t r\r"', {"a": 'q" b\\ n\n t\t r\r'}),
        (r'a = "\u00e9\U0001F600"', {"a": "é😀"}),
        ('a = "${1 + 1} %{ if x }y%{ endif }"', {"a": "${1 + 1} %{ if x }y%{ endif }"}),
        ('a = "$${x} %%{y} $$$ % $"', {"a": "$${x} %%{y} $$$ % $"}),
        ("a = []\nb = [1, 2,]\nc = [\n  1, # one\n  [2],\n]", {"a": [], "b": [1, 2], "c": [1, [2]]}),
        (
            'a = {}\nb = { x = 1, "y z" = 2 }\nc = {\n  x : 1\n  y = { z = [] }\n}',
            {"a": {}, "b": {"x": 1, "y z": 2}, "c": {"x": 1, "y": {"z": []}}},
        ),
        ('a = { "q\\"$${x}" = 1 }', {"a": {'q"$${x}': 1}}),
        ("a = <<E\nline \\n ${x}\n\n  two\nE\n", {"a": "line \\n ${x}\n\n  two\n"}),
        ("a = <<-E\n    one\n      two\n    E\n", {"a": "one\n  two\n"}),
        ("a = <<E\n$${x}\nE\n", {"a": "$${x}\n"}),
        ("a = <<-E\n  x\n   \n  y\n  E\n", {"a": "x\n   \ny\n"}),
        ("a = <<-E\n  x\n \n\n    y\n  E\n", {"a": "x\n \n\n  y\n"}),
        ("a = <<E\r\nx\r\n\r\ny\r\nE\r\nb = 1\r\n", {"a": "x\r\n\r\ny\r\n", "b": 1}),
        ("a = <<-E\r\n  x\r\n  y\r\n  E\r\n", {"a": "x\r\ny\r\n"}),
        ("a = <<E\nx\x0by\x0cz\x1cq\x85t\u2028u\u2029v\nE\n", {"a": "x\x0by\x0cz\x1cq\x85t\u2028u\u2029v\n"}),
        ("a = { 12 = 1, -5 = 2, 0 = 3 }", {"a": {"12": 1, "-5": 2, "0": 3}}),
        ('a = "$${"\nb = "}"\nc = "%%{"', {"a": "$${", "b": "}", "c": "%%{"}),
        ("service1-build = 90", {"service1-build": 90}),
        ("\ufeffa = 1\r\nb = 2\r\n", {"a": 1, "b": 2}),
        ("a = 1 // one\n/* two\n */ b = 2 # three", {"a": 1, "b": 2}),
    ],
)
def test_values_are_data(text: str, expected: dict[str, Any]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "templates", "escaped"),
    [
        ('a = "${x}"\nb = "$${x}"\nc = <<E\n%%{x}\nE\n', (1, 2, 3), (2, 3)),
        ('a = "$$"\n# "$${x}"\nb = "%"', (), ()),
    ],
)
def test_text_that_terraform_reads_otherwise_is_known(
    text: str, templates: tuple[int, ...], escaped: tuple[int, ...]
) -> None:
    found = hcl.parse_values(text, "f")
    assert (found.templates, found.escaped) == (templates, escaped)


def test_code_is_read_as_terraform_reads_it() -> None:
    text = 'variable "x" {\n  default = { "$${k}" = ["%%{v}", "${x}"] }\n  description = <<E\n$${d}\nE\n}\n'
    (block,) = hcl.parse_blocks(text, "f.tf")
    assert block.body["default"][0] == {"${k}": ["%{v}", "${x}"]}
    assert block.body["description"][0] == "${d}\n"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [('"a" = 1\nb = 2\n"c-d" = "x"\n', (1, 3)), ('a = {\n  "b" = 1\n}\n', ()), ("a = 1", ())],
)
def test_quoted_keys_of_old_are_read_and_counted(text: str, quoted: tuple[int, ...]) -> None:
    found = hcl.parse_values(text, "f")
    assert found.quoted == quoted
    assert '"' not in "".join(found.values)


def test_every_value_knows_its_line() -> None:
    found = hcl.parse_values("# one\na = 1\n\nb = {\n  x = 1\n}\nc = 3\n", "f")
    assert {k: line for k, (_, line) in found.values.items()} == {"a": 2, "b": 4, "c": 7}


DEEP = "[" * 70 + "]" * 70
VERY_DEEP = "[" * 5000 + "]" * 5000


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("a = 1\nb = [1,", "f:2", "this is not HCL: b = [1,"),
        ("a = 1\nb = }\n", "f:2", "this is not HCL: b = }"),
        ('a = "x\nb = 1\n', "f:1", "this is not HCL"),
        ("a = 'x'", "f:1", "this is not HCL"),
        ("a", "f:1", "this is not HCL"),
        ('{"a": 1}', "f:1", "this is not HCL"),
        ("x = { a = 1 } }", "f:1", "this is not HCL"),
        ('a = "b" "c" = 1', "f:1", "this is not HCL"),
        ("block {\n}\n", "f:1", "a block does not belong in a file of values"),
        ("a = 1\n\na = 2", "f:3", "a is set twice (first in line 1)"),
        ("a = {\n  b = 1\n  b = 2\n}", "f:3", "b is set twice"),
        ("a = 1\nb = var.x", "f:2", "a literal value is needed, not the expression 'var.x'"),
        ("a = [1, 1 + 1]", "f:1", "a literal value is needed"),
        ('a = file("/etc/passwd")', "f:1", "a literal value is needed"),
        ("a = tru", "f:1", "a literal value is needed"),
        ("a = -true", "f:1", "a literal value is needed"),
        ("a = !true", "f:1", "a literal value is needed"),
        ("a = { (b) = 1 }", "f:1", "a key is a name or a quoted string, not '(b)'"),
        ("a = 1e400", "f:1", "the number 1e400 has more digits than are kept"),
        ("a = [\n1,\n0.12345678901234567890]", "f:3", "the number 0.12345678901234567890 has more digits"),
        (f"a = {'9' * 5000}", "f:1", "the number 99999"),
        ("a = { 007 = 1 }", "f:1", "a key is a name or a quoted string, not '007'"),
        ("a = { 1.50 = 1 }", "f:1", "a key is a name or a quoted string, not '1.50'"),
        ("a = { 1e3 = 1 }", "f:1", "a key is a name or a quoted string, not '1e3'"),
        ('a = {\n  "\u00e9" = 1\n  "e\u0301" = 2\n}', "f:3", "e\u0301 is set twice (first in line 2)"),
        ("a = <<E\nx\nE  \nb = <<E\ny\nE\n", "f:1", "blanks beside the end of a heredoc, E"),
        ("a = <<E\nx\n\x1cE\n", "f:1", "blanks beside the end of a heredoc, E"),
        ('a = "\\q"', "f:1", "\\q is no escape in a string"),
        ('a = 1\nb = "\\ud800"', "f:2", "\\ud800 is no character"),
        ('a = "\\UFFFFFFFF"', "f:1", "\\UFFFFFFFF is no character"),
        (f"a = {DEEP}", "f:1", "nested too deeply"),
        (f"a = {VERY_DEEP}", "f", "nested too deeply"),
    ],
)
def test_what_is_no_data_has_a_line_and_a_reason(text: str, where: str, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        hcl.parse_values(text, "f")
    assert error.value.where.startswith(where)
    assert error.value.message.startswith(words)


TERRAFORM = """\
terraform {
  required_version = ">= 1.11"
  backend "s3" {
    bucket = "b"
  }
}

variable "size" {
  type    = map(object({ a = string }))
  default = -1
  validation {
    condition = var.size > 0
  }
}
output "url" { value = "http://${local.x}" }
"""


def test_blocks() -> None:
    terraform, variable, output = hcl.parse_blocks(TERRAFORM, "f")
    assert (terraform.kind, terraform.labels, terraform.line) == ("terraform", (), 1)
    assert terraform.body == {"required_version": (">= 1.11", 2)}
    assert [(b.kind, b.labels, b.body, b.line) for b in terraform.blocks] == [
        ("backend", ("s3",), {"bucket": ("b", 4)}, 3)
    ]
    assert (variable.labels, variable.line) == (("size",), 8)
    assert variable.body["type"] == (hcl.Expression("map(object({ a = string }))"), 9)
    assert variable.body["default"] == (-1, 10)
    assert variable.blocks[0].body["condition"] == (hcl.Expression("var.size > 0"), 12)
    assert output.body["value"] == ("http://${local.x}", 15)


def test_old_blocks_with_bare_labels_and_quoted_attributes() -> None:
    (block,) = hcl.parse_blocks('resource aws_x "y" {\n  "name" = "z"\n}\n', "f")
    assert (block.kind, block.labels, block.body) == ("resource", ("aws_x", "y"), {"name": ("z", 2)})


def test_broken_blocks_have_a_line() -> None:
    with pytest.raises(ConfigError) as error:
        hcl.parse_blocks('variable "a" {\n  type = \n}\n', "f")
    assert error.value.where == "f:2"


# Half of a surrogate pair is no character, and no text that UTF-8 can hold.
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
TRICKY = st.text(st.sampled_from('"\\${}%\n\r\t\b\f\x00\x7f\u2028é😀u0a <-E#/*'), max_size=12)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
DATA = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT | TRICKY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT | TRICKY, inner, max_size=3),
    max_leaves=8,
)


@given(TEXT | TRICKY)
def test_a_quoted_string_is_read_back_as_it_was(text: str) -> None:
    assert values(f"a = {hcl.quote(text)}\n") == {"a": text}


@given(DATA)
def test_quoted_data_is_read_back_as_it_was(data: Any) -> None:
    assert values(f"a = {hcl.quote(data)}\n") == {"a": data}


@given(st.text(max_size=60) | TRICKY)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        hcl.parse_values(text, "f")
    except ConfigError as error:
        assert error.where.startswith("f")


def test_the_lines_of_keys_at_every_depth() -> None:
    text = 'a = 1\nm = {\n  x = {\n    "y z" = [{ q = 1 }], w = 2\n  }\n  n = null }\ne = {}\n'
    lines = hcl.parse_values(text, "f").lines
    assert lines == {"m": {"x": [3, {"y z": [4, {}], "w": [4, {}]}], "n": [6, {}]}, "e": {}}


def test_blank_is_what_go_calls_a_space() -> None:
    """Python also takes the four separators of ASCII for spaces (docs.python.org/3/library/stdtypes.html#str.isspace)."""
    spaces = {chr(code) for code in range(0x110000) if chr(code).isspace()}
    assert set(hcl._BLANKS) == spaces - set("\x1c\x1d\x1e\x1f")


def test_a_text_is_read_once_and_an_error_names_the_file_it_is_read_from() -> None:
    text = 'variable "read_once" {}\n'
    assert hcl.parse_blocks(text, "a.tf") is hcl.parse_blocks(text, "b.tf")
    for name in ("a.tf", "b.tf"):
        with pytest.raises(ConfigError) as error:
            hcl.parse_blocks('variable "a" {\n  type = \n}\n', name)
        assert error.value.where == f"{name}:2"


PLAIN = st.sampled_from(
    [
        *(
            'a = "x"',
            " b=1",
            "c\t= true # no",
            "d = false//x",
            "",
            "# words",
            "  // é",
            'e = "é"',
            'f = "${x}"',
            'g = "$x"',
        ),
        *(
            'h = "\\n"',
            "a = 0",
            "j = 007",
            "k = 1.5",
            "l = -1",
            "m = [1]",
            "n {",
            "}",
            'o = "#"',
            "p = 1 2",
            "true = 1",
        ),
        *(
            'q-r = "a b"',
            "null = 1",
            "for = 1",
            "in = true",
            "s = null",
            't = "%%{x}"',
            "u = 12345678901234567890",
            "v = x",
        ),
        *(
            "w : 1",
            '"x" = 1',
            "y = 1 /* z */",
            "z = 1,",
            "\r",
            "a-1 = 2",
            "_b = 3",
            "9c = 4",
            'd = "',
            "e = 0x1",
            "if = 2",
        ),
    ]
)


@given(st.lists(PLAIN, max_size=6).map("\n".join))
def test_plain_lines_are_read_as_all_lines_are(text: str) -> None:
    plain = hcl.plain_values(text)
    assert plain is None or plain == hcl.parse_values(text, "f")


@given(st.text(st.sampled_from('a1_-= "#/\t\n$%{\\}tru'), max_size=24))
def test_whatever_is_taken_for_plain_is_read_as_all_text_is(text: str) -> None:
    plain = hcl.plain_values(text)
    assert plain is None or plain == hcl.parse_values(text, "f")


def test_most_settings_are_plain() -> None:
    files = [*ROOT.glob("config/*/*/stack.hcl"), *ROOT.glob("config/*/*/backend.tfvars")]
    assert len(files) > 10 and all(hcl.plain_values(file.read_text()) for file in files)
