from __future__ import annotations

from typing import Any

import pytest
from service_in_moto import Asked, create, described, later, prepare

from wrapper.sandbox.moto_patches import ecs


def test_bridge_service_has_no_network(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        create(client("ecs"))
        return described(client("ecs")).get("networkConfiguration")

    assert asked(question, ecs.bridge_service_has_no_network) == ({}, None)


def test_service_keeps_its_fields(asked: Asked) -> None:
    given = {
        "capacityProviderStrategy": [{"capacityProvider": "mixed", "base": 1, "weight": 100}],
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "maximumPercent": 150,
            "minimumHealthyPercent": 50,
            "alarms": {"alarmNames": ["high"], "enable": True, "rollback": True},
        },
        "placementStrategy": [{"type": "spread", "field": "attribute:ecs.availability-zone"}],
        "placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.os-type == linux"}],
        "healthCheckGracePeriodSeconds": 30,
        "enableECSManagedTags": True,
        "enableExecuteCommand": True,
        "availabilityZoneRebalancing": "ENABLED",
    }

    def question(client: Any) -> Any:
        prepare(client("ecs"))
        create(client("ecs"), **given)
        service = described(client("ecs"))
        return {name: service.get(name) for name in [*given, "launchType"]}

    unpatched, patched = asked(question, ecs.service_keeps_its_fields)
    assert unpatched == dict.fromkeys(given) | {"launchType": "EC2"}
    assert patched == given | {"launchType": None}


def test_capacity_providers_are_the_clusters(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        own = {"clusterName": "cluster", "capacityProviders": ["FARGATE"]}
        client("ecs").create_cluster(**own)
        create(client("ecs"), capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}])
        other = [{"capacityProvider": "gpu", "weight": 1}]
        client("ecs").update_service(cluster="cluster", service="web", capacityProviderStrategy=other)
        return "taken"

    unpatched, patched = asked(question, ecs.capacity_providers_are_the_clusters)
    assert unpatched == "taken"
    assert "UpdateService" in str(patched) and "that is not associated with the cluster. Associate" in str(patched)


