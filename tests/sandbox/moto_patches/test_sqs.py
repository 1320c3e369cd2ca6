from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from wrapper.sandbox.moto_patches import sqs


def test_redrive_policy_is_compact(asked: Callable[..., tuple[Any, Any]]) -> None:
    arn = "arn:aws:sqs:ap-southeast-2:123456789012:dead"
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5}, separators=(",", ":"))

    def question(client: Any) -> Any:
        client("sqs").create_queue(QueueName="dead")
        url = client("sqs").create_queue(QueueName="work", Attributes={"RedrivePolicy": policy})["QueueUrl"]
        answer = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
        return answer["Attributes"]["RedrivePolicy"]

    unpatched, patched = asked(question, sqs.redrive_policy_is_compact)
    assert unpatched == json.dumps(json.loads(policy))
    assert patched == policy


def test_queue_keeps_its_policy(asked: Callable[..., tuple[Any, Any]]) -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def question(client: Any) -> Any:
        url = client("sqs").create_queue(QueueName="work", Attributes={"Policy": policy})["QueueUrl"]
        client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})
        kept = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"].get("Policy")
        client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
        gone = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"].get("Policy")
        return kept, gone

    assert asked(question, sqs.queue_keeps_its_policy) == ((None, None), (policy, None))
