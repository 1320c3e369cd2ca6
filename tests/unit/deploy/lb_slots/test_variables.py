"""What the tool gives to layers whose tenants share load balancers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fakes import layer, stack

from wrapper.deploy.lb_slots.slot_table import SlotTableStore
from wrapper.deploy.lb_slots.variables import SlotVariables, missing, shares
from wrapper.model.errors import ConfigError
from wrapper.model.nouns import ResolvedValue, Variable
from wrapper.state.store import LocalStore
from wrapper.terraform.type_constraints import parse_type


def declared(name: str, text: str, default: Any = None) -> dict[str, Variable]:
    return {name: Variable(name, parse_type(text), False, False, True, "v.tf:1", default)}


TENANT = declared("allotment", "object({ load_balancer = number, priority = number })")
TENANT |= declared("load_balancer", "any", {"mode": "shared"})
STACK = declared("load_balancers", "number", 0)
OWN = {"load_balancer": ResolvedValue({"mode": "own"}, "t.tfvars:1")}


@pytest.fixture
def given(tmp_path: Path) -> SlotVariables:
    return SlotVariables(lambda: SlotTableStore(LocalStore(tmp_path), stack(), "me"), lambda: True)


def test_a_tenant_sees_what_would_be_its_own_and_keeps_it(given: SlotVariables) -> None:
    layers = [layer("acme"), layer("globex")]
    (seen, _) = given.give(layers, TENANT, [{}, {}], {})
    assert isinstance(seen, dict) and seen["allotment"].value == {"load_balancer": 1, "priority": 10101}
    assert seen["allotment"].origin.endswith("(the next free one)")
    held = given.assign({"globex": None})["globex"]
    assert isinstance(held, ResolvedValue) and held.value["priority"] == 10101, "the first that asks"
    (seen, _) = given.give(layers, TENANT, [{}, {}], {})
    assert isinstance(seen, dict) and seen["allotment"].value["priority"] == 10102


def test_a_tenant_with_its_own_load_balancer_gets_none(given: SlotVariables) -> None:
    assert list(given.give([layer("acme")], TENANT, [OWN], {})) == [OWN]
    assert (shares(TENANT, OWN), shares(TENANT, {}), shares({}, {})) == (False, True, False)


def test_a_slot_by_hand_is_refused(given: SlotVariables) -> None:
    mine = {"allotment": ResolvedValue({"load_balancer": 1}, "t.tfvars:3")}
    (found,) = given.give([layer("acme")], TENANT, [mine], {})
    assert isinstance(found, ConfigError) and found.where == "t.tfvars:3"


def test_the_stack_gets_as_many_as_its_tenants_need(given: SlotVariables) -> None:
    assert list(given.give([layer()], STACK, [{}], {})) == [{}], "no tenant yet"
    given.assign({"acme": None})
    (found,) = given.give([layer()], STACK, [{}], {})
    assert isinstance(found, dict) and found["load_balancers"].value == 1
    (few,) = given.give([layer()], STACK, [{}], {"load_balancers": ResolvedValue("0", "-var load_balancers")})
    assert isinstance(few, ConfigError) and "is too few" in few.message
    assert given.still_enough({"load_balancers": "0", "size": "1"}) == {"size": "1"}


@pytest.mark.parametrize(("outputs", "number"), [({}, 2), ({"shared_load_balancers": {"2": {}}}, 0)])
def test_a_load_balancer_that_is_not_there_yet(outputs: dict[str, Any], number: int) -> None:
    assert missing({"allotment": ResolvedValue({"load_balancer": 2, "priority": 101}, "o")}, outputs) == number
    assert missing({}, outputs) == 0
