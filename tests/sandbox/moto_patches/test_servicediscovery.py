from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wrapper.sandbox.moto_patches import servicediscovery

Asked = Callable[..., tuple[Any, Any]]


def create_namespace(client: Any, name: str) -> str:
    network = client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    client("servicediscovery").create_private_dns_namespace(Name=name, Vpc=network)
    namespaces = client("servicediscovery").list_namespaces()["Namespaces"]
    [found] = [each["Id"] for each in namespaces if each["Name"] == name]
    namespace: str = found
    return namespace


def test_deleted_namespace_takes_its_zone_along(asked: Asked) -> None:
    def question(client: Any) -> Any:
        client("servicediscovery").delete_namespace(Id=create_namespace(client, "one.internal"))
        return len(client("route53").list_hosted_zones()["HostedZones"])

    assert asked(question, servicediscovery.deleted_namespace_takes_its_zone_along) == (1, 0)


def test_namespaces_share_a_vpc(asked: Asked) -> None:
    def question(client: Any) -> Any:
        create_namespace(client, "one.internal")
        create_namespace(client, "two.internal")
        return "both"

    unpatched, patched = asked(question, servicediscovery.namespaces_share_a_vpc)
    assert "ConflictingDomainExists" in str(unpatched)
    assert patched == "both"


def test_a_name_is_taken_once_in_a_vpc(asked: Asked) -> None:
    def question(client: Any) -> Any:
        create_namespace(client, "one.internal")
        create_namespace(client, "one.internal")

    _, patched = asked(question, servicediscovery.namespaces_share_a_vpc)
    assert "ConflictingDomainExists" in str(patched)
