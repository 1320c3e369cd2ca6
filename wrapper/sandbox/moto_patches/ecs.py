"""Patches of Amazon ECS: services, clusters, capacity providers, task definitions."""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import CapacityProvider, Cluster, EC2ContainerServiceBackend, Service
from moto.ecs.responses import EC2ContainerServiceResponse

from . import rollouts
from .patch_set import Patch, PatchSet

# What CreateService takes and DescribeServices must give back, with what AWS answers when it was not given.
SERVICE_FIELDS: dict[str, Any] = {
    "availabilityZoneRebalancing": "DISABLED",
    "capacityProviderStrategy": [],
    "deploymentConfiguration": {},
    "enableECSManagedTags": False,
    "enableExecuteCommand": False,
    "healthCheckGracePeriodSeconds": 0,
    "placementConstraints": [],
    "placementStrategy": [],
}
DEPLOYMENT_FIELDS = ("serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations")


def bridge_service_has_no_network(patch_set: PatchSet) -> None:
    """AWS leaves ``networkConfiguration`` out for a service in bridge or host mode.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
    moto answers ``{}``. The provider follows ``awsvpcConfiguration`` of it without looking: nil pointer, crash.
    """

    def around(original: Any, self: Service, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.network_configuration = self.network_configuration or None  # type: ignore[assignment]

    patch_set.wrap(Service, "__init__", around)


def service_keeps_its_fields(patch_set: PatchSet) -> None:
    """AWS answers DescribeServices with what CreateService was given, defaults filled in.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
    moto drops strategy, deployment configuration, placement, grace period, managed tags and more.
    The provider plans a change for ever; for ``capacity_provider_strategy`` a replacement.
    """

    def around(original: Any, self: EC2ContainerServiceResponse) -> Any:
        answer = original(self)
        service = answer.result["service"]
        for field, default in SERVICE_FIELDS.items():
            setattr(service, camelcase_to_underscores(field), self._get_param(field, default))
        if service.capacity_provider_strategy:
            service.launch_type = None
        complete_deployment_configuration(service)
        keep_deployment_fields(service, self._get_params())
        rollouts.begin(service)
        return answer

    patch_set.wrap(EC2ContainerServiceResponse, "create_service", around)


def service_update_becomes_a_deployment(patch_set: PatchSet) -> None:
    """AWS starts a new deployment when the task definition or the configuration of a service changes.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
    moto keeps the first deployment with the old task definition, so no client can see whether the new one is in place,
    and forgets the parts of the deployment configuration that the update does not mention (AWS keeps them).
    """

    def around(original: Any, self: EC2ContainerServiceResponse) -> Any:
        before = self.ecs_backend._get_service(self._get_param("cluster", "default"), self._get_param("service"))
        kept: dict[str, Any] = getattr(before, "deployment_configuration", {})
        rollouts.advance(before)
        running = before.task_definition
        answer = original(self)
        service = answer.result["service"]
        if service.capacity_provider_strategy:
            service.launch_type = None
        service.deployment_configuration = kept | (service.deployment_configuration or {})
        complete_deployment_configuration(service)
        keep_deployment_fields(service, self._get_params())
        service.task_definition = self.ecs_backend.describe_task_definition(service.task_definition).arn
        new = service.task_definition != running or self._get_param("forceNewDeployment", False)
        (rollouts.begin if new else rollouts.keep)(service)
        return answer

    patch_set.wrap(EC2ContainerServiceResponse, "update_service", around)


def complete_deployment_configuration(service: Any) -> None:
    """Defaults of the API: 100/200 for a replica service, 0/100 for a daemon."""
    daemon = service.scheduling_strategy == "DAEMON"
    service.deployment_configuration = {
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        "maximumPercent": 100 if daemon else 200,
        "minimumHealthyPercent": 0 if daemon else 100,
    } | (service.deployment_configuration or {})


def keep_deployment_fields(service: Any, request: dict[str, Any]) -> None:
    """Service Connect and volumes are shown on the deployment, not on the service."""
    kept = getattr(service, "deployment_fields", {})
    service.deployment_fields = kept | {name: request[name] for name in DEPLOYMENT_FIELDS if request.get(name)}


def service_names_are_taken_once(patch_set: PatchSet) -> None:
    """AWS refuses to create a service whose name an active service of the cluster has.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
    moto replaces the other service without a word, so that two tenants of one name would both seem to work.
    """

    def around(original: Any, self: EC2ContainerServiceBackend, *args: Any, **kwargs: Any) -> Any:
        cluster = self._get_cluster(args[0] if args else kwargs["cluster_str"])
        name = args[1] if len(args) > 1 else kwargs["service_name"]
        existing = self.services.get(f"{cluster.name}:{name}")
        if existing is not None and existing.status == "ACTIVE":
            raise InvalidParameterException("Creation of service was not idempotent.")
        if existing is not None and existing.status == "DRAINING":
            raise InvalidParameterException("Unable to Start a service that is still Draining.")
        return original(self, *args, **kwargs)

    patch_set.wrap(EC2ContainerServiceBackend, "create_service", around)


def inactive_things_are_not_listed(patch_set: PatchSet) -> None:
    """AWS lists active services and clusters; the deleted ones can only be described for a while.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
    moto lists deleted ones for ever, so that no client could prove that a destroyed stack is gone.
    """

    def services(original: Any, self: EC2ContainerServiceBackend, *args: Any, **kwargs: Any) -> list[str]:
        active = {service.arn for service in self.services.values() if service.status == "ACTIVE"}
        return [arn for arn in original(self, *args, **kwargs) if arn in active]

    def clusters(_original: Any, self: EC2ContainerServiceBackend) -> list[str]:
        return [cluster.arn for cluster in self.clusters.values() if cluster.status == "ACTIVE"]

    patch_set.wrap(EC2ContainerServiceBackend, "list_services", services)
    patch_set.wrap(EC2ContainerServiceBackend, "list_clusters", clusters)


def cluster_counts_its_services(patch_set: PatchSet) -> None:
    """AWS answers how many services, running and pending tasks a cluster has.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Cluster.html
    moto always answers 0 services, and loses count of the tasks when a service is updated.
    """

    def around(original: Any, self: EC2ContainerServiceBackend, cluster_names: list[str]) -> Any:
        found, failures = original(self, cluster_names)
        for cluster in found:
            services = active_services(self, cluster)
            for service in services:
                rollouts.advance(service)
            cluster.active_services_count = len(services)
            cluster.running_tasks_count = sum(service.running_count for service in services)
            cluster.pending_tasks_count = 0
        return found, failures

    patch_set.wrap(EC2ContainerServiceBackend, "describe_clusters", around)


def busy_cluster_is_not_deleted(patch_set: PatchSet) -> None:
    """AWS refuses to delete a cluster with active services or registered container instances.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html
    moto deletes it. A wrong order of destruction would go unnoticed until it meets AWS.
    """

    def around(original: Any, self: EC2ContainerServiceBackend, cluster_str: str) -> Any:
        cluster = self._get_cluster(cluster_str)
        if active_services(self, cluster):
            raise ClusterContainsServicesException("The Cluster cannot be deleted while Services are active.")
        if self.container_instances.get(cluster.name):
            raise ClusterContainsContainerInstancesException(
                "The Cluster cannot be deleted while Container Instances are active or draining."
            )
        return original(self, cluster_str)

    patch_set.wrap(EC2ContainerServiceBackend, "delete_cluster", around)


class ClusterContainsServicesException(ServiceException):
    code = "ClusterContainsServicesException"


class ClusterContainsContainerInstancesException(ServiceException):
    code = "ClusterContainsContainerInstancesException"


def active_services(backend: EC2ContainerServiceBackend, cluster: Cluster) -> list[Service]:
    return [
        service
        for service in backend.services.values()
        if service.cluster_arn == cluster.arn and service.status == "ACTIVE"
    ]


def capacity_provider_drains(patch_set: PatchSet) -> None:
    """AWS drains instances that are scaled in, unless told otherwise, and lets it be changed.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html
    moto has no default for ``managedDraining`` and drops it at an update. The provider plans the change for ever.
    """

    def prepare(original: Any, self: CapacityProvider, asg_details: dict[str, Any]) -> Any:
        return original(self, {"managedDraining": "ENABLED"} | asg_details)

    def update(original: Any, self: CapacityProvider, asg_details: dict[str, Any]) -> None:
        original(self, asg_details)
        if "managedDraining" in asg_details:
            self.auto_scaling_group_provider["managedDraining"] = asg_details["managedDraining"]

    patch_set.wrap(CapacityProvider, "_prepare_asg_provider", prepare)
    patch_set.wrap(CapacityProvider, "update", update)


def all_capacity_providers_can_be_described(patch_set: PatchSet) -> None:
    """AWS answers all capacity providers, its own too, when none is named.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html
    moto breaks (TypeError), and does not know FARGATE and FARGATE_SPOT.
    """

    def around(original: Any, self: EC2ContainerServiceBackend, names: list[str] | None) -> Any:
        of_groups = [name for name in names if name not in FARGATE] if names else list(self.capacity_providers)
        providers, failures = original(self, of_groups)
        return providers + [fargate(self, name) for name in FARGATE if not names or name in names], failures

    patch_set.wrap(EC2ContainerServiceBackend, "describe_capacity_providers", around)


FARGATE = ("FARGATE", "FARGATE_SPOT")


def fargate(self: EC2ContainerServiceBackend, name: str) -> dict[str, str]:
    arn = f"arn:{self.partition}:ecs:{self.region_name}:{self.account_id}:capacity-provider/{name}"
    return {"capacityProviderArn": arn, "name": name, "status": "ACTIVE"}


def task_without_an_instance_is_refused(patch_set: PatchSet) -> None:
    """AWS refuses RunTask on a cluster without container instances: "No Container Instances were found".

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    moto breaks (a bare Exception, HTTP 500), which SDKs retry.
    """

    def around(original: Any, self: EC2ContainerServiceBackend, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, *args, **kwargs)
        except Exception as error:
            if "No instances found in cluster" not in str(error):
                raise
            raise InvalidParameterException("No Container Instances were found in your cluster.") from error

    patch_set.wrap(EC2ContainerServiceBackend, "run_task", around)


def reservation_is_memory_enough(patch_set: PatchSet) -> None:
    """AWS wants a hard limit or a reservation of memory for a container on EC2, either of them.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    moto refuses a container without a hard limit as soon as the task says that it is for EC2; the apply fails.
    """

    def around(
        original: Any, _self: EC2ContainerServiceBackend, memory: Any, containers: Any, _launch_types: Any
    ) -> None:
        original(memory, containers, None)

    patch_set.wrap(EC2ContainerServiceBackend, "_validate_container_defs", around)


def account_settings_have_defaults(patch_set: PatchSet) -> None:
    """AWS keeps a setting for all principals of the account.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAccountSettingDefault.html
    moto knows only the setting of one's own; the provider's apply fails.
    """
    patch_set.replace(EC2ContainerServiceResponse, "put_account_setting_default", put_account_setting_default)


def put_account_setting_default(self: EC2ContainerServiceResponse) -> ActionResult:
    answer = self.put_account_setting()
    setting: Any = self.ecs_backend.account_settings[self._get_param("name")]
    setting.principal_arn = f"arn:{self.partition}:iam::{self.current_account}:root"
    setting.type = "user"
    return answer


def capacity_providers_are_the_clusters(patch_set: PatchSet) -> None:
    """AWS refuses a service or a task on a capacity provider that is not associated with its cluster.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
    moto takes any name. A tenant whose file names one that is not there would seem to work.
    """

    def around(original: Any, self: EC2ContainerServiceResponse) -> Any:
        cluster = self.ecs_backend._get_cluster(self._get_param("cluster", "default"))
        wanted = {item["capacityProvider"] for item in self._get_param("capacityProviderStrategy", [])}
        if wanted - {name.rpartition("/")[2] for name in cluster.capacity_providers or []}:
            raise InvalidParameterException(
                "The specified capacity provider strategy cannot contain a capacity provider that is not associated "
                "with the cluster. Associate the capacity provider with the cluster or specify a valid capacity "
                "provider and try again."
            )
        return original(self)

    for action in ("create_service", "update_service", "run_task"):
        patch_set.wrap(EC2ContainerServiceResponse, action, around)


PATCHES: tuple[Patch, ...] = (
    bridge_service_has_no_network,
    service_keeps_its_fields,
    service_update_becomes_a_deployment,
    service_names_are_taken_once,
    inactive_things_are_not_listed,
    cluster_counts_its_services,
    busy_cluster_is_not_deleted,
    capacity_provider_drains,
    all_capacity_providers_can_be_described,
    task_without_an_instance_is_refused,
    reservation_is_memory_enough,
    account_settings_have_defaults,
    capacity_providers_are_the_clusters,
)
