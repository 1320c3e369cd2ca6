"""Why a layer would run, or need not."""

from __future__ import annotations

from typing import Any

import pytest
from cloud import Cloud, tokens
from project_on_disk import APP, Disk, filled

from wrapper.fleet.change_detection import ChangeDetector, LayerDiff, TenantFilter
from wrapper.fleet.selection import Shard
from wrapper.terraform.commands import APPLY


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    return Cloud(filled(example, _applied))


def _applied(example: Disk) -> None:
    Cloud(example).perform("apply", "acme", "-var", "tenant=acme")


def detect(cloud: Cloud, *typed: str, **changes: Any) -> dict[str, LayerDiff]:
    one = ChangeDetector(cloud.deployer(), **changes)
    names = ("acme", "globex")
    return {d.layer.tenant: d for d in one.detect(APPLY, names, tokens(*typed), one.read_index())}


def why(cloud: Cloud, *typed: str, **changes: Any) -> tuple[str, ...]:
    return tuple(diff.reason for diff in detect(cloud, *typed, **changes).values())


def test_what_was_applied_so_need_not_run(cloud: Cloud) -> None:
    assert why(cloud) == ("", "not deployed yet")
    assert why(cloud, force=True) == why(cloud, "-replace=x") == ("asked for", "asked for")


def test_what_changed_is_named(cloud: Cloud, example: Disk) -> None:
    example.write(f"{APP}/tenants/acme.tfvars", "memory = 512\n")
    acme = detect(cloud)["acme"]
    assert (acme.reason, [d.name for d in acme.differences]) == ("variable memory", ["variable memory"])


def test_a_state_that_another_hand_wrote(cloud: Cloud) -> None:
    cloud.write(detect(cloud)["acme"].layer)
    assert why(cloud)[0] == "its state changed after its last apply"


def test_files_that_are_wrong_are_that_layers_alone(cloud: Cloud, example: Disk) -> None:
    example.write(f"{APP}/tenants/acme.tfvars", "memry = 512\n")
    found = detect(cloud)
    assert (found["acme"].reason, found["acme"].prepared) == ("its files are wrong", None)
    assert found["globex"].reason == "not deployed yet"


def test_who_is_in_scope(cloud: Cloud) -> None:
    one = ChangeDetector(cloud.deployer())
    index = one.read_index()

    def chosen(deployed_only: bool = False, **narrow: Any) -> tuple[str, ...]:
        return one.choose(index, TenantFilter(**narrow), deployed_only=deployed_only).chosen

    assert (chosen(), chosen(deployed_only=True)) == (("acme", "globex"), ("acme",))
    assert chosen(patterns=("g*",)) == chosen(only=frozenset(["globex", ""])) == ("globex",)
    assert sorted(chosen(shard=Shard(1, 2)) + chosen(shard=Shard(2, 2))) == ["acme", "globex"]
