"""A message to an SNS topic, by AWS's own client and its documented answers."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from wrapper.aws import topics
from wrapper.model.errors import RefusedError, UnavailableError

TOPIC = "arn:aws:sns:eu-west-1:123456789012:fleet"
MESSAGE = {"Subject": "s", "Message": "m", "MessageAttributes": {"verb": {"DataType": "String", "StringValue": "reap"}}}


@pytest.fixture
def client() -> Any:
    return boto3.client("sns", region_name="eu-west-1", aws_access_key_id="t", aws_secret_access_key="t")


def test_it_is_published(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_response("publish", {"MessageId": "1"}, {"TopicArn": TOPIC, **MESSAGE})
        topics.publish(client, TOPIC, MESSAGE)
        stub.assert_no_pending_responses()


def test_a_topic_with_an_order_needs_a_group(client: Any) -> None:
    asked: list[dict[str, Any]] = []
    client.meta.events.register("before-parameter-build.sns.Publish", lambda params, **_: asked.append(dict(params)))
    with Stubber(client) as stub:
        stub.add_response("publish", {"MessageId": "1"})
        topics.publish(client, f"{TOPIC}.fifo", MESSAGE)
    assert asked[0]["MessageGroupId"] == "orchestrate" and len(asked[0]["MessageDeduplicationId"]) == 64


def test_a_refusal(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("publish", "AuthorizationError", f"not authorized on {TOPIC}", 403)
        with pytest.raises(RefusedError, match="AWS answered AuthorizationError") as error:
            topics.publish(client, TOPIC, MESSAGE)
    assert TOPIC not in str(error.value)


def test_no_answer() -> None:
    class Silent:
        def publish(self, **_: Any) -> None:
            raise EndpointConnectionError(endpoint_url="https://sns.eu-west-1.amazonaws.com/")

    with pytest.raises(UnavailableError, match="EndpointConnectionError"):
        topics.publish(Silent(), TOPIC, MESSAGE)
