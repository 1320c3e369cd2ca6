from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from wrapper.sandbox.mends import sqs as mends


def test_redrive_policy_is_compact(asked: Callable[..., tuple[Any, Any]]) -> None:
    arn = "arn:aws:sqs:ap-southeast-2:123456789012:dead"
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5}, separators=(",", ":"))

    def question(client: Any) -> Any:
        client("sqs").create_queue(QueueName="dead")
        url = client("sqs").create_queue(QueueName="work", Attributes={"RedrivePolicy": policy})["QueueUrl"]
        answer = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
        return answer["Attributes"]["RedrivePolicy"]

    unmended, mended = asked(question, mends.redrive_policy_is_compact)
    assert unmended == json.dumps(json.loads(policy))
    assert mended == policy
