"""Patches of the Resource Groups Tagging API: what GetResources lists is what is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.ec2.models import EC2Backend
from moto.ecs.models import EC2ContainerServiceBackend

from .patch_set import Patch, PatchSet

GONE = ("deleted", "delete-complete", "terminated")


def deleted_ecs_things_are_not_listed(patch_set: PatchSet) -> None:
    """AWS lists active services, clusters and task definitions by their tags.

    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
    moto also lists the INACTIVE ones, for ever. No client could prove by tags that a destroyed stack is gone.
    """

    def around(original: Any, self: EC2ContainerServiceBackend) -> Iterator[TaggedResource]:
        things: list[Any] = [*self.services.values(), *self.clusters.values()]
        things += [definition for family in self.task_definitions.values() for definition in family.values()]
        inactive = {thing.arn for thing in things if thing.status != "ACTIVE"}
        return (resource for resource in original(self) if resource.arn not in inactive)

    patch_set.wrap(EC2ContainerServiceBackend, "iter_tagged_resources", around)


def deleted_ec2_things_are_not_listed(patch_set: PatchSet) -> None:
    """AWS stops listing terminated instances, deleted NAT gateways and prefix lists after about an hour.

    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
    moto lists them for ever; here they are gone at once.
    """

    def around(original: Any, self: EC2Backend) -> Iterator[TaggedResource]:
        gone = {instance.id for instance in self.all_instances() if instance.state in GONE}
        gone |= {prefixes.id for prefixes in self.managed_prefix_lists.values() if prefixes.state in GONE}
        gone |= {gateway.id for gateway in self.nat_gateways.values() if gateway.state in GONE}
        return (resource for resource in original(self) if resource.arn.rpartition("/")[2] not in gone)

    patch_set.wrap(EC2Backend, "iter_tagged_resources", around)


def launch_templates_are_listed(patch_set: PatchSet) -> None:
    """AWS lists launch templates by their tags.

    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
    moto leaves them out, so that a forgotten one would not be found.
    """

    def around(original: Any, self: EC2Backend) -> Iterator[TaggedResource]:
        yield from original(self)
        for template in self.launch_templates.values():
            arn = f"arn:{self.partition}:ec2:{self.region_name}:{self.account_id}:launch-template/{template.id}"
            yield TaggedResource(arn, dict(self.tags.get(template.id, {})), "ec2:launch-template")

    patch_set.wrap(EC2Backend, "iter_tagged_resources", around)


PATCHES: tuple[Patch, ...] = (
    deleted_ecs_things_are_not_listed,
    deleted_ec2_things_are_not_listed,
    launch_templates_are_listed,
)
