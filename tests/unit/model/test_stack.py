"""The nouns of a project's folders: labels, the layer's own root, where files stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import S3, layer, stack

from wrapper.model.stack import Backend, state_key

OLD = S3._replace(key="old/name.tfstate")


@pytest.mark.parametrize(
    ("region", "tenant", "label"),
    [("r", "", "r/app"), ("r", "acme", "r/app/acme"), ("", "", "app"), ("", "acme", "app/acme")],
)
def test_a_label_names_region_stack_and_tenant(region: str, tenant: str, label: str) -> None:
    assert layer(tenant, region=region).label == label


def test_a_layer_has_its_own_source() -> None:
    assert layer().source == Path("/p/src/app")
    assert layer("acme").source == Path("/p/src/app/tenant")


def test_a_backend_without_a_bucket_says_nothing() -> None:
    assert (Backend("local", {}, "x").bucket, Backend("local", {}, "x").region) == ("", "")


def test_where_a_stacks_settings_stand() -> None:
    assert stack().settings_file == "config/ap-southeast-2/app/stack.hcl"
    assert stack("", config=Path("/p/config/app")).settings_file == "config/app/stack.hcl"


def test_where_a_tenants_values_stand() -> None:
    assert stack("", config=Path("/p/config/app")).tenant_file("acme") == Path("/p/config/app/tenants/acme.tfvars")


@pytest.mark.parametrize(
    ("tenant", "backend", "key"),
    [
        ("", S3, "ap-southeast-2/app/terraform.tfstate"),
        ("acme", S3, "ap-southeast-2/app/tenants/acme/terraform.tfstate"),
        ("", OLD, "old/name.tfstate"),
        ("acme", OLD, "ap-southeast-2/app/tenants/acme/terraform.tfstate"),
    ],
)
def test_a_key_by_hand_is_the_stack_layers_alone(tenant: str, backend: object, key: str) -> None:
    assert state_key(layer(tenant, backend=backend)) == key
