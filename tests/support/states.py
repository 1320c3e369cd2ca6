"""Resources as a state of format 4 holds them."""

from __future__ import annotations

from typing import Any

ARN = "arn:aws:ecs:ap-southeast-2:1:service/c/acme"


def resource(*instances: dict[str, Any], **changes: Any) -> dict[str, Any]:
    plain = {"mode": "managed", "type": "aws_ecs_service", "name": "this", "module": "module.service"}
    return {**plain, "instances": list(instances), **changes}


def instance(**changes: Any) -> dict[str, Any]:
    return {"status": "tainted", "attributes": {"id": ARN, "cluster": "c"}, **changes}
