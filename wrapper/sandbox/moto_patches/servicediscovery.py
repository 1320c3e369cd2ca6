"""Patches of Cloud Map: private namespaces and their hosted zones."""

from __future__ import annotations

from typing import Any

from moto.route53.models import route53_backends
from moto.servicediscovery.models import ServiceDiscoveryBackend

from .patch_set import Patch, PatchSet


def deleted_namespace_takes_its_zone_along(patch_set: PatchSet) -> None:
    """AWS deletes the hosted zone that it made for a DNS namespace together with the namespace.

    https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteNamespace.html
    moto leaves the zone behind, one per apply and destroy.
    """

    def around(original: Any, self: ServiceDiscoveryBackend, namespace_id: str) -> str:
        namespace = self.namespaces.get(namespace_id)
        operation: str = original(self, namespace_id)
        zone = (namespace.dns_properties or {}).get("HostedZoneId") if namespace else None
        if zone:
            route53_backends[self.account_id][self.partition].delete_hosted_zone(zone)
        return operation

    patch_set.wrap(ServiceDiscoveryBackend, "delete_namespace", around)


def namespaces_share_a_vpc(patch_set: PatchSet) -> None:
    """AWS allows many private namespaces in a VPC, if their names differ.

    https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html
    moto refuses the second one, whatever its name, so that a VPC could hold one stack only.
    """

    def around(original: Any, self: ServiceDiscoveryBackend, *args: Any, **kwargs: Any) -> str:
        name = kwargs["name"] if "name" in kwargs else args[0]
        homes = {key: each.vpc for key, each in self.namespaces.items() if each.name != name}
        for key in homes:
            self.namespaces[key].vpc = None
        try:
            operation: str = original(self, *args, **kwargs)
        finally:
            for key, vpc in homes.items():
                self.namespaces[key].vpc = vpc
        return operation

    patch_set.wrap(ServiceDiscoveryBackend, "create_private_dns_namespace", around)


PATCHES: tuple[Patch, ...] = (
    deleted_namespace_takes_its_zone_along,
    namespaces_share_a_vpc,
)
