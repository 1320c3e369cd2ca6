"""Groups of about the same time, as data and for a pipeline."""

from __future__ import annotations

from fakes import layer

from wrapper.cli.commands.shards import UNKNOWN, divide, groovy
from wrapper.fleet.change_detection import LayerDiff
from wrapper.state.index import LayerStatus
from wrapper.state.record import DeploymentRecord


def diff(tenant: str, seconds: float) -> LayerDiff:
    return LayerDiff(layer(tenant), LayerStatus(record=DeploymentRecord(seconds=seconds)), None, None, "changed")


def test_groups_take_about_as_long() -> None:
    found = divide([diff("a", 30), diff("b", 10), diff("c", 20), diff("d", 0)], 2)
    assert [(g["part"], g["tenants"], g["expected_seconds"]) for g in found] == [
        ("1/2", ["a", "b"], 40.0),
        ("2/2", ["c", "d"], 40.0),
    ], "a new tenant counts as the median"
    assert found[0]["arguments"] == "--tenants=a,b"


def test_no_group_is_empty() -> None:
    (one,) = divide([diff("a", 0)], 3)
    assert (one["part"], one["expected_seconds"]) == ("1/1", UNKNOWN)
    assert divide([], 3) == []


def test_a_list_that_a_pipeline_loads() -> None:
    text = groovy(divide([diff("a", 1.5)], 1))
    assert text == "return [\n  [part: '1/1', tenants: 'a', seconds: 1.5],\n]"
