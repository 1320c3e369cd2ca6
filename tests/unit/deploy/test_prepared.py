"""A layer made ready: what is recorded of it."""

from __future__ import annotations

import pytest
from cloud import Cloud, tokens
from project_on_disk import Disk

from wrapper.deploy.prepared import LayerOverrides, PreparedLayer, digest_each, exactly
from wrapper.model.errors import OrchestrateError
from wrapper.model.nouns import ResolvedValue
from wrapper.model.stack import Layer
from wrapper.terraform.commands import APPLY


@pytest.fixture
def prepared(example: Disk) -> PreparedLayer:
    cloud = Cloud(example)
    cloud.perform("apply")
    one = cloud.deployer()
    typed = ("-var", "tenant=acme", "-var", "service1-build=90", "-var", "api_key=hush")
    return one.resolver.prepare(APPLY, Layer(one.stack, "acme"), tokens(*typed))


def test_what_is_recorded_has_no_secret(prepared: PreparedLayer) -> None:
    record = prepared.record
    assert record.cli_vars["service1-build"] == "90" and "api_key" not in record.cli_vars
    assert (record.sensitive_names, record.builds) == (("api_key",), {"service1-build": "90"})
    assert record.inputs and "hush" not in repr(record)


def test_other_builds_than_those_given_are_refused(prepared: PreparedLayer) -> None:
    assert exactly(LayerOverrides(builds={"service1-build": "90"}), prepared) is prepared
    assert exactly(LayerOverrides(), prepared) is prepared
    with pytest.raises(OrchestrateError):
        exactly(LayerOverrides(builds={"service1-build": "89"}), prepared)


def test_the_same_value_is_digested_once() -> None:
    value = ResolvedValue([1], "a")
    first: dict[str, tuple[ResolvedValue, str]] = {}
    one = digest_each({"x": value}, first)
    first["x"] = (value, "known")
    assert digest_each({"x": value}, first) == {"x": "known"}
    assert digest_each({"x": ResolvedValue([1], "b")}, first) == one, "equal, and not the same"
