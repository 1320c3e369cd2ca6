"""AWS asked whether what lies tainted stands: a question for ten services of a cluster, and one for each of the others."""

from __future__ import annotations

from typing import Any

import pytest
from aws_answers import DENIED, Aws, service, services
from botocore.exceptions import ClientError, EndpointConnectionError

from wrapper.aws.resource_existence import Standing
from wrapper.model.findings import Seen, Tainted

LB = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/acme/1"
RECORD = {"zone_id": "Z1", "name": "*.Acme.example.com", "type": "A"}
AWAY = EndpointConnectionError(endpoint_url="https://ecs")


def gone(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "Describe")


def look(answer: Any, *resources: Tainted) -> dict[str, Seen]:
    return {one.address: seen for one, seen in Standing(Aws(answer), "ap-southeast-2").look(resources)}


@pytest.mark.parametrize(
    ("answer", "stands", "words"),
    [
        (services(acme="ACTIVE"), True, "ECS shows it ACTIVE"),
        (services(acme="DRAINING"), False, "ECS shows it DRAINING"),
        (services(acme="INACTIVE"), False, "ECS shows it INACTIVE"),
        (services(), False, "ECS has no such service"),
        (gone("ClusterNotFoundException"), False, "ECS has no such service"),
        (DENIED, False, "ECS does not say whether it is there (not authorized; the role needs ecs:DescribeServices)"),
        (AWAY, False, 'ECS does not say whether it is there (Could not connect to the endpoint URL: "https://ecs"; '
         "the role needs ecs:DescribeServices)"),
    ],
)  # fmt: skip
def test_a_service(answer: Any, stands: bool, words: str) -> None:
    assert look(answer, service("acme")) == {"aws_ecs_service.acme": Seen(stands, words)}


def test_ten_of_one_cluster_at_once_and_each_where_it_is() -> None:
    aws = Aws(services())
    many = [*(service(f"s{n}") for n in range(12)), service("b", "other"), service("c", region="eu-west-1")]
    assert len(list(Standing(aws, "ap-southeast-2").look(many))) == 14
    asked = [(region, given["cluster"], len(given["services"])) for _, region, given in aws.asked]  # type: ignore[attr-defined]
    here = "ap-southeast-2"
    assert asked == [(here, "c", 10), (here, "c", 2), (here, "other", 1), ("eu-west-1", "c", 1)]


@pytest.mark.parametrize(
    ("answer", "stands", "words"),
    [
        ({"LoadBalancers": [{"State": {"Code": "active"}}]}, True, "Elastic Load Balancing shows it active"),
        (
            {"LoadBalancers": [{"State": {"Code": "provisioning"}}]},
            True,
            "Elastic Load Balancing shows it provisioning",
        ),
        ({"LoadBalancers": [{"State": {"Code": "failed"}}]}, False, "Elastic Load Balancing shows it failed"),
        (gone("LoadBalancerNotFound"), False, "Elastic Load Balancing has no such load balancer"),
        (
            DENIED,
            False,
            "Elastic Load Balancing does not say whether it is there (not authorized; the role needs "
            "elasticloadbalancing:DescribeLoadBalancers)",
        ),
    ],
)
def test_a_load_balancer(answer: Any, stands: bool, words: str) -> None:
    aws = Aws(answer)
    assert [s for _, s in Standing(aws, "r").look([Tainted("lb", "aws_lb", {"id": LB})])] == [Seen(stands, words)]
    assert aws.asked == [("elbv2", "eu-west-1", {"LoadBalancerArns": [LB]})]  # type: ignore[attr-defined]


def records(*sets: dict[str, str]) -> dict[str, Any]:
    return {"ResourceRecordSets": list(sets)}


@pytest.mark.parametrize(
    ("answer", "more", "stands", "words"),
    [
        (records({"Name": "\\052.acme.example.com.", "Type": "A"}), {}, True, "Route 53 has it"),
        (records({"Name": "\\052.acme.example.com.", "Type": "AAAA"}), {}, False, "Route 53 has no such record"),
        (records({"Name": "b.acme.example.com.", "Type": "A"}), {}, False, "Route 53 has no such record"),
        (
            records({"Name": "\\052.acme.example.com.", "Type": "A"}),
            {"set_identifier": "b"},
            False,
            "Route 53 has no such record",
        ),
        (records(), {}, False, "Route 53 has no such record"),
        (gone("NoSuchHostedZone"), {}, False, "Route 53 has no such record"),
        (
            DENIED,
            {},
            False,
            "Route 53 does not say whether it is there (not authorized; the role needs route53:ListResourceRecordSets)",
        ),
    ],
)
def test_a_record(answer: Any, more: dict[str, str], stands: bool, words: str) -> None:
    one = Tainted("a", "aws_route53_record", {**RECORD, **more, "id": "Z1_a_A"})
    assert look(answer, one) == {"a": Seen(stands, words)}
