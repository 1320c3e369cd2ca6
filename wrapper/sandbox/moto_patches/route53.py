"""Patches of Route 53: private zones."""

from __future__ import annotations

from typing import Any

from moto.route53.responses import Route53

from .patch_set import Patch, PatchSet


def zone_with_a_vpc_is_private(patch_set: PatchSet) -> None:
    """AWS makes a private zone when CreateHostedZone names a VPC.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html
    moto looks only at ``HostedZoneConfig.PrivateZone``, which the provider does not send, and makes a public zone.
    The provider plans to attach the VPC, and the attempt fails: a public zone cannot have one.
    """

    def around(original: Any, self: Route53, name: str, *default: Any) -> Any:
        if name == "HostedZoneConfig.PrivateZone" and self._get_param("VPC.VPCId"):
            return True
        return original(self, name, *default)

    patch_set.wrap(Route53, "_get_bool_param", around)


PATCHES: tuple[Patch, ...] = (zone_with_a_vpc_is_private,)
