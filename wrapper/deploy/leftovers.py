"""What a stopped or failed apply created in AWS and left out of its state: named, with the command that takes it in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..aws import unmanaged
from ..aws.identity import Identity
from ..model.stack import Layer
from ..terraform import import_ids
from ..terraform.suggested import suggest

_MOST = 50  # lines
# AWS itself makes these for a service or a group, or they are revisions that were kept.
_NOT_TERRAFORMS = re.compile(
    r"arn:[^:]*:(ecs:[^:]*:[^:]*:task(-definition|-set)?/|ec2:[^:]*:[^:]*:(instance|volume|network-interface)/)"
)


def lines(identity: Identity, layer: Layer, state: Mapping[str, Any] | None, said: str) -> list[str]:
    """What to say of it; [] where nothing is found, or AWS does not answer. ``said``: the last words of Terraform."""
    from botocore.exceptions import BotoCoreError, ClientError

    stack = layer.stack
    if not identity.method and stack.backend.kind == "local":  # nothing to do with AWS, as far as its files say
        return []
    try:
        arns = unmanaged.find(identity, stack.aws_region, layer, state)
    except (BotoCoreError, ClientError) as error:
        return [f"{layer.label}: whether AWS has what the state lacks is not known: {error}"]
    return list(_lines(layer, [a for a in arns if not _NOT_TERRAFORMS.match(a)], import_ids.unfinished(said)))


def _lines(layer: Layer, arns: Sequence[str], addresses: Sequence[str]) -> Iterator[str]:
    if not arns:
        return
    yield f"{layer.label}: AWS has {len(arns)} with the tags of this layer that its state does not have:"
    for arn in arns[:_MOST]:
        yield f"  {arn}{_way(layer, arn, addresses)}"
    yield "  what has no tags Stack and Tenant is not listed"


def _way(layer: Layer, arn: str, addresses: Sequence[str]) -> str:
    """The command where it is clear which address is meant: the one of its type that was being created."""
    found = import_ids.of(arn)
    if found is None:
        return ""
    mine = [a for a in addresses if import_ids.type_of(a) == found.type]
    if len(mine) == 1:
        return f"\n    to take it in: {suggest('import', layer, mine[0], found.id)}"
    return f"\n    {found.type}; its id for import is {found.id}"
