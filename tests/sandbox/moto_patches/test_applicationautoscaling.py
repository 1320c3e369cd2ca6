from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wrapper.sandbox.moto_patches import applicationautoscaling

Asked = Callable[..., tuple[Any, Any]]
SERVICE = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/cluster/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}


def register(client: Any, **fields: Any) -> Any:
    client("ecs").create_cluster(clusterName="cluster")
    client("ecs").register_task_definition(
        family="web", containerDefinitions=[{"name": "web", "image": "web", "memory": 64}]
    )
    client("ecs").create_service(cluster="cluster", serviceName="web", taskDefinition="web", desiredCount=1)
    scaling = client("application-autoscaling")
    answer = scaling.register_scalable_target(**SERVICE, MinCapacity=1, MaxCapacity=4, **fields)
    return scaling, answer["ScalableTargetARN"]


def track(scaling: Any, target: float) -> Any:
    return scaling.put_scaling_policy(
        **SERVICE,
        PolicyName="track",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": target,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        },
    )["PolicyARN"]


def test_scalable_targets_have_tags(asked: Asked) -> None:
    def question(client: Any) -> Any:
        scaling, arn = register(client, Tags={"tenant": "acme"})
        scaling.tag_resource(ResourceARN=arn, Tags={"release": "1", "old": "yes"})
        scaling.untag_resource(ResourceARN=arn, TagKeys=["old"])
        return scaling.list_tags_for_resource(ResourceARN=arn)["Tags"]

    unpatched, patched = asked(question, applicationautoscaling.scalable_targets_have_tags)
    assert isinstance(unpatched, NotImplementedError)
    assert patched == {"tenant": "acme", "release": "1"}


def test_tags_of_an_unknown_target_are_an_error(asked: Asked) -> None:
    def question(client: Any) -> Any:
        return client("application-autoscaling").list_tags_for_resource(ResourceARN="arn:aws:nobody")

    _, patched = asked(question, applicationautoscaling.scalable_targets_have_tags)
    assert "No scalable target found" in str(patched)


def test_updated_policy_keeps_its_arn(asked: Asked) -> None:
    def question(client: Any) -> Any:
        scaling, _ = register(client)
        same = track(scaling, 60) == track(scaling, 70)
        return same, len(client("cloudwatch").describe_alarms()["MetricAlarms"])

    assert asked(question, applicationautoscaling.updated_policy_keeps_its_arn) == ((False, 4), (True, 2))


def test_deregistered_target_takes_its_policies_along(asked: Asked) -> None:
    def question(client: Any) -> Any:
        scaling, _ = register(client)
        track(scaling, 60)
        scaling.put_scheduled_action(
            **SERVICE, ScheduledActionName="night", Schedule="rate(1 day)", ScalableTargetAction={"MinCapacity": 0}
        )
        scaling.deregister_scalable_target(**SERVICE)
        policies = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
        actions = scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
        return len(policies), len(actions)

    assert asked(question, applicationautoscaling.deregistered_target_takes_its_policies_along) == ((1, 1), (0, 0))


def test_target_that_is_gone_is_not_found(asked: Asked) -> None:
    def question(client: Any) -> None:
        client("application-autoscaling").deregister_scalable_target(**SERVICE)

    unpatched, patched = asked(question, applicationautoscaling.target_that_is_gone_is_not_found)
    assert "ValidationException" in str(unpatched)
    assert "ObjectNotFoundException" in str(patched)


def test_scaling_activities_can_be_asked(asked: Asked) -> None:
    def question(client: Any) -> Any:
        return client("application-autoscaling").describe_scaling_activities(ServiceNamespace="ecs")[
            "ScalingActivities"
        ]

    unpatched, patched = asked(question, applicationautoscaling.scaling_activities_can_be_asked)
    assert isinstance(unpatched, Exception)
    assert patched == []
