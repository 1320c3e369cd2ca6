"""The outputs of a stack layer, read once in a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud
from project_on_disk import OUTPUTS, Disk

from wrapper.deploy.stack_outputs import Outputs
from wrapper.model.errors import NotFoundError, UnavailableError
from wrapper.model.stack import Layer
from wrapper.state.store import LocalStore


def outputs(cloud: Cloud, store: Any = None, **changes: Any) -> Outputs:
    one = cloud.deployer()
    opened = store or (lambda: LocalStore(Path(cloud.states)))
    return Outputs(one.project, one.stack, one.identity, opened, cloud.console.info, **changes)


def test_a_tenant_needs_a_stack_that_was_applied(example: Disk) -> None:
    found = outputs(Cloud(example))
    assert found.of(Layer(found.stack)) == {}
    with pytest.raises(NotFoundError, match="has no state yet") as error:
        found.of(Layer(found.stack, "acme"))
    assert error.value.hint == "apply it first: ./orchestrate apply app-test ap-southeast-2"


def test_they_are_read_once_until_they_are_forgotten(example: Disk) -> None:
    cloud = Cloud(example)
    cloud.perform("apply")
    found = outputs(cloud)
    acme = Layer(found.stack, "acme")
    assert found.of(acme) == OUTPUTS
    cloud.write(Layer(found.stack), gone=True)
    assert found.of(acme) == OUTPUTS
    found.forget()
    assert found.of(acme) == {}


def test_in_a_dry_run_they_are_to_come(example: Disk) -> None:
    def unreachable() -> Any:
        raise UnavailableError("the state bucket does not answer")

    cloud = Cloud(example)
    found = outputs(cloud, unreachable, dry=True)
    acme = Layer(found.stack, "acme")
    assert found.of(acme) == {}
    declared = found.project.values.declared(acme.source)
    coming = found.to_come(acme, declared)
    assert {n: v.value for n, v in coming.items()} == {"cluster": None}, "what it declares"
    assert "its outputs are not known here (the state bucket does not answer)" in cloud.console.text()
