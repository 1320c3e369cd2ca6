from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wrapper.sandbox.moto_patches import route53


def test_zone_with_a_vpc_is_private(asked: Callable[..., tuple[Any, Any]]) -> None:
    def question(client: Any) -> Any:
        network = client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
        zone = client("route53").create_hosted_zone(
            Name="everything.internal",
            CallerReference="once",
            VPC={"VPCRegion": "ap-southeast-2", "VPCId": network},
        )["HostedZone"]["Id"]
        answer = client("route53").get_hosted_zone(Id=zone)
        return answer["HostedZone"]["Config"]["PrivateZone"], len(answer.get("VPCs", []))

    assert asked(question, route53.zone_with_a_vpc_is_private) == ((False, 0), (True, 1))


def test_zone_without_a_vpc_stays_public(asked: Callable[..., tuple[Any, Any]]) -> None:
    def question(client: Any) -> Any:
        zone = client("route53").create_hosted_zone(Name="example.com", CallerReference="once")
        return zone["HostedZone"]["Config"]["PrivateZone"]

    assert asked(question, route53.zone_with_a_vpc_is_private) == (False, False)
