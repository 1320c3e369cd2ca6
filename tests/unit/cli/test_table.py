"""A table fits the terminal, loses nothing, and shows in colour where something is wrong."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from wrapper.cli.table import fitted, plain

HEAD = ("variable", "value", "from")
CELL = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=60)


def test_elsewhere_columns_are_as_wide_as_what_they_hold() -> None:
    assert plain(("name", "n"), [("long one", 1), ("b", None)]) == ["NAME      N", "long one  1", "b         None"]
    assert plain(("name",), []) == ["NAME"]


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=5), st.integers(21, 120))
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(rows: list[tuple[str, str, str]], width: int) -> None:
    lines = fitted(HEAD, rows, width, color=False)
    assert all(cell_len(line) <= width for line in lines)
    assert sorted("".join(lines).replace(" ", "")) == sorted("".join([*map(str.upper, HEAD), *sum(rows, ())]))


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=5), st.integers(8, 20))
def test_where_the_titles_have_no_room_each_row_is_a_list(rows: list[tuple[str, str, str]], width: int) -> None:
    lines = fitted(HEAD, rows, width, color=False)
    assert all(cell_len(line) <= width for line in lines)
    told = "".join(f"{first}value:{second}from:{third}" for first, second, third in rows)
    assert "".join(lines).replace(" ", "") == told


def test_a_list_leaves_out_what_is_not_there() -> None:
    head, row = (
        ("tenant", "status", "builds", "tasks", "alarms", "verdict"),
        ("acme", "well", "web=1", "3/3", "-", "runs"),
    )
    assert fitted(head, [row], 40, color=False) == [
        "acme",
        "  status: well",
        "  builds: web=1",
        "  tasks: 3/3",
        "  verdict: runs",
    ]


@pytest.mark.parametrize(
    ("head", "cell", "shown"),
    [
        ("status", "orphaned, changed", "\x1b[31morphaned\x1b[0m, \x1b[33mchanged\x1b[0m"),
        ("result", "failed", "\x1b[31mfailed\x1b[0m"),
        ("result", "unchanged", "unchanged"),
        ("tenant", "failed", "failed"),
    ],
)
def test_what_is_wrong_has_a_colour(head: str, cell: str, shown: str) -> None:
    title, line = fitted((head,), [(cell,)], 80, color=True)
    assert (re.sub(r"\x1b\[\d+m", "", title).rstrip(), line) == (head.upper(), shown)
