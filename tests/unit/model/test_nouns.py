"""The nouns of a run: what a Secret shows, when an Outcome is well, what mutates."""

from __future__ import annotations

import pytest
from fakes import layer, run_of, stack

from wrapper.model.nouns import Outcome, Secret, Step


def test_a_secret_is_used_as_it_is_and_shown_as_stars() -> None:
    secret = Secret("hush")
    assert secret == "hush"
    assert repr(secret) == "'***'"
    assert "hush" not in repr({"a": secret})


def test_an_outcome_is_true_when_it_is_well() -> None:
    assert Outcome(2, ok=True)
    assert not Outcome(0, ok=False)


@pytest.mark.parametrize(("steps", "mutates"), [([False, False], False), ([False, True], True), ([], False)])
def test_a_run_mutates_when_a_step_does(steps: list[bool], mutates: bool) -> None:
    made = tuple(Step(("terraform",), mutates=m) for m in steps)
    run = run_of(*made, layer=layer())
    assert run.mutates is mutates
    assert run.layer.stack == stack()
