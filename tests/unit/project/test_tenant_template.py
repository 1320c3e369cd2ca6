"""Templates: what they may read, and everything they may not do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.model.errors import ConfigError
from wrapper.project.tenant_template import MAXIMUM_SIZE, render
from wrapper.terraform import hcl

CONTEXT = {"tenant": "acme", "stack": "app", "region": "r", "vars": {"domain": "example.com", "list": [1, 2]}}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("", ""),
        ('host = "{{ tenant }}.{{ vars.domain }}"\n', 'host = "acme.example.com"\n'),
        ("{# a word #}a = 1\n", "a = 1\n"),
        ('{% if region == "r" %}a = 1{% else %}a = 2{% endif %}', "a = 1"),
        ("{% for n in vars.list %}p{{ n }} = {{ n }}\n{% endfor %}", "p1 = 1\np2 = 2\n"),
        ("a = {{ 'q\"${x}' | hcl }}", 'a = "q\\"\\u0024{x}"'),
        ("a = {{ vars.list | hcl }}", "a = [1, 2]"),
        ("{{ vars.nope | default('x') }}", "x"),
        ("{{ '<&>' }}", "<&>"),
    ],
)
def test_a_template_is_rendered(template: str, text: str) -> None:
    assert render(template, CONTEXT, "t.j2") == text


@pytest.mark.parametrize(
    ("template", "where", "words"),
    [
        ("a\n{{ nope }}", "t.j2:2", "'nope' is undefined"),
        ("{{ vars.nope }}", "t.j2:1", "has no attribute 'nope'"),
        ("a\nb\n{% for %}", "t.j2:3", "template: "),
        ("{% if x %}", "t.j2:1", "Unexpected end of template"),
        ("{{ 1 | nope }}", "t.j2:1", "No filter named 'nope'"),
        ("{{ ['b'] | map('nope') | list }}", "t.j2:1", "No filter named 'nope'"),
        ("{{ {} | dictsort(by='x') }}", "t.j2:1", "You can only sort by"),
        ("{{ 1 / 0 }}", "t.j2:1", "division by zero"),
        ("{{ 'a' + 1 }}", "t.j2:1", "template: "),
        ("{{ '%s %s' | format('a') }}", "t.j2:1", "not enough arguments"),
        ("{% include 'x' %}", "t.j2:1", "no loader"),
        ("{% macro f() %}{{ f() }}{% endmacro %}\n{{ f() }}", "t.j2:1", "recursion"),
        ("{{ ().__class__ }}", "t.j2:1", "unsafe"),
        ("{{ tenant.__class__.__mro__[1].__subclasses__() }}", "t.j2:1", "unsafe"),
        ("{{ cycler.__init__.__globals__.os }}", "t.j2:1", "unsafe"),
        ("{{ render.__globals__ }}", "t.j2:1", "undefined"),
        ("{{ self.__init__ }}", "t.j2:1", "unsafe"),
        ("{{ ''.format_map({}).__class__ }}", "t.j2:1", "unsafe"),
        ("{{ vars.update({'a': 1}) }}", "t.j2:1", "template: "),
        ("{{ vars.list.append(1) }}", "t.j2:1", "template: "),
        ("{{ range(10 ** 9) }}", "t.j2:1", "Range too big"),
        ("{% for i in range(99999) %}{{ 'x' * 100 }}{% endfor %}", "t.j2", f"more than {MAXIMUM_SIZE} characters"),
    ],
)
def test_what_a_template_may_not_do_has_a_line_and_a_reason(template: str, where: str, words: str) -> None:
    context = {**CONTEXT, "vars": {"domain": "x", "list": [1]}}
    with pytest.raises(ConfigError) as error:
        render(template, context, "t.j2")
    assert (error.value.where, context["vars"]) == (where, {"domain": "x", "list": [1]})
    assert words in error.value.message


def test_one_template_for_many_contexts() -> None:
    template = "{{ tenant }}!"
    assert [render(template, {"tenant": t}, "t") for t in "abc"] == ["a!", "b!", "c!"]
    assert render("other {{ tenant }}", {"tenant": "a"}, "t") == "other a"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_through_the_hcl_filter_is_one_value(text: str) -> None:
    rendered = render("a = {{ vars.a | hcl }}\n", {"vars": {"a": text}}, "t.j2")
    assert {k: v for k, (v, _) in hcl.parse_values(rendered, "f").values.items()} == {"a": text}


@given(st.dictionaries(st.sampled_from("abc"), st.integers() | st.text(max_size=5), max_size=3))
def test_rendering_changes_nothing_that_it_was_given(values: dict[str, Any]) -> None:
    before = dict(values)
    render("{% for k, v in vars.items() %}{{ v }}{% endfor %}", {"vars": values}, "t.j2")
    assert values == before
