"""What ought to run, as it is read out of moto: secrets, rules, names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from wrapper.sandbox import containers_desired

REGION = "ap-southeast-2"


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with mock_aws():
        yield


def client(service: str) -> Any:
    return boto3.client(service, REGION, aws_access_key_id="a", aws_secret_access_key="b")


def test_secrets_stand_among_the_environment() -> None:
    secret = client("secretsmanager").create_secret(Name="login", SecretString='{"user": "me"}')["ARN"]
    client("ssm").put_parameter(Name="/app/key", Value="k", Type="SecureString")
    one = {
        "name": "web",
        "environment": [{"name": "A", "value": "b"}],
        "secrets": [
            {"name": "WHOLE", "valueFrom": secret},
            {"name": "USER", "valueFrom": f"{secret}:user::"},
            {"name": "KEY", "valueFrom": f"arn:aws:ssm:{REGION}:123456789012:parameter/app/key"},
            {"name": "SHORT", "valueFrom": "/app/key"},
        ],
    }
    found = containers_desired.container(one, REGION)
    assert found["environment"] == {"A": "b", "WHOLE": '{"user": "me"}', "USER": "me", "KEY": "k", "SHORT": "k"}
    assert (found["missing"], found["secrets"]) == ([], None)


def test_a_secret_that_is_not_there_is_missing() -> None:
    one = {"name": "web", "secrets": [{"name": "A", "valueFrom": "/nothing"}]}
    assert containers_desired.container(one, REGION)["missing"][0].startswith("/nothing: ")


def test_rules_conditions_and_actions() -> None:
    ec2, elb = client("ec2"), client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"][
            "SubnetId"
        ]
        for n, zone in enumerate("ab")
    ]
    balancer = elb.create_load_balancer(Name="lb", Subnets=subnets)["LoadBalancers"][0]
    group = elb.create_target_group(
        Name="web", Protocol="HTTP", Port=80, VpcId=vpc, HealthCheckPath="/h", Matcher={"HttpCode": "200-299"}
    )["TargetGroups"][0]["TargetGroupArn"]
    listener = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[
            {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
        ],
    )["Listeners"][0]["ListenerArn"]
    conditions = [
        {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com"]}},
        {"Field": "path-pattern", "Values": ["/a/*"]},
        {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-A", "Values": ["b"]}},
    ]
    elb.create_rule(
        ListenerArn=listener, Priority=5, Conditions=conditions, Actions=[{"Type": "forward", "TargetGroupArn": group}]
    )
    found = containers_desired.desired()
    [shown] = found["load_balancers"]
    first, default = shown["listeners"][0]["rules"]
    assert (first["priority"], first["action"]) == (5, {"type": "forward", "groups": [(group, 1)]})
    assert first["conditions"] == [
        {"field": "host-header", "values": ["*.example.com"]},
        {"field": "path-pattern", "values": ["/a/*"]},
        {"field": "http-header", "values": ["b"], "name": "X-A"},
    ]
    assert (
        default["action"] == {"type": "redirect", "code": 301, "protocol": "HTTPS", "port": "443"}
        or default["action"].items() >= {"type": "redirect", "code": 301, "protocol": "HTTPS", "port": "443"}.items()
    )
    [of_group] = found["target_groups"]
    assert (of_group["check"]["path"], of_group["check"]["codes"], of_group["delay"]) == ("/h", "200-299", 300.0)


def test_names_of_public_zones() -> None:
    route53 = client("route53")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    alias = {"DNSName": "dualstack.lb-1.elb.amazonaws.com.", "HostedZoneId": "Z1", "EvaluateTargetHealth": False}
    records = [
        {"Name": "acme.example.com.", "Type": "A", "AliasTarget": alias},
        {"Name": "www.example.com.", "Type": "CNAME", "TTL": 1, "ResourceRecords": [{"Value": "lb-2.elb."}]},
    ]
    changes = [{"Action": "CREATE", "ResourceRecordSet": record} for record in records]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    found = set(containers_desired.names())
    assert found == {("acme.example.com", "lb-1.elb.amazonaws.com"), ("www.example.com", "lb-2.elb")}
