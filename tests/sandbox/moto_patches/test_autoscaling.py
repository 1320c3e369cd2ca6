from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wrapper.sandbox.moto_patches import autoscaling

Asked = Callable[..., tuple[Any, Any]]
ZONES = ["ap-southeast-2a"]


def create_template(client: Any) -> str:
    answer = client("ec2").create_launch_template(
        LaunchTemplateName="mixed", LaunchTemplateData={"ImageId": "ami-12345678", "InstanceType": "t3.small"}
    )
    template: str = answer["LaunchTemplate"]["LaunchTemplateId"]
    return template


def create_group(client: Any, name: str = "group", **fields: Any) -> Any:
    scaling = client("autoscaling")
    if "MixedInstancesPolicy" not in fields:
        scaling.create_launch_configuration(
            LaunchConfigurationName=f"{name}-classic", ImageId="ami-12345678", InstanceType="t3.small"
        )
        fields["LaunchConfigurationName"] = f"{name}-classic"
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name, MinSize=1, MaxSize=3, AvailabilityZones=ZONES, **fields
    )
    return scaling


def create_mixed_group(client: Any) -> Any:
    specification = {"LaunchTemplateId": create_template(client), "Version": "1"}
    policy = {
        "InstancesDistribution": {"SpotMaxPrice": "0.05"},
        "LaunchTemplate": {
            "LaunchTemplateSpecification": specification,
            "Overrides": [{"InstanceType": "t3.small", "WeightedCapacity": "1"}],
        },
    }
    return create_group(client, MixedInstancesPolicy=policy)


def described(scaling: Any) -> Any:
    return scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]


def test_group_keeps_its_fields(asked: Asked) -> None:
    given = {
        "DefaultInstanceWarmup": 90,
        "MaxInstanceLifetime": 604800,
        "InstanceMaintenancePolicy": {"MinHealthyPercentage": 90, "MaxHealthyPercentage": 120},
    }

    def question(client: Any) -> Any:
        group = described(create_group(client, **given))
        return {name: group.get(name) for name in given}

    assert asked(question, autoscaling.group_keeps_its_fields) == (dict.fromkeys(given), given)


def test_group_fields_can_be_changed_and_cleared(asked: Asked) -> None:
    def question(client: Any) -> Any:
        scaling = create_group(client, DefaultInstanceWarmup=90, MaxInstanceLifetime=604800)
        scaling.update_auto_scaling_group(
            AutoScalingGroupName="group",
            DefaultInstanceWarmup=-1,
            MaxInstanceLifetime=0,
            InstanceMaintenancePolicy={"MinHealthyPercentage": -1, "MaxHealthyPercentage": -1},
            DefaultCooldown=45,
            TerminationPolicies=["OldestInstance"],
        )
        group = described(scaling)
        return [
            group.get(name)
            for name in (
                "DefaultInstanceWarmup",
                "MaxInstanceLifetime",
                "InstanceMaintenancePolicy",
                "DefaultCooldown",
                "TerminationPolicies",
            )
        ]

    unpatched, patched = asked(question, autoscaling.group_keeps_its_fields)
    assert unpatched == [None, None, None, 300, ["Default"]]
    assert patched == [None, None, None, 45, ["OldestInstance"]]


def test_update_keeps_the_mixed_instances_policy(asked: Asked) -> None:
    def question(client: Any) -> Any:
        scaling = create_mixed_group(client)
        scaling.update_auto_scaling_group(AutoScalingGroupName="group", MaxSize=5)
        return "MixedInstancesPolicy" in described(scaling)

    assert asked(question, autoscaling.update_keeps_what_is_launched) == (False, True)


def test_a_new_launch_source_replaces_the_old(asked: Asked) -> None:
    def question(client: Any) -> Any:
        scaling = create_group(client)
        scaling.update_auto_scaling_group(
            AutoScalingGroupName="group", LaunchTemplate={"LaunchTemplateId": create_template(client), "Version": "1"}
        )
        group = described(scaling)
        return "LaunchConfigurationName" in group, "LaunchTemplate" in group

    assert asked(question, autoscaling.update_keeps_what_is_launched) == ((True, True), (False, True))