def test_service_gets_the_defaults_of_the_api(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        create(client("ecs"), schedulingStrategy="DAEMON")
        return described(client("ecs")).get("deploymentConfiguration")

    _, patched = asked(question, ecs.service_keeps_its_fields)
    assert patched["maximumPercent"] == 100 and patched["minimumHealthyPercent"] == 0


def test_service_connect_is_kept_on_the_deployment(asked: Asked) -> None:
    wanted = {"enabled": True, "namespace": "everything"}

    def question(client: Any) -> Any:
        prepare(client("ecs"))
        create(client("ecs"), serviceConnectConfiguration=wanted)
        return described(client("ecs"))["deployments"][0].get("serviceConnectConfiguration")

    assert asked(question, ecs.service_keeps_its_fields) == (None, wanted)


def test_service_update_becomes_a_deployment(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        create(client("ecs"))
        before = described(client("ecs"))["deployments"][0]["id"]
        client("ecs").update_service(cluster="cluster", service="web", taskDefinition="web:2", desiredCount=3)
        [deployment, *_] = described(client("ecs"))["deployments"]
        return deployment["taskDefinition"][-5:], deployment["desiredCount"], deployment["id"] != before

    unpatched, patched = asked(question, ecs.service_keeps_its_fields, ecs.service_update_becomes_a_deployment)
    assert unpatched == ("web:1", 2, False)
    assert patched == ("web:2", 3, True)


def test_service_update_of_a_number_is_no_deployment(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        create(client("ecs"))
        before = described(client("ecs"))["deployments"][0]["id"]
        client("ecs").update_service(cluster="cluster", service="web", desiredCount=3)
        [deployment] = described(client("ecs"))["deployments"]
        return deployment["desiredCount"], deployment["id"] == before

    unpatched, patched = asked(question, ecs.service_keeps_its_fields, ecs.service_update_becomes_a_deployment)
    assert (unpatched, patched) == ((2, True), (3, True))


def test_service_update_keeps_what_it_does_not_mention(asked: Asked) -> None:
    breaker = {"enable": True, "rollback": True}

    def question(client: Any) -> Any:
        prepare(client("ecs"))
        create(client("ecs"), deploymentConfiguration={"deploymentCircuitBreaker": breaker})
        client("ecs").update_service(cluster="cluster", service="web", deploymentConfiguration={"maximumPercent": 150})
        return described(client("ecs"))["deploymentConfiguration"].get("deploymentCircuitBreaker")

    patches = (ecs.service_keeps_its_fields, ecs.service_update_becomes_a_deployment)
    assert asked(question, *patches) == (None, breaker)


def test_service_names_are_taken_once(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        create(client("ecs"))
        create(client("ecs"))
        return "replaced"

    unpatched, patched = asked(question, ecs.service_names_are_taken_once)
    assert unpatched == "replaced"
    assert "not idempotent" in str(patched)


def test_a_name_is_free_again_after_deletion(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        create(client("ecs"))
        client("ecs").delete_service(cluster="cluster", service="web", force=True)
        create(client("ecs"))
        return described(client("ecs"))["status"]

    assert asked(question, ecs.service_names_are_taken_once) == ("ACTIVE", "ACTIVE")


def test_inactive_things_are_not_listed(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        create(client("ecs"))
        client("ecs").delete_service(cluster="cluster", service="web", force=True)
        services = client("ecs").list_services(cluster="cluster")["serviceArns"]
        client("ecs").delete_cluster(cluster="cluster")
        return len(services), len(client("ecs").list_clusters()["clusterArns"])

    assert asked(question, ecs.inactive_things_are_not_listed) == ((1, 1), (0, 0))


def test_cluster_counts_its_services(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        create(client("ecs"))
        later()
        cluster = client("ecs").describe_clusters(clusters=["cluster"])["clusters"][0]
        return cluster["activeServicesCount"], cluster["runningTasksCount"]

    unpatched, patched = asked(question, ecs.service_keeps_its_fields, ecs.cluster_counts_its_services)
    assert unpatched == (0, 0)
    assert patched == (1, 2)


def test_cluster_with_services_is_not_deleted(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        create(client("ecs"))
        return client("ecs").delete_cluster(cluster="cluster")["cluster"]["status"]

    unpatched, patched = asked(question, ecs.busy_cluster_is_not_deleted)
    assert unpatched == "INACTIVE"
    assert "ClusterContainsServicesException" in str(patched)


@pytest.mark.parametrize("given", [{}, {"managedDraining": "DISABLED"}])
def test_capacity_provider_drains(asked: Asked, given: dict[str, str]) -> None:
    def question(client: Any) -> Any:
        provider = {"autoScalingGroupArn": "arn:aws:autoscaling:x:1:autoScalingGroup:y", **given}
        client("ecs").create_capacity_provider(name="mixed", autoScalingGroupProvider=provider)
        return managed_draining(client("ecs"))

    unpatched, patched = asked(question, ecs.capacity_provider_drains)
    assert unpatched == given.get("managedDraining")
    assert patched == given.get("managedDraining", "ENABLED")


def test_capacity_provider_can_stop_draining(asked: Asked) -> None:
    def question(client: Any) -> Any:
        provider = {"autoScalingGroupArn": "arn:aws:autoscaling:x:1:autoScalingGroup:y", "managedDraining": "ENABLED"}
        client("ecs").create_capacity_provider(name="mixed", autoScalingGroupProvider=provider)
        client("ecs").update_capacity_provider(name="mixed", autoScalingGroupProvider={"managedDraining": "DISABLED"})
        return managed_draining(client("ecs"))

    assert asked(question, ecs.capacity_provider_drains) == ("ENABLED", "DISABLED")


def managed_draining(ecs_client: Any) -> Any:
    [provider] = ecs_client.describe_capacity_providers(capacityProviders=["mixed"])["capacityProviders"]
    return provider["autoScalingGroupProvider"].get("managedDraining")


def test_all_capacity_providers_can_be_described(asked: Asked) -> None:
    def question(client: Any) -> Any:
        return [each["name"] for each in client("ecs").describe_capacity_providers()["capacityProviders"]]

    unpatched, patched = asked(question, ecs.all_capacity_providers_can_be_described)
    assert isinstance(unpatched, TypeError)
    assert patched == ["FARGATE", "FARGATE_SPOT"]


def test_account_settings_have_defaults(asked: Asked) -> None:
    def question(client: Any) -> Any:
        client("ecs").put_account_setting_default(name="awsvpcTrunking", value="enabled")
        [setting] = client("ecs").list_account_settings(name="awsvpcTrunking", effectiveSettings=True)["settings"]
        return setting["value"], setting["principalArn"].rpartition(":")[2]

    unpatched, patched = asked(question, ecs.account_settings_have_defaults)
    assert isinstance(unpatched, NotImplementedError)
    assert patched == ("enabled", "root")


def test_task_without_an_instance_is_refused(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"))
        client("ecs").run_task(cluster="cluster", taskDefinition="web:1", launchType="EC2")

    unpatched, patched = asked(question, ecs.task_without_an_instance_is_refused)
    assert type(unpatched) is Exception
    assert "No Container Instances were found" in str(patched)


def test_reservation_is_memory_enough(asked: Asked) -> None:
    def question(client: Any) -> Any:
        reserves = {"name": "web", "image": "web:1", "memoryReservation": 64}
        made = client("ecs").register_task_definition(
            family="web", containerDefinitions=[reserves], requiresCompatibilities=["EC2"]
        )
        return made["taskDefinition"]["containerDefinitions"][0]["memoryReservation"]

    unpatched, patched = asked(question, ecs.reservation_is_memory_enough)
    assert "At least one of 'memory' or 'memoryReservation'" in str(unpatched)
    assert patched == 64


def test_no_memory_at_all_is_still_refused(asked: Asked) -> None:
    def question(client: Any) -> None:
        client("ecs").register_task_definition(family="web", containerDefinitions=[{"name": "web", "image": "web:1"}])

    for answer in asked(question, ecs.reservation_is_memory_enough):
        assert "At least one of 'memory' or 'memoryReservation'" in str(answer)
