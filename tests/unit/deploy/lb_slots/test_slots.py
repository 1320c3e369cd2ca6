"""The rule by which a slot is chosen, as properties; and the book as it is kept."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.deploy.lb_slots import allotment, assignment, slots
from wrapper.deploy.lb_slots.slots import (
    CATCH_ALL,
    PER_LOAD_BALANCER,
    WITH_A_PATH,
    HostNames,
    Slot,
    SlotAssignment,
    SlotTable,
    named,
    parse,
    release,
    render,
    taken,
)
from wrapper.model.errors import ConfigError
from wrapper.model.nouns import Variable
from wrapper.terraform.type_constraints import parse_type

NAMES = st.tuples(st.integers(0, 250), st.integers(0, 120)).map(lambda t: [f"t{n}" for n in range(t[0], sum(t))])
COMES_AND_GOES = st.lists(st.tuples(st.booleans(), NAMES), max_size=12)


def assign(table: SlotTable, tenants: Iterable[str], at: str, by: str) -> SlotTable:
    """A slot for tenants without a path."""
    return assignment.assign(table, {t: {} for t in tenants}, at, by)


def lived(history: list[tuple[bool, list[str]]]) -> list[SlotTable]:
    """The book after each event: tenants come (True) or go."""
    books = [SlotTable()]
    for turn, (comes, tenants) in enumerate(history):
        change = assign if comes else release
        books.append(change(books[-1], tenants, f"2026-01-01T00:00:{turn:02}Z", "me"))
    return books


def taken_slots(table: SlotTable) -> dict[str, Slot]:
    return {t: e.slot for t, e in table.tenants.items()}


@given(COMES_AND_GOES)
def test_no_slot_is_given_twice_and_no_load_balancer_is_overfull(history: list[tuple[bool, list[str]]]) -> None:
    for table in lived(history):
        taken = [*taken_slots(table).values(), *(e.slot for e in table.freed)]
        assert len(taken) == len(set(taken))
        assert all(s.priority in CATCH_ALL for s in taken)
        assert all(e.tenant == t for t, e in table.tenants.items())


@given(COMES_AND_GOES)
def test_who_stays_keeps_its_slot(history: list[tuple[bool, list[str]]]) -> None:
    books = lived(history)
    for before, after in itertools.pairwise(books):
        stay = before.tenants.keys() & after.tenants.keys()
        assert {t: before.tenants[t] for t in stay} == {t: after.tenants[t] for t in stay}


@given(COMES_AND_GOES)
def test_all_who_come_are_in_and_all_who_go_are_out(history: list[tuple[bool, list[str]]]) -> None:
    present: set[str] = set()
    for (comes, tenants), table in zip(history, lived(history)[1:], strict=True):
        present = present | set(tenants) if comes else present - set(tenants)
        assert table.tenants.keys() == present


@given(COMES_AND_GOES)
def test_the_next_load_balancer_begins_when_those_before_are_full(history: list[tuple[bool, list[str]]]) -> None:
    books = lived(history)
    for before, after in itertools.pairwise(books):
        new = {taken_slots(after)[t] for t in after.tenants.keys() - before.tenants.keys()}
        for number in range(1, max((s.load_balancer for s in new), default=1)):
            assert sum(s.load_balancer == number for s in taken_slots(after).values()) == PER_LOAD_BALANCER


@given(COMES_AND_GOES)
def test_what_was_freed_is_given_again_last_and_oldest_first(history: list[tuple[bool, list[str]]]) -> None:
    books = lived(history)
    for before, after in itertools.pairwise(books):
        again = [e.slot for e in before.freed if e not in after.freed]
        for number in {s.load_balancer for s in again}:
            ever = {s.priority for s in [*taken_slots(after).values()] if s.load_balancer == number}
            ever |= {e.slot.priority for e in after.freed if e.slot.load_balancer == number}
            assert len(ever) == PER_LOAD_BALANCER, "a slot that nobody ever had was left over"
            here = [e.slot for e in before.freed if e.slot.load_balancer == number]
            assert here[: len([s for s in again if s.load_balancer == number])] == [
                s for s in again if s.load_balancer == number
            ]


@given(COMES_AND_GOES)
def test_the_book_survives_being_kept(history: list[tuple[bool, list[str]]]) -> None:
    table = lived(history)[-1]
    assert parse(render(table), "here") == table
    assert render(parse(render(table), "here")) == render(table)


def test_a_fleet_of_a_thousand_stands_on_twelve_load_balancers() -> None:
    fleet = [f"t{n}" for n in range(1000)]
    table = assign(SlotTable(), fleet, "now", "me")
    assert (table.highest, len(set(taken_slots(table).values()))) == (12, 1000)
    assert taken_slots(table)["t0"] == Slot(1, 10101)
    assert taken_slots(table)["t89"] == Slot(1, 10190)
    assert taken_slots(table)["t90"] == Slot(2, 10101)
    assert assign(table, reversed(fleet), "later", "you") == table


def test_a_freed_slot_rests_while_there_is_another() -> None:
    table = release(assign(SlotTable(), ["a", "b"], "1", "me"), ["a"], "2", "you")
    assert table.freed[0] == slots.SlotAssignment(Slot(1, 10101), "a", "2", "you")
    assert taken_slots(assign(table, ["c"], "3", "me")) == {"b": Slot(1, 10102), "c": Slot(1, 10103)}
    full = assign(table, [f"t{n}" for n in range(PER_LOAD_BALANCER - 1)], "4", "me")
    assert taken_slots(full)["t88"] == Slot(1, 10101)
    assert (full.freed, full.highest) == ((), 1)


def test_the_highest_is_that_of_tenants_alone() -> None:
    table = assign(SlotTable(), [f"t{n}" for n in range(91)], "1", "me")
    assert (SlotTable().highest, table.highest, release(table, ["t90"], "2", "me").highest) == (0, 2, 1)


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
    with pytest.raises(ConfigError, match=rf"the slot table is damaged \({len(data)} bytes") as error:
        parse(data, "r/s/allotments.json")
    assert error.value.where == "r/s/allotments.json"


def test_the_book_as_it_is_kept() -> None:
    table = release(assign(SlotTable(), ["a", "b"], "1", "me"), ["a"], "2", "you")
    assert json.loads(render(table)) == {
        "version": 1,
        "tenants": {"b": {"load_balancer": 1, "priority": 10102, "at": "1", "by": "me"}},
        "freed": [{"load_balancer": 1, "priority": 10101, "tenant": "a", "at": "2", "by": "you"}],
    }
    assert parse(None, "") == SlotTable()


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
    assert slots.takes(declared(**kinds)) is takes


@pytest.mark.parametrize(
    ("kinds", "counts"), [({"load_balancers": "number"}, True), ({"load_balancers": "map(string)"}, False), ({}, False)]
)
def test_which_root_counts_load_balancers(kinds: dict[str, str], counts: bool) -> None:
    assert slots.counts(declared(**kinds)) is counts


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
    assert slots.shares(values) is shares


# -- moves --------------------------------------------------------------------------------------


def full(tenants: int) -> SlotTable:
    return assign(SlotTable(), [f"t{n}" for n in range(tenants)], "then", "me")


def move(table: SlotTable, tenant: str) -> SlotTable:
    return slots.move(table, {tenant: table.tenants[tenant].slot.priority + 2000}, "then", "me")


def movers(table: SlotTable, tenants: int) -> SlotTable:
    for n in range(tenants):
        table = move(table, f"t{n}")
    return table


def test_a_move_holds_a_second_slot_on_its_own_load_balancer_until_it_has_ended() -> None:
    table = move(full(91), "t90")
    assert table.moving["t90"].slot == Slot(2, 12101)
    assert move(table, "t90") == table, "it keeps the one that it has"
    assert slots.settle(table, "t90", (), "now", "me") == full(91)
    assert release(table, ["t90"], "now", "me").moving == {}


@pytest.mark.parametrize(("tenants", "most"), [(20, 20), (80, 10), (85, 7), (90, 5)])
def test_second_slots_leave_no_load_balancer_overfull(tenants: int, most: int) -> None:
    table = movers(full(tenants), 20)
    assert len(table.moving) == most and tenants + 2 * most <= 100
    assert len(slots.on_the_move(table, 1)) == most and slots.on_the_move(table, 2) == []


STACKS_OWN = range(1, 101)


@pytest.mark.parametrize(("band", "last"), [(WITH_A_PATH, CATCH_ALL[0]), (CATCH_ALL, 50001)])
def test_the_rules_of_a_move_have_priorities_of_their_own(band: range, last: int) -> None:
    own = {f"t{p}": slots.SlotAssignment(Slot(1, p), f"t{p}", "then", "me") for p in band}
    moving = [allotment.value(SlotTable(own), tenant, None, [""])["moving"] for tenant in own]
    turned, aside = [each["turned"] for each in moving], [p for each in moving for p in each["aside"].values()]
    assert len({*turned, *aside}) == 3 * len(band)
    assert not {*turned, *aside} & {*STACKS_OWN, *WITH_A_PATH, *CATCH_ALL}
    assert band[-1] < min(turned) <= max(turned) < min(aside) <= max(aside) < last


def test_a_tenant_that_went_to_another_load_balancer_gets_its_second_slot_there() -> None:
    table = move(full(1), "t0")
    there = SlotTable({"t0": slots.SlotAssignment(Slot(2, 105), "t0", "now", "me")}, moving=table.moving)
    assert move(there, "t0").moving["t0"].slot == Slot(2, 2105)


def test_a_book_with_second_slots_is_read_as_it_was_written() -> None:
    table = movers(full(3), 2)
    assert parse(render(table), "b") == table
    assert b"moving" not in render(full(3)), "the book of an older version has none"


@pytest.mark.parametrize("kind", ["object({ load_balancer = number, priority = number })", "any"])
def test_only_a_root_that_takes_the_rules_of_a_move_gets_them(kind: str) -> None:
    variable = Variable("allotment", parse_type(kind), False, False, True, "v.tf:1", None)
    assert not slots.takes_moves({"allotment": variable})
    moves = "object({ load_balancer = number, priority = number, moving = optional(object({ turned = number })) })"
    assert slots.takes_moves(
        {"allotment": Variable("allotment", parse_type(moves), False, False, True, "v.tf:1", None)}
    )


def test_of_two_with_one_host_name_the_one_that_stands_has_it() -> None:
    both = {"new": HostNames(("a.example.com",)), "old": HostNames(("a.example.com", "b.example.com"))}
    table = SlotTable(
        {
            "old": SlotAssignment(Slot(1, 101), "old", "then", "me"),
            "old/api": SlotAssignment(Slot(1, 102), "old/api", "", ""),
        }
    )
    assert taken(table, both) == {"new": ("a.example.com", "old")}
    assert taken(SlotTable(), both) == {"old": ("a.example.com", "new")}, "of two new ones the first"
    for tenant, other in (("new", "old"), ("old", "new")):
        assert taken(table, {**both, tenant: replace(both[tenant], takes_over=other)}) == {}
    known = named(table, {"old": both["old"], "new": both["new"]})
    assert known.tenants["old"].hosts == both["old"] and "new" not in known.tenants
    assert parse(render(known), "x") == known and taken(known, {"new": both["new"]}) == {
        "new": ("a.example.com", "old")
    }
