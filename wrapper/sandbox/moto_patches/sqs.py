"""Patches of SQS: the redrive policy, and who may send."""

from __future__ import annotations

import json
from typing import Any

from moto.sqs.models import Queue

from .patch_set import Patch, PatchSet


def redrive_policy_is_compact(patch_set: PatchSet) -> None:
    """AWS answers the redrive policy as compact JSON.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
    moto answers it with spaces. The provider compares the text, and plans a change.
    """
    original = vars(Queue)["attributes"].fget

    def attributes(self: Queue) -> Any:
        found = original(self)
        if found.get("RedrivePolicy"):
            found["RedrivePolicy"] = json.dumps(json.loads(found["RedrivePolicy"]), separators=(",", ":"))
        return found

    patch_set.replace(Queue, "attributes", property(attributes))


def queue_keeps_its_policy(patch_set: PatchSet) -> None:
    """AWS changes the attributes that SetQueueAttributes names, and no other.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    moto forgets the queue's policy whenever the request names something else. Every later plan gives it back.
    """

    def around(original: Any, self: Queue, attributes: dict[str, Any], now: float | None = None) -> None:
        policy = self.policy if "_policy_json" in vars(self) else None  # while it is made it has none yet
        original(self, attributes, now)
        if policy and "Policy" not in attributes:
            self.policy = policy

    patch_set.wrap(Queue, "_set_attributes", around)


PATCHES: tuple[Patch, ...] = (redrive_policy_is_compact, queue_keeps_its_policy)
