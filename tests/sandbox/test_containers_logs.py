"""What containers printed, in CloudWatch Logs."""

from __future__ import annotations

import time

import boto3
import pytest
from moto import mock_aws

from wrapper.sandbox.containers_logs import store

REGION = "ap-southeast-2"


def test_lines_are_found_and_a_group_that_is_not_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    now = int(time.time() * 1000)
    with mock_aws():
        logs = boto3.client("logs", REGION, aws_access_key_id="a", aws_secret_access_key="b")
        logs.create_log_group(logGroupName="/ecs/acme")
        for message in ("one", "two"):
            events = [{"timestamp": now, "message": message}]
            store([{"region": REGION, "group": "/ecs/acme", "stream": "web/main/abc", "events": events}])
            store([{"region": REGION, "group": "/nothing", "stream": "s", "events": events}])
        late = [{"timestamp": now + 1, "message": "four"}, {"timestamp": now, "message": "three"}]
        store([{"region": REGION, "group": "/ecs/acme", "stream": "web/main/abc", "events": late}])
        found = logs.filter_log_events(logGroupName="/ecs/acme")["events"]
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    assert {e["logStreamName"] for e in found} == {"web/main/abc"}
    assert [e["message"] for e in found] == ["one", "two", "three", "four"]
    assert groups == ["/ecs/acme"]
