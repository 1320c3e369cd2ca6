"""Through which stacks a build goes, and which step may be taken."""

from __future__ import annotations

import pytest

from wrapper.model.errors import ConfigError, RefusedError
from wrapper.project.promotion_order import check_step, way

BEFORE = {"live": "staging", "staging": "test", "test": "", "a": "b", "b": "a", "lost": "tset"}


def found(name: str) -> tuple[str, ...]:
    return way(name, BEFORE.keys(), lambda one: (BEFORE[one], f"{one}/stack.hcl:1"))


def test_the_way_begins_where_nothing_comes_before() -> None:
    assert (found("test"), found("live")) == (("test",), ("test", "staging", "live"))


@pytest.mark.parametrize(
    ("name", "message", "where"),
    [
        ("a", "promotes_from has a cycle: a -> b -> a", "b/stack.hcl:1"),
        ("lost", "promotes_from: no stack 'tset'", "lost/stack.hcl:1"),
    ],
)
def test_no_way(name: str, message: str, where: str) -> None:
    with pytest.raises(ConfigError) as error:
        found(name)
    assert (error.value.message, error.value.where) == (message, where)


@pytest.mark.parametrize(
    ("source", "name", "message"),
    [
        ("live", "live", "live takes no builds from itself"),
        ("live", "test", "test takes builds from no stack"),
        ("test", "live", "from test to live skips staging"),
        ("a", "live", "live takes no builds from a"),
    ],
)
def test_a_step_that_is_none(source: str, name: str, message: str) -> None:
    with pytest.raises(RefusedError) as error:
        check_step(source, name, found(name))
    assert error.value.message == message and error.value.hint


def test_the_next_step() -> None:
    check_step("staging", "live", found("live"))
