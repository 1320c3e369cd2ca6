"""Templates in a child process: its answers, its errors, and the memory and time it may not take.

What a command says of a limit is proved through the whole command line (test_bad_input.py)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from wrapper.model.errors import ConfigError
from wrapper.project import template_process
from wrapper.project.template_process import render_all


def test_each_context_has_its_text() -> None:
    contexts: dict[str, dict[str, Any]] = {name: {"tenant": name, "e": "é\ud800"} for name in ("a", "b")}
    assert render_all("{{ tenant }} {{ e }}", contexts, "t.j2") == {"a": "a é\ud800", "b": "b é\ud800"}
    assert render_all("x", {}, "t.j2") == {}


def test_an_answer_larger_than_a_pipe_comes_whole() -> None:
    contexts = {str(n): {"n": n} for n in range(20)}
    texts = render_all("{{ 'x' * 50000 }}{{ n }}", contexts, "t.j2")
    assert texts == {str(n): "x" * 50000 + str(n) for n in range(20)}


@pytest.mark.parametrize(
    ("template", "where", "message"),
    [
        ("\n{{ nope }}", "t.j2:2", "template: 'nope' is undefined"),
        ("{{ 'x' * 10 ** 9 }}", "t.j2", "template: it took more than 256 MiB of memory"),
        (
            "{% set a = 'x' * 10 ** 7 %}{{ ((a ~ a) * 20) | length }}",
            "t.j2",
            "template: it took more than 256 MiB of memory",
        ),
        ("{{ [0] * 10 ** 9 }}", "t.j2", "template: it took more than 256 MiB of memory"),
    ],
)
def test_what_goes_wrong_in_the_child_is_said_here(template: str, where: str, message: str) -> None:
    error: object = None
    try:
        error = render_all(template, {"acme": {}}, "t.j2")["acme"]
    except ConfigError as raised:
        error = raised
    assert isinstance(error, ConfigError)
    assert error.where.startswith(where)
    assert error.message == message


def test_a_loop_without_an_end_ends() -> None:
    loop = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
    with pytest.raises(ConfigError, match="template: it took more than 1 s of processor time"):
        render_all(loop, {"a": {}}, "t.j2", start=1)
    assert template_process.SECONDS == 5


def test_one_that_cannot_be_rendered_is_an_answer_beside_the_others() -> None:
    found = render_all("{{ n + 1 }}", {"a": {"n": 1}, "b": {}, "c": {"n": 2}}, "t.j2")
    assert (found["a"], found["c"]) == ("2", "3")
    assert isinstance(found["b"], ConfigError)


def children() -> set[str]:
    """Processes whose parent is this one, ended ones that nobody waited for included."""
    stats = (stat_of(f) for f in Path("/proc").glob("[0-9]*/stat"))
    return {pid for pid, parent in stats if parent == str(os.getpid())}


def stat_of(file: Path) -> tuple[str, str]:
    try:
        text = file.read_text()
    except OSError:  # it ended while we looked
        return "", ""
    return text.split()[0], text.rpartition(")")[2].split()[1]


def test_no_child_is_left_and_ours_is_unlimited() -> None:
    import resource

    before, mine = resource.getrlimit(resource.RLIMIT_AS), children()
    with pytest.raises(ConfigError):
        render_all("{{ 'x' * 10 ** 9 }}", {"a": {}}, "t.j2")
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert children() == mine
