"""What is asked of an account, and what is made of an answer that does not come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

from wrapper.aws import quota_usage
from wrapper.aws.identity import Identity
from wrapper.aws.quota_usage import QuotaPlaces

REGION = "eu-west-1"
PLACES = QuotaPlaces("app", "example.com", "test.internal")
ANSWERS: dict[str, Any] = {
    "describe_load_balancers": [
        {"LoadBalancers": [{"Type": "application"}, {"Type": "network"}]},
        {"LoadBalancers": [{"Type": "application"}]},
    ],
    "describe_target_groups": [{"TargetGroups": [{}, {}, {}]}],
    "describe_security_groups": [{"SecurityGroups": [{}]}],
    "describe_network_interfaces": [{"NetworkInterfaces": []}],
    "describe_scalable_targets": [{"ScalableTargets": [{"ServiceNamespace": "ecs"}]}],
    "list_schedule_groups": [{}],
    "describe_instances": [
        {
            "Reservations": [
                {
                    "Instances": [
                        {"InstanceType": "m6i.large", "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 2}},
                        {"InstanceType": "g5.xlarge", "CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 2}},
                    ]
                },
                {
                    "Instances": [
                        {
                            "InstanceType": "t3.large",
                            "InstanceLifecycle": "spot",
                            "CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 2},
                        },
                        {"InstanceType": ""},
                        {},
                    ]
                },
            ]
        }
    ],
    "list_certificates": [{"CertificateSummaryList": [{}, {}]}],
    "describe_clusters": {"clusters": [{"activeServicesCount": 7}]},
    "list_hosted_zones_by_name": {"HostedZones": [{"Name": "example.com.", "ResourceRecordSetCount": 9}]},
    "get_account_summary": {"SummaryMap": {"Roles": 11}},
    "list_namespaces": [{"Namespaces": [{"Id": "ns-1", "Name": "test.internal"}, {"Id": "ns-2", "Name": "other"}]}],
    "list_services": [{"Services": [{"InstanceCount": 4}, {}]}, {"Services": [{"InstanceCount": 9}]}],
}


class Client:
    """Answers from a table; an answer that is an exception is raised."""

    def __init__(self, answers: dict[str, Any], asked: list[tuple[str, dict[str, Any]]], where: str) -> None:
        self.answers, self.asked, self.where = answers, asked, where

    def get_paginator(self, call: str) -> Client:
        return Client({**self.answers, "paginate": (call, self.answers.get(call, []))}, self.asked, self.where)

    def paginate(self, **arguments: Any) -> Iterator[dict[str, Any]]:
        call, pages = self.answers["paginate"]
        self.asked.append((f"{self.where} {call}", arguments))
        return iter(_given(pages(arguments) if callable(pages) else pages))

    def __getattr__(self, call: str) -> Any:
        def answer(**arguments: Any) -> Any:
            self.asked.append((f"{self.where} {call}", arguments))
            return _given(self.answers[call])

        return answer


def _given(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer


class Someone(Identity):
    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__()
        object.__setattr__(self, "answers", answers)
        object.__setattr__(self, "asked", [])

    def client(self, service: str, region: str) -> Any:
        return Client(self.answers, self.asked, f"{service}/{region}")  # type: ignore[attr-defined]


def applied(arguments: dict[str, Any]) -> list[dict[str, Any]]:
    codes = {"elasticloadbalancing": ("L-53DA6B97", 120.0), "iam": ("L-FE177D64", 5000.0)}
    one = codes.get(arguments["ServiceCode"])
    return [
        {"Quotas": [{"QuotaCode": "L-0", "Value": 1}]},
        {"Quotas": [{"QuotaCode": one[0], "Value": one[1]}] if one else []},
    ]


def test_limits_and_counts() -> None:
    someone = Someone({**ANSWERS, "list_service_quotas": applied})
    account, unreadable = quota_usage.read(someone, REGION, PLACES)
    assert unreadable == []
    assert account.limits == {"load balancers": 120, "roles": 5000}
    assert account.held == {
        "load balancers": 2,
        "target groups": 3,
        "security groups": 1,
        "network interfaces": 0,
        "scalable targets": 1,
        "schedule groups": 0,
        "EC2 processors": 2,
        "EC2 spot processors": 4,
        "certificates": 2,
        "services": 7,
        "records": 9,
        "roles": 11,
        "Cloud Map instances": 13,
    }
    asked = dict(someone.asked)  # type: ignore[attr-defined]
    assert asked["ecs/eu-west-1 describe_clusters"] == {"clusters": ["app"]}
    assert asked["application-autoscaling/eu-west-1 describe_scalable_targets"] == {"ServiceNamespace": "ecs"}
    assert asked["elbv2/eu-west-1 describe_load_balancers"] == {}, "AWS takes no type; the answer is filtered"
    assert {place for place in asked if "us-east-1" in place} == {"service-quotas/us-east-1 list_service_quotas"}


def test_the_quotas_of_global_services_are_asked_in_one_place() -> None:
    someone = Someone({**ANSWERS, "list_service_quotas": applied})
    quota_usage.read(someone, REGION, QuotaPlaces("app"))
    places = [(place, a["ServiceCode"]) for place, a in someone.asked if place.startswith("service-quotas")]  # type: ignore[attr-defined]
    assert {s for p, s in places if "us-east-1" in p} == {"iam", "route53"}
    assert {s for p, s in places if REGION in p} >= {"ecs", "elasticloadbalancing", "scheduler"}


def test_what_is_refused_is_named_and_left_out() -> None:
    refusal = ClientError({"Error": {"Code": "AccessDenied", "Message": "not yours"}}, "X")
    answers = {**ANSWERS, "list_service_quotas": refusal, "describe_target_groups": refusal}
    answers["get_account_summary"] = EndpointConnectionError(endpoint_url="https://iam")
    answers["describe_clusters"] = {"strange": []}
    account, unreadable = quota_usage.read(Someone(answers), REGION, PLACES)
    assert account.limits == {}
    assert {"target groups", "roles", "services"}.isdisjoint(account.held)
    assert account.held["load balancers"] == 2, "one refusal is not all"
    assert unreadable[:2] == ["applied quotas: not yours", "target groups there already: not yours"]
    assert len(unreadable) == 4


def test_another_zone_with_a_name_after_ours_is_not_ours() -> None:
    answers = {**ANSWERS, "list_service_quotas": applied}
    assert quota_usage.read(Someone(answers), REGION, QuotaPlaces("app", "example.co"))[0].held["records"] == 0
    assert quota_usage.read(Someone(answers), REGION, QuotaPlaces("app"))[0].held["records"] == 0


def test_what_stands_in_a_namespace() -> None:
    """By its name, which each VPC may have once, or by its id; without one nothing is asked."""
    two = [{"Namespaces": [{"Id": n, "Name": "test.internal"} for n in ("ns-1", "ns-2")]}]

    def services(arguments: dict[str, Any]) -> list[dict[str, Any]]:
        [of] = arguments["Filters"]
        return [{"Services": [{"InstanceCount": {"ns-1": 3, "ns-2": 7, "ns-3": 5}[of["Values"][0]]}]}]

    for namespace, there, asked in (("test.internal", 7, 3), ("ns-3", 5, 1), ("", 0, 0)):
        someone = Someone({**ANSWERS, "list_namespaces": two, "list_services": services})
        found = dict(quota_usage.held(someone, REGION, QuotaPlaces("app", namespace=namespace), []))
        calls = [place for place, _ in someone.asked if place.startswith("servicediscovery")]  # type: ignore[attr-defined]
        assert (found["Cloud Map instances"], len(calls)) == (there, asked)
