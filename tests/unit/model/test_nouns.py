"""The nouns: labels, the layer's own root, what a Secret shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import layer, run_of, stack

from wrapper.model.nouns import Backend, Outcome, Secret, Step


@pytest.mark.parametrize(
    ("region", "tenant", "label"),
    [("r", "", "r/app"), ("r", "acme", "r/app/acme"), ("", "", "app"), ("", "acme", "app/acme")],
)
def test_a_label_names_region_stack_and_tenant(region: str, tenant: str, label: str) -> None:
    assert layer(tenant, region=region).label == label


def test_a_layer_has_its_own_source() -> None:
    assert layer().source == Path("/p/src/app")
    assert layer("acme").source == Path("/p/src/app/tenant")


def test_a_secret_is_used_as_it_is_and_shown_as_stars() -> None:
    secret = Secret("hush")
    assert secret == "hush"
    assert repr(secret) == "'***'"
    assert "hush" not in repr({"a": secret})


def test_an_outcome_is_true_when_it_is_well() -> None:
    assert Outcome(2, ok=True)
    assert not Outcome(0, ok=False)


def test_a_backend_without_a_bucket_says_nothing() -> None:
    assert (Backend("local", {}, "x").bucket, Backend("local", {}, "x").region) == ("", "")


@pytest.mark.parametrize(("steps", "mutates"), [([False, False], False), ([False, True], True), ([], False)])
def test_a_run_mutates_when_a_step_does(steps: list[bool], mutates: bool) -> None:
    made = tuple(Step(("terraform",), mutates=m) for m in steps)
    run = run_of(*made, layer=layer())
    assert run.mutates is mutates
    assert run.layer.stack == stack()


def test_where_a_stacks_settings_stand() -> None:
    assert stack().settings_file == "config/ap-southeast-2/app/stack.hcl"
    assert stack("", config=Path("/p/config/app")).settings_file == "config/app/stack.hcl"
