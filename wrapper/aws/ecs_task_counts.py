"""How many tasks services are to run, as ECS says now. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from ..model.errors import RefusedError, UnavailableError
from .ecs_service_status import ExpectedService
from .identity import Identity
from .service_batches import batches


def desired(identity: Identity, region: str, label: str, services: Sequence[ExpectedService]) -> dict[str, int]:
    """Name => desired count, of those that are there."""
    found: dict[str, int] = {}
    for batch in batches(services, lambda one: one.cluster):
        counts = _described(identity, region, label, batch)
        found |= {one.name: counts[one.service_name] for one in batch if one.service_name in counts}
    return found


def _described(identity: Identity, region: str, label: str, batch: Sequence[ExpectedService]) -> dict[str, int]:
    from botocore.exceptions import BotoCoreError, ClientError

    names = [one.service for one in batch]
    try:
        answer = identity.client("ecs", region).describe_services(cluster=batch[0].cluster, services=names)
    except ClientError as error:
        raise RefusedError(
            f"{label}: ECS cannot be asked how many tasks run: {error.response['Error'].get('Message', error)}",
            hint="nothing was changed; the role needs ecs:DescribeServices",
        ) from None
    except BotoCoreError as error:
        raise UnavailableError(
            f"{label}: ECS does not answer how many tasks run: {error}",
            hint="nothing was changed; check the network, then run the command again",
        ) from None
    return {one["serviceName"]: one["desiredCount"] for one in answer["services"] if one["status"] == "ACTIVE"}