def test_distribution_is_complete(asked: Asked) -> None:
    def question(client: Any) -> Any:
        return described(create_mixed_group(client))["MixedInstancesPolicy"]["InstancesDistribution"]

    unpatched, patched = asked(question, autoscaling.distribution_is_complete)
    assert unpatched == {"SpotMaxPrice": "0.05"}
    assert patched["OnDemandPercentageAboveBaseCapacity"] == 100
    assert patched["SpotMaxPrice"] == "0.05"


def test_hooks_keep_their_target(asked: Asked) -> None:
    given = {
        "NotificationTargetARN": "arn:aws:sns:ap-southeast-2:123456789012:alerts",
        "RoleARN": "arn:aws:iam::123456789012:role/hook",
        "NotificationMetadata": "{}",
    }

    def question(client: Any) -> Any:
        scaling = create_group(client)
        hook = {"AutoScalingGroupName": "group", "LifecycleHookName": "drain"}
        transition = "autoscaling:EC2_INSTANCE_TERMINATING"
        scaling.put_lifecycle_hook(**hook, LifecycleTransition=transition, **given)
        scaling.put_lifecycle_hook(**hook, HeartbeatTimeout=600)
        [found] = scaling.describe_lifecycle_hooks(AutoScalingGroupName="group")["LifecycleHooks"]
        return {name: found.get(name) for name in given}

    unpatched, patched = asked(question, autoscaling.hooks_keep_their_target)
    assert unpatched["NotificationTargetARN"] == "arn:aws:sqs:us-east-1:123456789012:my-queue"
    assert patched == given


def test_policies_are_enabled(asked: Asked) -> None:
    def question(client: Any) -> Any:
        scaling = create_group(client)
        scaling.put_scaling_policy(
            AutoScalingGroupName="group", PolicyName="up", AdjustmentType="ChangeInCapacity", ScalingAdjustment=1
        )
        [policy] = scaling.describe_policies()["ScalingPolicies"]
        return policy.get("Enabled"), policy.get("PredictiveScalingConfiguration")

    assert asked(question, autoscaling.policies_are_enabled) == ((None, {}), (True, None))


def test_names_belong_to_their_group(asked: Asked) -> None:
    def question(client: Any) -> Any:
        for group in ("test", "beta"):
            scaling = create_group(client, group)
            scaling.put_scaling_policy(
                AutoScalingGroupName=group, PolicyName="up", AdjustmentType="ChangeInCapacity", ScalingAdjustment=1
            )
            scaling.put_scheduled_update_group_action(
                AutoScalingGroupName=group, ScheduledActionName="night", Recurrence="0 20 * * *", MinSize=0
            )
        return left(scaling)

    assert asked(question, autoscaling.names_belong_to_their_group) == ((1, 1), (2, 2))


def test_deleting_by_group_and_name_leaves_the_other_groups_alone(asked: Asked) -> None:
    def question(client: Any) -> Any:
        for group in ("test", "beta"):
            scaling = create_group(client, group)
            scaling.put_scaling_policy(
                AutoScalingGroupName=group, PolicyName="up", AdjustmentType="ChangeInCapacity", ScalingAdjustment=1
            )
            scaling.put_scheduled_update_group_action(
                AutoScalingGroupName=group, ScheduledActionName="night", Recurrence="0 20 * * *", MinSize=0
            )
        scaling.delete_policy(AutoScalingGroupName="beta", PolicyName="up")
        scaling.delete_scheduled_action(AutoScalingGroupName="beta", ScheduledActionName="night")
        return left(scaling)

    assert asked(question, autoscaling.names_belong_to_their_group) == ((0, 0), (1, 1))


def left(scaling: Any) -> tuple[int, int]:
    actions = scaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"]
    return len(scaling.describe_policies()["ScalingPolicies"]), len(actions)


