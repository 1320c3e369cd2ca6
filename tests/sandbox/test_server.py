"""The sandbox as its clients see it: over HTTP, with boto3."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import fakes
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from wrapper.aws import identity
from wrapper.model.stack import Backend
from wrapper.sandbox.lifecycle import Endpoint, Sandbox, Seed, ask
from wrapper.state import history, layer_state
from wrapper.state.record import DeploymentRecord
from wrapper.state.s3 import BucketStore

pytestmark = pytest.mark.sandbox
REGION = "ap-southeast-2"
BACKEND = Backend("s3", {"bucket": "orchestrate-state", "region": REGION}, "")


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One server for these tests: a start costs more than all that they ask."""
    sandbox = Sandbox(tmp_path_factory.mktemp("shared") / "sandbox", "/projects/shared")
    yield sandbox
    sandbox.stop()


@pytest.fixture
def endpoint(shared: Sandbox, seed: Seed) -> Endpoint:
    """Without what a test before put into its bucket, and without its faults."""
    found = shared.start(seed)
    ask(f"{found.url}/_orchestrate/faults", b'{"faults": []}')
    store = BucketStore(identity.sandbox(found.url), BACKEND)
    for key in store.listing(""):
        store.delete(key)
    return found


@pytest.fixture
def client(endpoint: Endpoint) -> Iterator[Callable[[str], Any]]:
    made: list[Any] = []

    def make(service: str) -> Any:
        made.append(
            boto3.client(
                service,
                region_name=REGION,
                endpoint_url=endpoint.url,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(max_pool_connections=20, retries={"total_max_attempts": 1}),
            )
        )
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_it_holds_what_a_real_account_would(client: Callable[[str], Any]) -> None:
    s3, bucket = client("s3"), "orchestrate-state"
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == REGION
    [zone] = client("route53").list_hosted_zones()["HostedZones"]
    assert (zone["Name"], zone["Config"]["PrivateZone"]) == ("example.com.", False)
    secret = client("secretsmanager").get_secret_value(SecretId="registry-login")
    assert json.loads(secret["SecretString"]) == {"username": "someone"}
    zones = {subnet["AvailabilityZone"] for subnet in client("ec2").describe_subnets()["Subnets"]}
    assert zones == {f"{REGION}{letter}" for letter in "abc"}


def test_managed_policies_exist(client: Callable[[str], Any]) -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
    assert client("iam").get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn


def test_seeding_again_changes_nothing_and_adds_what_is_new(
    shared: Sandbox, seed: Seed, client: Callable[[str], Any]
) -> None:
    first = replace(seed, secrets=(("login", REGION, "first"),))
    shared.start(first)
    client("s3").put_object(Bucket="orchestrate-state", Key="state", Body=b"{}")
    client("secretsmanager").put_secret_value(SecretId="login", SecretString="mine")
    shared.start(replace(first, buckets=(*seed.buckets, ("another", REGION))))
    assert {bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]} == {"orchestrate-state", "another"}
    assert client("s3").get_object(Bucket="orchestrate-state", Key="state")["Body"].read() == b"{}"
    assert client("secretsmanager").get_secret_value(SecretId="login")["SecretString"] == "mine"
    assert len(client("route53").list_hosted_zones()["HostedZones"]) == 1


def test_reset_leaves_nothing_but_the_seeds(shared: Sandbox, seed: Seed, client: Callable[[str], Any]) -> None:
    client("ecs").create_cluster(clusterName="left-over")
    fresh = shared.reset(seed)
    ecs = boto3.client(
        "ecs", region_name=REGION, endpoint_url=fresh.url, aws_access_key_id="a", aws_secret_access_key="b"
    )
    assert ecs.list_clusters()["clusterArns"] == []
    ecs.close()


def test_a_conditional_write_has_exactly_one_winner(client: Callable[[str], Any]) -> None:
    s3 = client("s3")

    def put(number: int) -> bool:
        try:
            s3.put_object(Bucket="orchestrate-state", Key="lock", Body=str(number).encode(), IfNoneMatch="*")
        except ClientError as error:
            assert error.response["Error"]["Code"] == "PreconditionFailed"
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        won = list(pool.map(put, range(20)))
    assert won.count(True) == 1
    assert s3.get_object(Bucket="orchestrate-state", Key="lock")["Body"].read() == str(won.index(True)).encode()


def test_what_is_not_simulated_is_said_at_once_and_logged(endpoint: Endpoint, client: Callable[[str], Any]) -> None:
    with pytest.raises(ClientError, match="the sandbox does not simulate ecs:SubmitAttachmentStateChanges"):
        client("ecs").submit_attachment_state_changes(attachments=[])
    assert "501 ecs:SubmitAttachmentStateChanges is not simulated" in endpoint.log.read_text()


