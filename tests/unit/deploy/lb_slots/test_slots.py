"""The rule by which a slot is chosen, as properties; and the book as it is kept."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.deploy.lb_slots import slots as allotments
from wrapper.deploy.lb_slots.slots import FIRST_PRIORITY, PER_LOAD_BALANCER, Book, Slot, allot, free, parse, render
from wrapper.model.errors import ConfigError
from wrapper.model.nouns import Variable
from wrapper.terraform.type_constraints import parse_type

NAMES = st.tuples(st.integers(0, 250), st.integers(0, 120)).map(lambda t: [f"t{n}" for n in range(t[0], sum(t))])
COMES_AND_GOES = st.lists(st.tuples(st.booleans(), NAMES), max_size=12)


def lived(history: list[tuple[bool, list[str]]]) -> list[Book]:
    """The book after each event: tenants come (True) or go."""
    books = [Book()]
    for turn, (comes, tenants) in enumerate(history):
        change = allot if comes else free
        books.append(change(books[-1], tenants, f"2026-01-01T00:00:{turn:02}Z", "me"))
    return books


def slots(book: Book) -> dict[str, Slot]:
    return {t: e.slot for t, e in book.tenants.items()}


@given(COMES_AND_GOES)
def test_no_slot_is_given_twice_and_no_load_balancer_is_overfull(history: list[tuple[bool, list[str]]]) -> None:
    for book in lived(history):
        taken = [*slots(book).values(), *(e.slot for e in book.freed)]
        assert len(taken) == len(set(taken))
        assert all(FIRST_PRIORITY <= s.priority < FIRST_PRIORITY + PER_LOAD_BALANCER for s in taken)
        assert all(e.tenant == t for t, e in book.tenants.items())


@given(COMES_AND_GOES)
def test_who_stays_keeps_its_slot(history: list[tuple[bool, list[str]]]) -> None:
    books = lived(history)
    for before, after in itertools.pairwise(books):
        stay = before.tenants.keys() & after.tenants.keys()
        assert {t: before.tenants[t] for t in stay} == {t: after.tenants[t] for t in stay}


@given(COMES_AND_GOES)
def test_all_who_come_are_in_and_all_who_go_are_out(history: list[tuple[bool, list[str]]]) -> None:
    present: set[str] = set()
    for (comes, tenants), book in zip(history, lived(history)[1:], strict=True):
        present = present | set(tenants) if comes else present - set(tenants)
        assert book.tenants.keys() == present


@given(COMES_AND_GOES)
def test_the_next_load_balancer_begins_when_those_before_are_full(history: list[tuple[bool, list[str]]]) -> None:
    books = lived(history)
    for before, after in itertools.pairwise(books):
        new = {slots(after)[t] for t in after.tenants.keys() - before.tenants.keys()}
        for number in range(1, max((s.load_balancer for s in new), default=1)):
            assert sum(s.load_balancer == number for s in slots(after).values()) == PER_LOAD_BALANCER


@given(COMES_AND_GOES)
def test_what_was_freed_is_given_again_last_and_oldest_first(history: list[tuple[bool, list[str]]]) -> None:
    books = lived(history)
    for before, after in itertools.pairwise(books):
        again = [e.slot for e in before.freed if e not in after.freed]
        for number in {s.load_balancer for s in again}:
            ever = {s.priority for s in [*slots(after).values()] if s.load_balancer == number}
            ever |= {e.slot.priority for e in after.freed if e.slot.load_balancer == number}
            assert len(ever) == PER_LOAD_BALANCER, "a slot that nobody ever had was left over"
            here = [e.slot for e in before.freed if e.slot.load_balancer == number]
            assert here[: len([s for s in again if s.load_balancer == number])] == [
                s for s in again if s.load_balancer == number
            ]


@given(COMES_AND_GOES)
def test_the_book_survives_being_kept(history: list[tuple[bool, list[str]]]) -> None:
    book = lived(history)[-1]
    assert parse(render(book), "here") == book
    assert render(parse(render(book), "here")) == render(book)


def test_a_fleet_of_a_thousand_stands_on_twelve_load_balancers() -> None:
    fleet = [f"t{n}" for n in range(1000)]
    book = allot(Book(), fleet, "now", "me")
    assert (book.highest, len(set(slots(book).values()))) == (12, 1000)
    assert slots(book)["t0"] == Slot(1, 101)
    assert slots(book)["t89"] == Slot(1, 190)
    assert slots(book)["t90"] == Slot(2, 101)
    assert allot(book, reversed(fleet), "later", "you") == book


def test_a_freed_slot_rests_while_there_is_another() -> None:
    book = free(allot(Book(), ["a", "b"], "1", "me"), ["a"], "2", "you")
    assert book.freed[0] == allotments.Entry(Slot(1, 101), "a", "2", "you")
    assert slots(allot(book, ["c"], "3", "me")) == {"b": Slot(1, 102), "c": Slot(1, 103)}
    full = allot(book, [f"t{n}" for n in range(PER_LOAD_BALANCER - 1)], "4", "me")
    assert slots(full)["t88"] == Slot(1, 101)
    assert (full.freed, full.highest) == ((), 1)


def test_the_highest_is_that_of_tenants_alone() -> None:
    book = allot(Book(), [f"t{n}" for n in range(91)], "1", "me")
    assert (Book().highest, book.highest, free(book, ["t90"], "2", "me").highest) == (0, 2, 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"version": 0, "tenants": {}, "freed": []}',
        b'{"version": 1, "tenants": {"a": {}}, "freed": []}',
        b'{"version": 1, "tenants": {"a": {"load_balancer": 0, "priority": 1}}, "freed": []}',
        b'{"version": 1, "tenants": {"a": {"load_balancer": "1", "priority": 1}}, "freed": []}',
        b'{"version": 1, "tenants": {"a": {"load_balancer": true, "priority": 1}}, "freed": []}',
        b'{"version": 1, "tenants": {"a": {"load_balancer": 1, "priority": 1},'
        b' "b": {"load_balancer": 1, "priority": 1}}, "freed": []}',
        b'{"version": 1, "tenants": {"a": {"load_balancer": 1, "priority": 1}},'
        b' "freed": [{"tenant": "b", "load_balancer": 1, "priority": 1}]}',
    ],
)
def test_a_damaged_book_is_never_an_empty_one(data: bytes) -> None:
    with pytest.raises(ConfigError, match=rf"the allotments are damaged \({len(data)} bytes") as error:
        parse(data, "r/s/allotments.json")
    assert error.value.where == "r/s/allotments.json"


def test_the_book_as_it_is_kept() -> None:
    book = free(allot(Book(), ["a", "b"], "1", "me"), ["a"], "2", "you")
    assert json.loads(render(book)) == {
        "version": 1,
        "tenants": {"b": {"load_balancer": 1, "priority": 102, "at": "1", "by": "me"}},
        "freed": [{"load_balancer": 1, "priority": 101, "tenant": "a", "at": "2", "by": "you"}],
    }
    assert parse(None, "") == Book()


def declared(**kinds: str) -> Mapping[str, Variable]:
    return {n: Variable(n, parse_type(k), False, False, True, "f:1") for n, k in kinds.items()}


@pytest.mark.parametrize(
    ("kinds", "takes"),
    [
        ({"allotment": "object({ load_balancer = number, priority = number })"}, True),
        ({"allotment": "object({ load_balancer = optional(number), priority = number, more = string })"}, True),
        ({"allotment": "object({ load_balancer = number })"}, False),
        ({"allotment": "string"}, False),
        ({"allotment": "any"}, False),
        ({"other": "string"}, False),
    ],
)
def test_which_root_takes_an_allotment(kinds: dict[str, str], takes: bool) -> None:
    assert allotments.takes(declared(**kinds)) is takes


@pytest.mark.parametrize(
    ("kinds", "counts"), [({"load_balancers": "number"}, True), ({"load_balancers": "map(string)"}, False), ({}, False)]
)
def test_which_root_counts_load_balancers(kinds: dict[str, str], counts: bool) -> None:
    assert allotments.counts(declared(**kinds)) is counts


@pytest.mark.parametrize(
    ("values", "shares"),
    [
        ({"load_balancer": {"mode": "shared"}}, True),
        ({"load_balancer": {"mode": "own"}}, False),
        ({"load_balancer": {}}, False),
        ({"load_balancer": None}, False),
        ({"load_balancer": "shared"}, False),
        ({}, False),
    ],
)
def test_who_shares(values: dict[str, Any], shares: bool) -> None:
    assert allotments.shares(values) is shares
