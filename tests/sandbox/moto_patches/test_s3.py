from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from wrapper.sandbox.moto_patches import s3 as patches

TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::states", "arn:aws:s3:::states/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def question_with(*statements: dict[str, Any]) -> Callable[[Any], str]:
    def question(client: Any) -> str:
        s3 = client("s3")
        s3.create_bucket(Bucket="states", CreateBucketConfiguration={"LocationConstraint": "ap-southeast-2"})
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        s3.put_bucket_policy(Bucket="states", Policy=json.dumps(policy))
        try:
            s3.put_object(Bucket="states", Key="state", Body=b"1")
        except ClientError as error:
            return str(error.response["ResponseMetadata"]["HTTPStatusCode"])
        assert json.loads(s3.get_bucket_policy(Bucket="states")["Policy"])["Statement"] == list(statements)
        return "written"

    return question


def test_tls_only_policy_lets_tls_in(asked: Callable[..., tuple[Any, Any]]) -> None:
    assert asked(question_with(TLS_ONLY), patches.tls_only_policy_lets_tls_in) == ("403", "written")


@pytest.mark.parametrize("condition", [{}, {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}])
def test_any_other_refusal_stays(asked: Callable[..., tuple[Any, Any]], condition: dict[str, Any]) -> None:
    refusal = {k: v for k, v in TLS_ONLY.items() if k != "Condition"} | condition
    assert asked(question_with(refusal), patches.tls_only_policy_lets_tls_in) == ("403", "403")