def test_forced_deletion_ends_every_instance(asked: Asked) -> None:
    def question(client: Any) -> Any:
        scaling = create_group(client, NewInstancesProtectedFromScaleIn=True)
        scaling.delete_auto_scaling_group(AutoScalingGroupName="group", ForceDelete=True)
        [reservation] = client("ec2").describe_instances()["Reservations"]
        return reservation["Instances"][0]["State"]["Name"]

    assert asked(question, autoscaling.forced_deletion_ends_every_instance) == ("running", "terminated")


def test_instance_refresh_is_done_at_once(asked: Asked) -> None:
    def question(client: Any) -> Any:
        scaling = create_group(client)
        before = described(scaling)["Instances"][0]["InstanceId"]
        scaling.start_instance_refresh(AutoScalingGroupName="group")
        [refresh] = scaling.describe_instance_refreshes(AutoScalingGroupName="group")["InstanceRefreshes"]
        return refresh["Status"], described(scaling)["Instances"][0]["InstanceId"] != before

    unpatched, patched = asked(question, autoscaling.instance_refresh_is_done_at_once)
    assert isinstance(unpatched, NotImplementedError)
    assert patched == ("Successful", True)


def test_instance_refresh_to_a_broken_image_fails(asked: Asked) -> None:
    def question(client: Any) -> Any:
        scaling = create_group(client)
        before = described(scaling)["Instances"][0]["InstanceId"]
        image = client("ec2").register_image(Name="golden-7-broken")["ImageId"]
        scaling.create_launch_configuration(LaunchConfigurationName="new", ImageId=image, InstanceType="t3.small")
        scaling.update_auto_scaling_group(AutoScalingGroupName="group", LaunchConfigurationName="new")
        scaling.start_instance_refresh(AutoScalingGroupName="group")
        [refresh] = scaling.describe_instance_refreshes(AutoScalingGroupName="group")["InstanceRefreshes"]
        return refresh["Status"], refresh["StatusReason"], described(scaling)["Instances"][0]["InstanceId"] == before

    unpatched, patched = asked(question, autoscaling.instance_refresh_is_done_at_once)
    assert isinstance(unpatched, NotImplementedError)
    assert patched == ("Failed", "Instances of golden-7-broken did not become healthy.", True)


def test_nothing_to_cancel_after_an_instance_refresh(asked: Asked) -> None:
    def question(client: Any) -> Any:
        return create_group(client).cancel_instance_refresh(AutoScalingGroupName="group")

    _, patched = asked(question, autoscaling.instance_refresh_is_done_at_once)
    assert "ActiveInstanceRefreshNotFound" in str(patched)


def test_metrics_can_be_disabled(asked: Asked) -> None:
    def question(client: Any) -> Any:
        scaling = create_group(client)
        for metric in ("GroupMinSize", "GroupMaxSize"):
            scaling.enable_metrics_collection(AutoScalingGroupName="group", Metrics=[metric], Granularity="1Minute")
        scaling.disable_metrics_collection(AutoScalingGroupName="group", Metrics=["GroupMinSize"])
        return [each["Metric"] for each in described(scaling)["EnabledMetrics"]]

    unpatched, patched = asked(question, autoscaling.metrics_can_be_disabled)
    assert isinstance(unpatched, NotImplementedError)
    assert patched == ["GroupMaxSize"]


def test_groups_have_notifications(asked: Asked) -> None:
    topic, event = "arn:aws:sns:ap-southeast-2:123456789012:alerts", "autoscaling:EC2_INSTANCE_LAUNCH"

    def question(client: Any) -> Any:
        scaling = create_group(client)
        scaling.put_notification_configuration(AutoScalingGroupName="group", TopicARN=topic, NotificationTypes=[event])
        found = scaling.describe_notification_configurations()["NotificationConfigurations"]
        scaling.delete_notification_configuration(AutoScalingGroupName="group", TopicARN=topic)
        return found, scaling.describe_notification_configurations()["NotificationConfigurations"]

    unpatched, patched = asked(question, autoscaling.groups_have_notifications)
    assert isinstance(unpatched, NotImplementedError)
    assert patched == ([{"AutoScalingGroupName": "group", "TopicARN": topic, "NotificationType": event}], [])
