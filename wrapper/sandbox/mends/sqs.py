"""Mends of SQS: the redrive policy."""

from __future__ import annotations

import json
from typing import Any

from moto.sqs.models import Queue

from wrapper.sandbox.mends.ledger import Ledger, Mend


def redrive_policy_is_compact(ledger: Ledger) -> None:
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

    ledger.replace(Queue, "attributes", property(attributes))


MENDS: tuple[Mend, ...] = (redrive_policy_is_compact,)
