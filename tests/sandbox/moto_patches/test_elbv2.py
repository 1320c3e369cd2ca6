from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wrapper.sandbox.moto_patches import elbv2

Asked = Callable[..., tuple[Any, Any]]
NOT_FOUND = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]


def create_balancer(client: Any) -> str:
    subnets = [subnet["SubnetId"] for subnet in client("ec2").describe_subnets()["Subnets"]]
    [balancer] = client("elbv2").create_load_balancer(Name="shared", Subnets=subnets)["LoadBalancers"]
    arn: str = balancer["LoadBalancerArn"]
    return arn


def certificate(client: Any, name: str) -> dict[str, str]:
    return {"CertificateArn": client("acm").request_certificate(DomainName=name)["CertificateArn"]}


def create_listener(client: Any, **fields: Any) -> str:
    listener = {"Protocol": "HTTP", "Port": 80, "DefaultActions": NOT_FOUND} | fields
    arn = create_balancer(client)
    [created] = client("elbv2").create_listener(LoadBalancerArn=arn, **listener)["Listeners"]
    created_arn: str = created["ListenerArn"]
    return created_arn


def test_protected_load_balancer_is_not_deleted(asked: Asked) -> None:
    def question(client: Any) -> Any:
        arn = create_balancer(client)
        protection = [{"Key": "deletion_protection.enabled", "Value": "true"}]
        client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=protection)
        client("elbv2").delete_load_balancer(LoadBalancerArn=arn)
        return "deleted"

    unpatched, patched = asked(question, elbv2.protected_load_balancer_is_not_deleted)
    assert unpatched == "deleted"
    assert "OperationNotPermitted" in str(patched)


def test_modified_listener_keeps_its_other_certificates(asked: Asked) -> None:
    def question(client: Any) -> Any:
        default, other = certificate(client, "example.com"), certificate(client, "example.org")
        listener = create_listener(client, Protocol="HTTPS", Port=443, Certificates=[default])
        client("elbv2").add_listener_certificates(ListenerArn=listener, Certificates=[other])
        client("elbv2").modify_listener(ListenerArn=listener, Certificates=[default], DefaultActions=NOT_FOUND)
        return len(client("elbv2").describe_listener_certificates(ListenerArn=listener)["Certificates"])

    assert asked(question, elbv2.modified_listener_keeps_its_other_certificates) == (1, 2)


def test_listener_without_tls_has_no_certificate(asked: Asked) -> None:
    def question(client: Any) -> Any:
        listener = create_listener(
            client, Protocol="HTTPS", Port=443, Certificates=[certificate(client, "example.com")]
        )
        client("elbv2").modify_listener(ListenerArn=listener, Protocol="HTTP", Port=80)
        [found] = client("elbv2").describe_listeners(ListenerArns=[listener])["Listeners"]
        return len(found.get("Certificates", [])), "SslPolicy" in found

    assert asked(question, elbv2.listener_without_tls_has_no_certificate) == ((1, True), (0, False))


def test_modified_listener_with_tls_keeps_its_certificate(asked: Asked) -> None:
    def question(client: Any) -> Any:
        listener = create_listener(
            client, Protocol="HTTPS", Port=443, Certificates=[certificate(client, "example.com")]
        )
        client("elbv2").modify_listener(ListenerArn=listener, Port=8443)
        [found] = client("elbv2").describe_listeners(ListenerArns=[listener])["Listeners"]
        return len(found["Certificates"])

    assert asked(question, elbv2.listener_without_tls_has_no_certificate) == (1, 1)


@pytest.mark.parametrize(("limit", "refuses"), [(2, True), (3, False)])
def test_rules_are_limited(asked: Asked, monkeypatch: pytest.MonkeyPatch, limit: int, refuses: bool) -> None:
    monkeypatch.setattr(elbv2, "RULES_PER_LOAD_BALANCER", limit)

    def question(client: Any) -> Any:
        listener = create_listener(client)
        for priority in (1, 2, 3):
            host = {"Field": "host-header", "HostHeaderConfig": {"Values": [f"{priority}.example.com"]}}
            client("elbv2").create_rule(ListenerArn=listener, Priority=priority, Conditions=[host], Actions=NOT_FOUND)
        return "all"

    unpatched, patched = asked(question, elbv2.rules_are_limited)
    assert unpatched == "all"
    assert ("TooManyRules" in str(patched)) is refuses, "a listener's default is not counted"