def test_the_log_stays_small(endpoint: Endpoint, client: Callable[[str], Any]) -> None:
    before = endpoint.log.read_text()
    assert " ready at " in before
    for _ in range(50):
        client("s3").list_buckets()
    assert endpoint.log.read_text() == before


def test_it_can_be_started_by_hand(tmp_path: Path, seed: Seed) -> None:
    seeds = json.dumps({"buckets": seed.buckets, "zones": seed.zones, "secrets": seed.secrets})
    argv = [sys.executable, "-m", "wrapper.sandbox.server", "--home", str(tmp_path), "--project", "x", "--seed", seeds]
    record = tmp_path / "server.json"
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 120
        while not record.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM) if (found := record.exists() and record.read_text()) else process.kill()
        assert process.wait(60) == 0
    assert json.loads(found or "{}").keys() == {"url", "port", "pid", "token", "project", "version"}
    assert not record.exists()


def test_errors_to_order_reach_every_kind_of_service(endpoint: Endpoint, client: Callable[[str], Any]) -> None:
    """One of each wire format: JSON, query, EC2's own, REST with XML; and what is not meant goes on."""
    calls: dict[str, Callable[[], Any]] = {
        "ecs:RegisterTaskDefinition": lambda: client("ecs").register_task_definition(
            family="f", containerDefinitions=[]
        ),
        "elasticloadbalancing:DescribeRules": lambda: client("elbv2").describe_rules(ListenerArn="arn:aws:x"),
        "monitoring:PutMetricAlarm": lambda: client("cloudwatch").put_metric_alarm(
            AlarmName="a", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1
        ),
        "ec2:DescribeVpcs": lambda: client("ec2").describe_vpcs(),
        "route53:GET /2013-04-01/hostedzone*": lambda: client("route53").list_hosted_zones(),
        "s3:PUT *terraform.tfstate": lambda: client("s3").put_object(
            Bucket="orchestrate-state", Key="a/terraform.tfstate"
        ),
    }
    faults = [{"action": name, "code": "AccessDenied", "message": f"no {name}", "status": 403} for name in calls]
    ask(f"{endpoint.url}/_orchestrate/faults", json.dumps({"faults": faults}).encode())
    for name, call in calls.items():
        with pytest.raises(ClientError) as error:
            call()
        assert error.value.response["Error"]["Code"] == "AccessDenied", name
        assert error.value.response["Error"]["Message"] == f"no {name}"
    client("s3").put_object(Bucket="orchestrate-state", Key="a/terraform.tfstate.tflock")
    assert [fault["hits"] for fault in ask(f"{endpoint.url}/_orchestrate/faults")["faults"]] == [1] * len(calls)


@pytest.mark.parametrize("answer", [{}, {"code": "InternalError", "status": 500}])
@pytest.mark.parametrize("earlier", [0, 1])
def test_a_write_whose_answer_is_lost_counts_once(endpoint: Endpoint, answer: dict[str, Any], earlier: int) -> None:
    """botocore asks again by itself, and S3 refuses that: the first try has changed what it was to be written over."""
    store = BucketStore(identity.sandbox(endpoint.url), BACKEND)
    layer = fakes.layer("acme")
    runs = [str(number) for number in range(earlier + 1)]
    for run in runs[:-1]:
        layer_state.change_history(store, layer, partial(history.added, record=DeploymentRecord(run=run)))
    fault = {"action": "s3:PUT *", "lost": True, **answer}
    ask(f"{endpoint.url}/_orchestrate/faults", json.dumps({"faults": [fault]}).encode())
    layer_state.change_history(store, layer, partial(history.added, record=DeploymentRecord(run=runs[-1])))
    assert [fault["hits"] for fault in ask(f"{endpoint.url}/_orchestrate/faults")["faults"]] == [1]
    assert [(e.number, e.run) for e in layer_state.load_history(store, layer)] == [(int(r) + 1, r) for r in runs]


@pytest.mark.parametrize("tag", [None, "as it is"])
def test_a_conditional_write_meets_itself(endpoint: Endpoint, tag: str | None) -> None:
    store = BucketStore(identity.sandbox(endpoint.url), BACKEND)
    if tag:
        store.write("key", b"before")
        tag = (store.read_tagged("key") or (b"", ""))[1]
    ask(f"{endpoint.url}/_orchestrate/faults", b'{"faults": [{"action": "s3:PUT *", "lost": true}]}')
    assert store.write_if("key", b"mine", tag)
    assert not store.write_if("key", b"another", tag)
    assert store.read("key") == b"mine"
