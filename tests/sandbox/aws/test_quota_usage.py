"""What a simulated account holds, counted by the real client: the names of calls and of answers are AWS's."""

from __future__ import annotations

from typing import Any

import pytest
from moto import mock_aws
from moto_identity import MotoIdentity

from wrapper.aws import quota_usage
from wrapper.aws.quota_usage import QuotaPlaces

REGION = "ap-southeast-2"
PLACES = QuotaPlaces("app", "example.com", "x.internal")


@pytest.fixture(autouse=True)
def _nobody_real(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")


def test_what_is_there_is_counted() -> None:
    unreadable: list[str] = []
    with mock_aws():
        before = dict(quota_usage.held(MotoIdentity(), REGION, PLACES, unreadable))
        make()
        after = dict(quota_usage.held(MotoIdentity(), REGION, PLACES, unreadable))
    assert unreadable == []
    grown = {name: after[name] - before[name] for name in after}
    assert grown == {
        "load balancers": 1,
        "target groups": 1,
        "security groups": 2,
        "network interfaces": 1,
        "scalable targets": 1,
        "schedule groups": 1,
        "EC2 processors": 0,  # no machine runs; those of machines that do: tests/unit/aws/test_quota_usage.py
        "EC2 spot processors": 0,
        "certificates": 1,
        "services": 0,  # moto counts none in a cluster
        "records": 3,  # with the two that every zone has
        "roles": 1,
        "Cloud Map instances": 0,  # moto counts none: tests/unit/aws/test_quota_usage.py
    }


def make() -> None:
    def client(name: str) -> Any:
        return MotoIdentity().client(name, REGION)

    ec2, ecs, dns = client("ec2"), client("ecs"), client("route53")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]  # with its default security group
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=REGION + z)["Subnet"]["SubnetId"]
        for n, z in enumerate("ab")
    ]
    ec2.create_security_group(GroupName="g", Description="g", VpcId=vpc)
    ec2.create_network_interface(SubnetId=subnets[0])
    client("elbv2").create_load_balancer(Name="a", Subnets=subnets)
    client("elbv2").create_load_balancer(Name="n", Subnets=subnets, Type="network")
    client("elbv2").create_target_group(Name="t", Protocol="HTTP", Port=80, VpcId=vpc)
    client("acm").request_certificate(DomainName="a.example.com", ValidationMethod="DNS")
    client("scheduler").create_schedule_group(Name="r")
    client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    zone = dns.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    record = {"Name": "a.example.com", "Type": "A", "TTL": 1, "ResourceRecords": [{"Value": "10.0.0.1"}]}
    change = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    dns.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=change)
    ecs.create_cluster(clusterName="app")
    ecs.register_task_definition(family="f", containerDefinitions=[{"name": "c", "image": "i:1", "memory": 128}])
    ecs.create_service(cluster="app", serviceName="s", taskDefinition="f", desiredCount=1)
    client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId="service/app/s",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=1,
        MaxCapacity=2,
    )
