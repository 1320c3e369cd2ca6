"""Which slots the rules of a tenant get: as properties of tables that have lived, and one by one."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.deploy.lb_slots.assignment import Paths, assign, lacking, ordered
from wrapper.deploy.lb_slots.slots import (
    CATCH_ALL,
    PER_LOAD_BALANCER,
    WITH_A_PATH,
    Slot,
    SlotAssignment,
    SlotTable,
    key_of,
    parse,
    release,
    render,
    settle,
    tenant_in,
)
from wrapper.model.path_patterns import contains

PATHS = {"a": "/api/*", "b": "/api/v2/*", "c": "/api/v2/x", "d": "/docs", "e": "/d*", "f": "/api/v*"}
SOME = st.lists(st.sampled_from(sorted(PATHS)), unique=True).map(lambda names: {n: PATHS[n] for n in names})
TENANTS = [f"t{n}" for n in range(40)]
WANTED = st.dictionaries(st.sampled_from(TENANTS), SOME, max_size=40)
EVENTS = st.lists(st.one_of(WANTED, st.lists(st.sampled_from(TENANTS), max_size=5)), max_size=8)
Wanted = dict[str, Paths]


def older(number: int, tenants: int) -> SlotTable:
    """As a tool that knew one band left it."""
    return SlotTable({t: held(t, number, 101 + n) for n, t in enumerate(TENANTS[:tenants])})


def held(key: str, number: int, priority: int) -> SlotAssignment:
    return SlotAssignment(Slot(number, priority), key, "then", "older")


def numbers(table: SlotTable) -> dict[str, tuple[int, int]]:
    return {key: (e.slot.load_balancer, e.slot.priority) for key, e in table.tenants.items()}


def places(table: SlotTable) -> dict[str, int]:
    return {key: priority for key, (_, priority) in numbers(table).items()}


def check_write(before: SlotTable, wanted: Wanted, after: SlotTable) -> None:
    had = {e.slot for e in before.tenants.values()}
    for key, entry in after.tenants.items():
        same = before.tenants.get(key)
        assert same == entry or entry.slot not in had, "its rule stands there until Terraform has moved it"
        assert tenant_in(key) in wanted or same == entry, "others keep theirs"
    for tenant, paths in wanted.items():
        if lacking(after, tenant, paths):
            assert {k: e for k, e in after.tenants.items() if tenant_in(k) == tenant} == {
                k: e for k, e in before.tenants.items() if tenant_in(k) == tenant
            }
        else:
            check_tenant(after, tenant, paths)


def check_tenant(table: SlotTable, tenant: str, paths: Paths) -> None:
    has = {service: table.tenants[key_of(tenant, service)].slot for service in ["", *paths]}
    assert len({slot.load_balancer for slot in has.values()}) == 1
    assert all(has[service].priority in WITH_A_PATH for service in paths)
    assert not paths or has[""].priority in CATCH_ALL
    for one, other in itertools.permutations(paths, 2):
        assert not contains(paths[one], paths[other]) or has[one] > has[other]


@given(EVENTS, st.integers(0, 40), st.booleans())
def test_whatever_comes_and_goes_each_rule_has_a_slot_that_fits(events: list[object], there: int, keeps: bool) -> None:
    table = older(1, there)
    for turn, event in enumerate(events):
        at = f"2026-01-01T00:00:{turn:02}Z"
        if isinstance(event, dict):
            before, table = table, assign(table, event, at, "me")
            check_write(before, event, table)
            assert assign(table, event, "later", "you") == table, "a slot is assigned once"
            for tenant, paths in event.items() if keeps else ():
                table = table if lacking(table, tenant, paths) else settle(table, tenant, [*paths], at, "me")
        elif isinstance(event, list):
            table = release(table, event, at, "me")
            assert not {tenant_in(key) for key in table.tenants} & {*event}
        slots = [e.slot for e in (*table.tenants.values(), *table.freed)]
        assert len(slots) == len(set(slots))
        rules = Counter(e.slot.load_balancer for e in table.tenants.values())
        assert all(n <= PER_LOAD_BALANCER for n in rules.values())
        assert parse(render(table), "here") == table


def test_a_catch_all_of_an_older_tool_moves_once_when_its_tenant_gains_a_path() -> None:
    table = older(1, 2)
    assert assign(table, {"t0": {}, "t1": {}}, "now", "me") == table
    after = assign(table, {"t0": {"a": "/api/*"}}, "now", "me")
    assert places(after) == {"t0": 10101, "t1": 102, "t0/a": 103}
    assert [(e.slot.priority, e.tenant, e.at) for e in after.freed] == [(101, "t0", "now")]
    again = assign(settle(after, "t0", (), "then", "me"), {"t0": {}}, "later", "me")
    assert places(again) == {"t0": 10101, "t1": 102}, "it does not go back"


def test_what_a_rule_has_left_is_given_to_another_last() -> None:
    """Its tenant's apply may still go on, or have failed."""
    table = assign(older(1, 1), {"t0": {"a": "/a"}}, "2026", "me")
    many = {f"s{n}": f"/{n}" for n in range(87)}
    full = assign(table, {"t1": many}, "2027", "me")
    assert places(full)["t0/a"] == 102 and 101 not in places(full).values()
    more = assign(full, {"t2": {}}, "2028", "me")
    assert numbers(more)["t2"] == (2, 10101), "ninety rules stand on the first"
    left = assign(release(full, ["t1"], "2028", "me"), {"t1": many}, "2029", "me")
    assert numbers(left)["t1"][0] == 1 and {*range(103, 191)} > {s.priority for s in left.rules("t1").values()}


