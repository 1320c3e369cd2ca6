"""Which builds run, as the records say it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from cloud import Cloud
from project_on_disk import Disk
from said import Said

from wrapper.cli.commands.builds import doubt
from wrapper.state.index import LayerStatus
from wrapper.state.record import DeploymentRecord

Run = Callable[..., Said]


@pytest.fixture
def deployed(example: Disk) -> Cloud:
    cloud = Cloud(example)
    cloud.perform("apply", "acme", "-var", "tenant=acme", "-var", "service1-build=90")
    return cloud


@pytest.mark.parametrize(
    ("form", "out"),
    [
        ("json", '{"service1-build": "90"}'),
        ("groovy", "env.SERVICE1_BUILD='90'"),
        ("env", "SERVICE1_BUILD=90"),
    ],
)
def test_the_builds_of_a_tenant(run_cli: Run, deployed: Cloud, form: str, out: str) -> None:
    said = run_cli("builds", "app-test", "-var", "tenant=acme", "--format", form)
    assert said.code == 0
    assert (json.dumps(json.loads(said.out)) if form == "json" else said.out.strip()) == out


def test_the_builds_of_all(run_cli: Run, deployed: Cloud) -> None:
    assert json.loads(run_cli("builds", "app-test", "--json").out) == {"acme": {"service1-build": "90"}}
    refused = run_cli("builds", "app-test", "--format", "env")
    assert (refused.code, "--format env is for one tenant" in refused.err) == (64, True)


def test_a_layer_that_was_never_applied(run_cli: Run) -> None:
    said = run_cli("builds", "app-test", "-var", "tenant=acme")
    assert (said.code, "was never applied" in said.err) == (66, True)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (LayerStatus("t", DeploymentRecord(state={"tag": "t"})), ""),
        (LayerStatus("t", DeploymentRecord(state={"tag": "other"})), "changed after its last apply"),
        (LayerStatus("t", DeploymentRecord(failed={"at": "now"})), "its last try failed"),
        (LayerStatus("t", DeploymentRecord(), True), "being changed"),
    ],
)
def test_a_doubt(status: LayerStatus, why: str) -> None:
    assert doubt(status) == why
