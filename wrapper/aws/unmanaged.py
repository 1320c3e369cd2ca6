"""What AWS has of a layer and its state does not: found by the tags Stack and Tenant. Reads only.

What carries no such tag is not found (docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html);
nor are IAM's roles, outside us-east-1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.stack import Layer
from .identity import Identity
from .remaining_resources import TAG

_TENANT = "Tenant"


def find(identity: Identity, region: str, layer: Layer, state: Mapping[str, Any] | None) -> list[str]:
    """ARNs of what is tagged as the layer's and stands in no attribute `arn` of its state. Raises what botocore raises."""
    known = _arns(state)
    filters = [{"Key": TAG, "Values": [layer.stack.name]}]
    filters += [{"Key": _TENANT, "Values": [layer.tenant]}] if layer.tenant else []
    pages = identity.client("resourcegroupstaggingapi", region).get_paginator("get_resources")
    found = (one for page in pages.paginate(TagFilters=filters) for one in page["ResourceTagMappingList"])
    mine = (one for one in found if layer.tenant or _TENANT not in {tag["Key"] for tag in one["Tags"]})
    return sorted(one["ResourceARN"] for one in mine if one["ResourceARN"] not in known)


def _arns(state: Mapping[str, Any] | None) -> set[str]:
    resources = (state or {}).get("resources", ())
    return {
        str(value)
        for resource in resources
        for one in resource.get("instances", ())
        for name in ("arn", "id")
        if (value := (one.get("attributes") or {}).get(name))
    }
