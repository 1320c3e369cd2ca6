"""Patches of Cloud Map: private namespaces and their hosted zones, services and the tasks that are registered there."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.route53.models import route53_backends
from moto.servicediscovery.models import Service, ServiceDiscoveryBackend, ServiceInstance

from . import rollouts
from .patch_set import Patch, PatchSet

LEAVES = 60.0  # seconds after a task's end that it is still registered


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


def service_names_are_taken_once(patch_set: PatchSet) -> None:
    """AWS refuses a second service of one name in a namespace.

    https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateService.html
    moto makes it. A change that Terraform carries out by a second service would seem to work.
    """

    def around(original: Any, self: ServiceDiscoveryBackend, *, name: str, **kwargs: Any) -> Service:
        namespace = kwargs["namespace_id"] or (kwargs["dns_config"] or {}).get("NamespaceId")
        if (name.lower(), namespace) in {(each.name.lower(), namespace_of(each)) for each in self.services.values()}:
            raise JsonRESTError("ServiceAlreadyExists", "Service already exists.")
        made: Service = original(self, name=name, **kwargs)
        return made

    patch_set.wrap(ServiceDiscoveryBackend, "create_service", around)


def namespace_of(service: Service) -> str:
    return service.namespace_id or (service.dns_config or {}).get("NamespaceId", "")


def service_in_use_is_not_deleted(patch_set: PatchSet) -> None:
    """AWS refuses to delete a service in which an instance is registered; ECS registers each task of a service with a
    registry, and takes it out only some time after its end.

    https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteService.html
    moto's ECS registers nothing, and moto deletes what is in use. A destroy that AWS refuses would seem to work.
    """

    def ended(original: Any, self: EC2ContainerServiceBackend, *args: Any, **kwargs: Any) -> Any:
        before = {service.arn: service.running_count for service in self.services.values()}
        answer = original(self, *args, **kwargs)
        for service in self.services.values():
            running = service.running_count if service.status == "ACTIVE" else 0
            if running < before.get(service.arn, 0):
                vars(service)["left"] = (before[service.arn], time.monotonic())
        return answer

    def listed(original: Any, self: ServiceDiscoveryBackend, service_id: str) -> list[ServiceInstance]:
        return [*original(self, service_id), *tasks_of(self, self.get_service(service_id))]

    def deregister(original: Any, self: ServiceDiscoveryBackend, service_id: str, instance_id: str) -> str:
        service = self.get_service(service_id)
        if instance_id not in {task.instance_id for task in tasks_of(self, service)}:
            return str(original(self, service_id, instance_id))
        vars(service).setdefault("taken_out", set()).add(instance_id)
        return self._create_operation("DEREGISTER_INSTANCE", targets={"INSTANCE": instance_id})

    def delete(original: Any, self: ServiceDiscoveryBackend, service_id: str) -> None:
        if self.list_instances(service_id):
            words = "Service contains registered instances; delete the instances before deleting the service"
            raise JsonRESTError("ResourceInUse", words)
        original(self, service_id)

    patch_set.wrap(EC2ContainerServiceBackend, "update_service", ended)
    patch_set.wrap(EC2ContainerServiceBackend, "delete_service", ended)
    patch_set.wrap(ServiceDiscoveryBackend, "list_instances", listed)
    patch_set.wrap(ServiceDiscoveryBackend, "deregister_instance", deregister)
    patch_set.wrap(ServiceDiscoveryBackend, "delete_service", delete)


def tasks_of(backend: ServiceDiscoveryBackend, service: Service) -> Iterator[ServiceInstance]:
    """One instance for each task of ECS that runs, or ended a moment ago, and was not taken out by hand."""
    for each in ecs_backends[backend.account_id][backend.region_name].services.values():
        if any(registry.get("registryArn") == service.arn for registry in each.service_registries or []):
            for number in range(registered(each)):
                name = hashlib.sha256(f"{each.arn} {number}".encode()).hexdigest()[:32]
                if name not in vars(service).get("taken_out", set()):
                    yield ServiceInstance(service.id, name, None, {"ECS_SERVICE_NAME": each.name})


def registered(service: Any) -> int:
    rollouts.advance(service)
    before, since = getattr(service, "left", (0, 0.0))
    running: int = service.running_count if service.status == "ACTIVE" else 0
    return max(running, before if time.monotonic() - since < LEAVES else 0)


PATCHES: tuple[Patch, ...] = (
    deleted_namespace_takes_its_zone_along,
    namespaces_share_a_vpc,
    service_names_are_taken_once,
    service_in_use_is_not_deleted,
)
