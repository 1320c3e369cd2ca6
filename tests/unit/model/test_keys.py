"""The key of a layer's state, as the project says it and as an older one did."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import S3, layer

from wrapper.model.keys import state_key

OLD = replace(S3, key="old/name.tfstate")


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
