from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service_in_moto import create, later, prepare

from wrapper.sandbox.moto_patches import ecs, rollouts, servicediscovery

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


def create_service(client: Any, namespace: str, name: str = "web", kind: str = "A") -> dict[str, str]:
    records = {"NamespaceId": namespace, "DnsRecords": [{"Type": kind, "TTL": 15}]}
    service: dict[str, str] = client("servicediscovery").create_service(Name=name, DnsConfig=records)["Service"]
    return service


def test_service_names_are_taken_once(asked: Asked) -> None:
    def question(client: Any) -> Any:
        namespace, other = create_namespace(client, "one.internal"), create_namespace(client, "two.internal")
        create_service(client, namespace)
        create_service(client, other)
        create_service(client, namespace, "api")
        create_service(client, namespace, "Web", "SRV")
        return "twice"

    patches = (servicediscovery.namespaces_share_a_vpc, servicediscovery.service_names_are_taken_once)
    unpatched, patched = asked(question, *patches)
    assert "ConflictingDomainExists" in str(unpatched)
    assert "ServiceAlreadyExists" in str(patched) and "Service already exists." in str(patched)


def test_a_second_service_of_one_name_is_made_without_the_patch(asked: Asked) -> None:
    def question(client: Any) -> Any:
        namespace = create_namespace(client, "one.internal")
        create_service(client, namespace)
        return create_service(client, namespace, kind="SRV")["Name"]

    unpatched, patched = asked(question, servicediscovery.service_names_are_taken_once)
    assert unpatched == "web" and "ServiceAlreadyExists" in str(patched)


def run(client: Any) -> tuple[Any, dict[str, str]]:
    """A service of two tasks that are registered."""
    service = create_service(client, create_namespace(client, "one.internal"))
    prepare(client("ecs"))
    create(client("ecs"), serviceRegistries=[{"registryArn": service["Arn"]}])
    later()
    client("ecs").describe_services(cluster="cluster", services=["web"])
    return client("servicediscovery"), service


def stop(client: Any) -> None:
    """As the provider destroys a service."""
    client("ecs").update_service(cluster="cluster", service="web", desiredCount=0)
    client("ecs").delete_service(cluster="cluster", service="web")


RUNNING = (
    ecs.service_keeps_its_fields,
    ecs.service_update_becomes_a_deployment,
    rollouts.deployment_goes_on,
    servicediscovery.service_in_use_is_not_deleted,
)


def test_a_service_in_use_is_not_deleted(asked: Asked) -> None:
    def question(client: Any) -> Any:
        cloud_map, service = run(client)
        stop(client)
        cloud_map.delete_service(Id=service["Id"])
        return "deleted"

    unpatched, patched = asked(question, *RUNNING)
    assert unpatched == "deleted"
    assert "ResourceInUse" in str(patched) and "delete the instances before" in str(patched)


def test_a_service_whose_tasks_were_taken_out_is_deleted(asked: Asked) -> None:
    def question(client: Any) -> Any:
        cloud_map, service = run(client)
        stop(client)
        found = cloud_map.list_instances(ServiceId=service["Id"])["Instances"]
        for instance in found:
            cloud_map.deregister_instance(ServiceId=service["Id"], InstanceId=instance["Id"])
        cloud_map.delete_service(Id=service["Id"])
        return len(found)

    assert asked(question, *RUNNING) == (0, 2)
