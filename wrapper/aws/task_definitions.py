"""What Terraform was told to leave behind, taken away when a whole layer goes.

A task definition with ``skip_destroy`` keeps its old revisions usable for a rollback; once its layer is
destroyed there is nothing to roll back to, and the revisions would stay ACTIVE for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..model.errors import OrchestrateError, UnavailableError
from .identity import Identity


def kept_families(state: dict[str, Any] | None) -> list[str]:
    """Families of the task definitions in a state whose revisions Terraform leaves ACTIVE."""
    resources = (state or {}).get("resources", ())
    found = {
        i["attributes"]["family"]
        for r in resources
        if r.get("type") == "aws_ecs_task_definition" and r.get("mode") == "managed"
        for i in r.get("instances", ())
        if i["attributes"].get("skip_destroy")
    }
    return sorted(found)


def deregister(identity: Identity, region: str, families: Iterable[str]) -> int:
    """Deregister every ACTIVE revision of the families; how many there were. An error is an UnavailableError:
    the layer is gone, only these remain."""
    from botocore.exceptions import BotoCoreError, ClientError

    families = list(families)
    if not families:
        return 0
    client = identity.client("ecs", region)
    try:
        arns = [
            arn
            for family in families
            for page in client.get_paginator("list_task_definitions").paginate(familyPrefix=family, status="ACTIVE")
            for arn in page["taskDefinitionArns"]
        ]
        for arn in arns:
            client.deregister_task_definition(taskDefinition=arn)
        return len(arns)
    except (ClientError, BotoCoreError) as error:
        raise _left(error, region, families) from None


def _left(error: Exception, region: str, families: list[str]) -> OrchestrateError:
    return UnavailableError(
        f"destroyed, but task definition revisions remain: {error}",
        where=", ".join(families),
        hint=f"list them: aws ecs list-task-definitions --region {region} --family-prefix {families[0]} ; for each: "
        f"aws ecs deregister-task-definition --region {region} --task-definition FAMILY:REVISION",
    )