@pytest.mark.parametrize(
    ("has", "paths", "free", "found"),
    [
        ({}, {"w": "/*x", "n": "/ax"}, [101, 102], {"n": 101, "w": 102}),
        ({"w": 102}, {"w": "/a*", "n": "/ab"}, [101, 103], {"n": 101, "w": 102}),
        ({"w": 120}, {"w": "/a*", "n": "/ab"}, [150, 101], {"n": 101, "w": 120}),
        ({"w": 101}, {"w": "/a*", "n": "/ab"}, [102, 103], {"n": 102, "w": 103}),
        ({"n": 150}, {"w": "/a*", "n": "/ab"}, [101, 151], {"n": 150, "w": 151}),
        ({"n": 190}, {"w": "/a*", "n": "/ab"}, [101, 102], {"n": 101, "w": 102}),
        ({"n": 190}, {"w": "/a*", "n": "/ab"}, [101], None),
        ({"w": 101, "o": 102}, {"w": "/a*", "n": "/ab", "o": "/z"}, [103, 104], {"n": 103, "w": 104, "o": 102}),
    ],
)
def test_the_narrower_path_has_the_lower_number(
    has: dict[str, int], paths: Paths, free: list[int], found: dict[str, int] | None
) -> None:
    assert ordered(paths, has, free) == found


def test_a_path_that_becomes_the_wider_one_gets_a_new_number_in_the_same_write() -> None:
    table = assign(SlotTable(), {"t0": {"a": "/api/v1", "b": "/api/v2/*"}}, "then", "me")
    assert places(table) == {"t0": 10101, "t0/a": 101, "t0/b": 102}
    after = assign(table, {"t0": {"a": "/api/*", "b": "/api/v2/*"}}, "now", "me")
    assert places(after) == {"t0": 10101, "t0/a": 103, "t0/b": 102}


def test_without_room_for_all_of_them_a_tenant_is_as_it_was_and_others_go_on() -> None:
    table = assign(SlotTable(), {f"t{n}": {} for n in range(89)}, "then", "me")
    more = {"t0": {"a": "/a", "b": "/b"}, "t1": {"a": "/a"}, "new": {"a": "/a"}}
    after = assign(table, more, "now", "me")
    assert [lacking(after, tenant, paths) for tenant, paths in more.items()] == [True, False, False]
    assert numbers(after)["t1/a"] == (1, 101)
    assert (numbers(after)["new"], numbers(after)["new/a"]) == ((2, 10101), (2, 101))


@pytest.mark.parametrize(("paths", "fits"), [(89, True), (90, False)])
def test_one_tenant_may_fill_a_load_balancer(paths: int, fits: bool) -> None:
    many = {f"s{n}": f"/{n}" for n in range(paths)}
    assert lacking(assign(SlotTable(), {"t": many}, "now", "me"), "t", many) is not fits


def test_what_an_older_tool_leaves_of_a_tenant_is_freed_by_the_next_write() -> None:
    """It released ``t0``, and knew nothing of ``t0/a``."""
    left = SlotTable({"t0/a": held("t0/a", 1, 101), "t1": held("t1", 1, 10102)})
    for after in (
        assign(left, {"t1": {}}, "now", "me"),
        settle(left, "t1", (), "now", "me"),
        release(left, [], "now", "me"),
    ):
        assert places(after) == {"t1": 10102} and [e.tenant for e in after.freed] == ["t0/a"]


def test_a_tenant_that_an_older_tool_put_elsewhere_takes_its_rules_along() -> None:
    back = SlotTable({"t0/a": held("t0/a", 1, 101), "t0": held("t0", 2, 101)})
    assert numbers(assign(back, {"t0": {"a": "/a"}}, "now", "me")) == {"t0": (2, 10101), "t0/a": (2, 102)}
