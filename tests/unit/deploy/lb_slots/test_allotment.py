"""What a tenant's root gets of its slots, also where rules with a path move."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.deploy.lb_slots import allotment
from wrapper.deploy.lb_slots.assignment import Paths, assign
from wrapper.deploy.lb_slots.slots import CATCH_ALL, SlotTable
from wrapper.terraform.path_patterns import contains

PATHS: Paths = {"all": "/a*", "api": "/api/*", "v2": "/api/v2/*", "docs": "/docs"}
TABLE = assign(SlotTable(), {"acme": PATHS, "globex": {"api": "/api/*"}}, "then", "me")
KINDS = ("instance", "ip")


def test_a_root_without_rules_gets_two_numbers() -> None:
    assert allotment.value(TABLE, "acme", None) == {"load_balancer": 1, "priority": 10101}


def test_each_service_with_a_path_has_a_rule() -> None:
    found = allotment.value(TABLE, "acme", PATHS)
    assert found == {
        "load_balancer": 1,
        "priority": 10101,
        "rules": {s: {"priority": n} for s, n in {"docs": 101, "v2": 102, "api": 103, "all": 104}.items()},
    }
    assert allotment.value(TABLE, "globex", {})["rules"] == {}, "the rule of a service that goes is not given"


def test_the_catch_all_moves_alone() -> None:
    found = allotment.value(TABLE, "acme", PATHS, [""])
    assert found["moving"] == {"turned": 12101, "aside": {"instance": 13101, "ip": 14101}}
    assert found["rules"] == allotment.value(TABLE, "acme", PATHS)["rules"]
    assert not allotment.wider(PATHS, [""])


def test_rules_of_wider_paths_step_aside_with_that_of_a_narrower_one() -> None:
    rules = allotment.value(TABLE, "acme", PATHS, ["v2"])["rules"]
    assert rules["v2"] == {"priority": 102, "moving": {"turned": 2102, "aside": {"instance": 3102, "ip": 4102}}}
    assert rules["docs"] == {"priority": 101}
    assert rules["api"] == {"priority": 4403} and rules["all"] == {"priority": 4704}
    ended = allotment.value(TABLE, "acme", PATHS, ["v2"], moving=False)["rules"]
    assert ended == {**rules, "v2": {"priority": 102}}, "they wait until it has its own number again"
    assert allotment.wider(PATHS, ["v2"]) and not allotment.wider(PATHS, ["docs", "all"])
    assert allotment.turned(TABLE, "acme", PATHS, ["v2", ""]) == {"v2": 2102, "": 12101}


def stands(rule: dict[str, Any]) -> set[int]:
    """All numbers that a rule may have in this apply."""
    moving = rule.get("moving")
    return {moving["turned"], *moving["aside"].values()} if moving else {rule["priority"]}


@given(st.sets(st.sampled_from(["", *PATHS]), min_size=1))
def test_at_each_moment_of_a_move_the_narrower_path_comes_first(leaving: set[str]) -> None:
    found = allotment.value(TABLE, "acme", PATHS, sorted(leaving))
    others = allotment.value(TABLE, "globex", {"api": "/api/*"}, ["api"])
    every = [n for one in (found, others) for rule in (one, *one["rules"].values()) for n in stands(rule)]
    assert len(every) == len(set(every)) and min(every) > 100
    for service, rule in found["rules"].items():
        assert max(stands(rule)) < CATCH_ALL[0] <= min(stands(found))
        assert not rule.get("moving") or rule["moving"]["turned"] < min(rule["moving"]["aside"].values())
        for other in PATHS.keys() - {service}:
            if contains(PATHS[service], PATHS[other]):
                assert min(stands(rule)) > max(stands(found["rules"][other]))


def test_nineteen_paths_one_in_another_stay_below_the_catch_alls() -> None:
    deep = {f"s{n:02}": "/" + "a" * (20 - n) + "*" for n in range(20)}
    table = assign(SlotTable(), {"acme": deep}, "then", "me")
    rules = allotment.value(table, "acme", deep, sorted(deep))["rules"]
    every = [n for rule in rules.values() for n in stands(rule)]
    assert len(every) == len(set(every)) == 60 and max(every) < CATCH_ALL[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_that_turns_back_before_it_has_moved_meets_no_other(kind: str) -> None:
    rule = allotment.value(TABLE, "acme", PATHS, ["v2"])["rules"]["v2"]["moving"]
    assert [rule["aside"][k] for k in KINDS if k != kind] != [rule["aside"][kind]]
    assert all(a != b for a, b in itertools.combinations(stands({"moving": rule}), 2))
