"""What a tenant's root gets of its slots, also where rules with a path move."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.deploy.lb_slots import allotment
from wrapper.deploy.lb_slots.assignment import Paths, assign
from wrapper.deploy.lb_slots.slots import CATCH_ALL, SlotTable
from wrapper.model.path_patterns import contains

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


def test_rules_of_wider_paths_wait_until_that_of_a_narrower_one_has_moved() -> None:
    rules = allotment.value(TABLE, "acme", PATHS, ["v2"])["rules"]
    assert rules["v2"] == {"priority": 102, "moving": {"turned": 2102, "aside": {"instance": 3102, "ip": 4102}}}
    others = {s: rule["priority"] for s, rule in rules.items() if s != "v2"}
    assert others == {"docs": 101, "api": 103, "all": 104}, "the module takes them aside"
    ended = allotment.value(TABLE, "acme", PATHS, ["v2"], moving=False)["rules"]
    assert ended == {s: {"priority": n} for s, n in {"docs": 101, "v2": 102, "api": 4803, "all": 5204}.items()}
    assert allotment.wider(PATHS, ["v2"]) and not allotment.wider(PATHS, ["docs", "all"])
    assert allotment.turned(TABLE, "acme", PATHS, ["v2", ""]) == {"v2": 2102, "": 12101}


def stands(rules: dict[str, Any], paths: Paths, service: str, kind: str) -> set[int]:
    """The numbers of a rule in the apply that moves tasks of this kind, as the module takes those of wider paths aside."""
    moving = rules[service].get("moving")
    if moving:
        return {moving["turned"], moving["aside"][kind]}
    steps = [
        rules[s]["moving"]["aside"][kind] - rules[s]["priority"]
        for s in rules
        if s != service and contains(paths[service], paths[s]) and "moving" in rules[s]
    ]
    return {rules[service]["priority"] + max(steps, default=0)}


@pytest.mark.parametrize("kind", KINDS)
@given(leaving=st.sets(st.sampled_from(["", *PATHS]), min_size=1))
def test_at_each_moment_of_a_move_the_narrower_path_comes_first(kind: str, leaving: set[str]) -> None:
    found = allotment.value(TABLE, "acme", PATHS, sorted(leaving))
    rules, wait = found["rules"], allotment.value(TABLE, "acme", PATHS, sorted(leaving), moving=False)["rules"]
    turned = found["moving"]["turned"] if "" in leaving else found["priority"]
    numbers = {s: stands(rules, PATHS, s, kind) for s in rules}
    every = [n for of in numbers.values() for n in of]
    assert len(every) == len(set(every)) and 100 < min(every) <= max(every) < CATCH_ALL[0] <= turned
    for service in rules:
        before = wait[service]["priority"]
        assert before not in numbers[service] or before == rules[service]["priority"]
        for other in PATHS.keys() - {service}:
            if contains(PATHS[service], PATHS[other]):
                assert min(numbers[service]) > max(numbers[other])
                assert other not in leaving or before > max(numbers[other]), "until the narrower has its own again"


def test_fourteen_paths_one_in_another_stay_below_the_catch_alls() -> None:
    deep = {f"s{n:02}": "/" + "a" * (20 - n) + "*" for n in range(15)}
    table = assign(SlotTable(), {"acme": deep}, "then", "me")
    rules = allotment.value(table, "acme", deep, sorted(deep))["rules"]
    wait = allotment.value(table, "acme", deep, sorted(deep), moving=False)["rules"]
    every = {n for s in deep for kind in KINDS for n in (*stands(rules, deep, s, kind), wait[s]["priority"])}
    assert len(every) == 4 * 15 and max(every) < CATCH_ALL[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_that_turns_back_before_it_has_moved_meets_no_other(kind: str) -> None:
    rule = allotment.value(TABLE, "acme", PATHS, ["v2"])["rules"]["v2"]["moving"]
    assert [rule["aside"][k] for k in KINDS if k != kind] != [rule["aside"][kind]]
    assert len({rule["turned"], *rule["aside"].values()}) == 3
