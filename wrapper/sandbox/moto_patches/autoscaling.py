"""Patches of EC2 Auto Scaling: groups, instance refresh, lifecycle hooks, policies, notifications."""

from __future__ import annotations

import copy
import uuid
from typing import Any

from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup, FakeScalingPolicy, LifecycleHook
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import camelcase_to_underscores, utcnow

from .patch_set import Patch, PatchSet

DROPPED_AT_CREATION = (
    "AvailabilityZoneDistribution",
    "AvailabilityZoneImpairmentPolicy",
    "CapacityReservationSpecification",
    "Context",
    "DefaultInstanceWarmup",
    "DesiredCapacityType",
    "InstanceMaintenancePolicy",
    "MaxInstanceLifetime",
)
DROPPED_AT_UPDATE = (
    *DROPPED_AT_CREATION,
    "CapacityRebalance",
    "DefaultCooldown",
    "PlacementGroup",
    "TerminationPolicies",
)
DISTRIBUTION = {
    "OnDemandAllocationStrategy": "prioritized",
    "OnDemandBaseCapacity": 0,
    "OnDemandPercentageAboveBaseCapacity": 100,
    "SpotAllocationStrategy": "lowest-price",
}

ALL_METRICS = (
    "GroupMinSize",
    "GroupMaxSize",
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupPendingInstances",
    "GroupStandbyInstances",
    "GroupTerminatingInstances",
    "GroupTotalInstances",
)
HOOK_FIELDS = {
    "RoleARN": "role_arn",
    "NotificationTargetARN": "notification_target_arn",
    "NotificationMetadata": "notification_metadata",
}


class ActiveInstanceRefreshNotFoundFault(ServiceException):
    code = "ActiveInstanceRefreshNotFound"


def group_keeps_its_fields(patch_set: PatchSet) -> None:
    """AWS answers DescribeAutoScalingGroups with the warm-up, the maximum lifetime, the maintenance policy and so on.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html
    moto drops them, and at an update also the cool-down and the termination policies. The provider plans them for ever.
    """

    def create(original: Any, self: AutoScalingResponse) -> Any:
        answer = original(self)
        keep(group_of(self), self._get_params(), DROPPED_AT_CREATION)
        return answer

    def update(original: Any, self: AutoScalingResponse) -> Any:
        answer = original(self)
        keep(group_of(self), self._get_params(), DROPPED_AT_UPDATE)
        return answer

    patch_set.wrap(AutoScalingResponse, "create_auto_scaling_group", create)
    patch_set.wrap(AutoScalingResponse, "update_auto_scaling_group", update)


def keep(group: FakeAutoScalingGroup, request: dict[str, Any], fields: tuple[str, ...]) -> None:
    for field in fields:
        if field in request:
            setattr(group, camelcase_to_underscores(field), set_or_cleared(field, request[field]))


def set_or_cleared(field: str, value: Any) -> Any:
    """How the API spells "no longer": 0 for a lifetime, -1 for a warm-up or a maintenance policy."""
    if field == "MaxInstanceLifetime":
        return value or None
    if field == "DefaultInstanceWarmup":
        return None if int(value) < 0 else value
    if field == "InstanceMaintenancePolicy":
        return None if int(value.get("MinHealthyPercentage", 0)) < 0 else value
    return value


def update_keeps_what_is_launched(patch_set: PatchSet) -> None:
    """AWS leaves alone what an UpdateAutoScalingGroup does not mention; a new kind of launch source replaces the old.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
    moto sets the mixed instances policy to nothing at every update, and keeps a former launch source beside the new.
    The provider plans to put the policy back, for ever.
    """

    def around(original: Any, self: FakeAutoScalingGroup, *args: Any, **kwargs: Any) -> None:
        source = next((name for name in LAUNCH_SOURCES if kwargs.get(name)), None)
        if source is None and self.mixed_instances_policy:
            kwargs["mixed_instances_policy"] = resendable(self.mixed_instances_policy)
        if source is not None:
            forget_launch_source(self)
        original(self, *args, **kwargs)
        fill_distribution(self)

    patch_set.wrap(FakeAutoScalingGroup, "update", around)


LAUNCH_SOURCES = ("launch_config_name", "launch_template", "mixed_instances_policy")


def resendable(policy: dict[str, Any]) -> dict[str, Any]:
    """As a caller would send it: with the id of the template, without its name."""
    policy = copy.deepcopy(policy)
    policy["LaunchTemplate"]["LaunchTemplateSpecification"].pop("LaunchTemplateName", None)
    return policy


def forget_launch_source(group: FakeAutoScalingGroup) -> None:
    group.ec2_launch_template = None
    group.launch_config = None  # type: ignore[assignment]
    for name in ("launch_configuration_name", "provided_launch_template_version"):
        vars(group).pop(name, None)


def distribution_is_complete(patch_set: PatchSet) -> None:
    """AWS fills in every part of an instances distribution that was left out.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstancesDistribution.html
    moto does so only when the whole of it was left out. The provider shows the defaults as removed.
    """

    def around(original: Any, self: FakeAutoScalingGroup, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        fill_distribution(self)

    patch_set.wrap(FakeAutoScalingGroup, "__init__", around)


def fill_distribution(group: FakeAutoScalingGroup) -> None:
    if not group.mixed_instances_policy:
        return
    distribution = group.mixed_instances_policy.get("InstancesDistribution") or {}
    complete = DISTRIBUTION | distribution
    if complete["SpotAllocationStrategy"] == "lowest-price":
        complete.setdefault("SpotInstancePools", 2)
    group.mixed_instances_policy["InstancesDistribution"] = complete


def hooks_keep_their_target(patch_set: PatchSet) -> None:
    """AWS answers DescribeLifecycleHooks with the target, role and metadata of the hook, or leaves them out.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LifecycleHook.html
    moto answers the same queue in us-east-1 and a role of another account for every hook. The provider plans a change.
    """

    def around(original: Any, self: AutoScalingResponse) -> Any:
        before = hook_of(self)
        answer = original(self)
        hook: Any = hook_of(self)
        for field, name in HOOK_FIELDS.items():
            setattr(hook, name, self._get_param(field, getattr(before, name, None)))
        return answer

    patch_set.wrap(AutoScalingResponse, "put_lifecycle_hook", around)


def policies_are_enabled(patch_set: PatchSet) -> None:
    """AWS answers ``Enabled: true`` and no predictive configuration for a policy that has none.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ScalingPolicy.html
    moto answers no ``Enabled`` and an empty predictive configuration. The provider plans to change both.
    """

    def put(original: Any, self: AutoScalingResponse) -> Any:
        answer = original(self)
        for key in policy_keys(self):
            vars(self.autoscaling_backend.policies[key])["enabled"] = self._get_bool_param("Enabled", True)
        return answer

    def init(original: Any, self: FakeScalingPolicy, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.predictive_scaling_configuration = self.predictive_scaling_configuration or None  # type: ignore[assignment]

    patch_set.wrap(AutoScalingResponse, "put_scaling_policy", put)
    patch_set.wrap(FakeScalingPolicy, "__init__", init)


def instance_refresh_is_done_at_once(patch_set: PatchSet) -> None:
    """AWS replaces the instances of a group batch by batch and tells how far it is.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
    moto does not know the action; the provider's apply fails after the new launch template is in place.
    Here the instances are replaced at once and the refresh is ``Successful``; or none is and it is ``Failed``, when the
    name of the machine image is ``broken`` or ends with ``-broken``.
    """
    patch_set.replace(AutoScalingResponse, "start_instance_refresh", start_instance_refresh)
    patch_set.replace(AutoScalingResponse, "describe_instance_refreshes", describe_instance_refreshes)
    patch_set.replace(AutoScalingResponse, "cancel_instance_refresh", cancel_instance_refresh)


def start_instance_refresh(self: AutoScalingResponse) -> ActionResult:
    group = group_of(self)
    image = broken_image(group)
    replaced = [] if image else [state.instance.id for state in group.instance_states]
    refresh = {
        "InstanceRefreshId": str(uuid.uuid4()),
        "AutoScalingGroupName": group.name,
        "Status": "Failed" if image else "Successful",
        "StatusReason": f"Instances of {image} did not become healthy." if image else None,
        "StartTime": utcnow(),
        "EndTime": utcnow(),
        "PercentageComplete": 0 if image else 100,
        "InstancesToUpdate": len(group.instance_states) if image else 0,
        "Preferences": self._get_param("Preferences"),
        "DesiredConfiguration": self._get_param("DesiredConfiguration"),
    }
    vars(group).setdefault("refreshes", []).insert(0, refresh)
    if replaced:
        group.ec2_backend.terminate_instances(replaced)
        self.autoscaling_backend.notify_terminate_instances(replaced)  # which starts others in their place
    return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})


def broken_image(group: FakeAutoScalingGroup) -> str:
    """The name of the group's machine image if it is one that never gets ready, or ""."""
    image = group.ec2_backend.amis.get(group.image_id)
    return image.name if image and image.name and (image.name == "broken" or image.name.endswith("-broken")) else ""


def describe_instance_refreshes(self: AutoScalingResponse) -> ActionResult:
    wanted = self._get_param("InstanceRefreshIds", [])
    refreshes = vars(group_of(self)).get("refreshes", [])
    return ActionResult(
        {"InstanceRefreshes": [each for each in refreshes if not wanted or each["InstanceRefreshId"] in wanted]}
    )


def cancel_instance_refresh(self: AutoScalingResponse) -> ActionResult:
    raise ActiveInstanceRefreshNotFoundFault(
        f"No in progress or pending Instance Refresh found for {group_of(self).name}"
    )


def metrics_can_be_disabled(patch_set: PatchSet) -> None:
    """AWS stops collecting the metrics named, or all of them; EnableMetricsCollection adds to those collected.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DisableMetricsCollection.html
    moto does not know the action, and at enabling replaces the list; the provider's apply fails.
    """

    def enable(original: Any, self: FakeAutoScalingGroup, metrics: list[str]) -> None:
        original(self, sorted({*self.metrics, *(metrics or ALL_METRICS)}))

    patch_set.wrap(FakeAutoScalingGroup, "enable_metrics_collection", enable)
    patch_set.replace(AutoScalingResponse, "disable_metrics_collection", disable_metrics_collection)


def disable_metrics_collection(self: AutoScalingResponse) -> ActionResult:
    group = group_of(self)
    disabled = self._get_param("Metrics", []) or group.metrics
    group.metrics = [metric for metric in group.metrics if metric not in disabled]
    return EmptyResult()


def forced_deletion_ends_every_instance(patch_set: PatchSet) -> None:
    """AWS terminates all instances of a group that is deleted by force, protected ones too.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
    moto leaves the protected ones running, and with them their volumes.
    """

    def around(original: Any, self: AutoScalingResponse) -> Any:
        group = self.autoscaling_backend.autoscaling_groups.get(self._get_param("AutoScalingGroupName"))
        if group is not None and self._get_bool_param("ForceDelete", False):
            for state in group.instance_states:
                state.protected_from_scale_in = False
        return original(self)

    patch_set.wrap(AutoScalingResponse, "delete_auto_scaling_group", around)


def names_belong_to_their_group(patch_set: PatchSet) -> None:
    """AWS keeps policies and scheduled actions by group and name: two groups may each have a "night".

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html
    moto keeps them by name alone; the second stack of an account takes them away from the first.
    """

    def put_policy(original: Any, self: AutoScalingBackend, *args: Any, **kwargs: Any) -> Any:
        policy = original(self, *args, **kwargs)
        del self.policies[policy.name]
        self.policies[f"{policy.auto_scaling_group_name}/{policy.name}"] = policy
        return policy

    def put_action(original: Any, self: AutoScalingBackend, *args: Any, **kwargs: Any) -> Any:
        action = original(self, *args, **kwargs)
        del self.scheduled_actions[action.scheduled_action_name]
        self.scheduled_actions[f"{action.auto_scaling_group_name}/{action.scheduled_action_name}"] = action
        return action

    def delete_action(
        original: Any, self: AutoScalingBackend, auto_scaling_group_name: str, scheduled_action_name: str
    ) -> None:
        original(self, auto_scaling_group_name, scheduled_action_name)
        self.scheduled_actions.pop(f"{auto_scaling_group_name}/{scheduled_action_name}", None)

    patch_set.wrap(AutoScalingBackend, "put_scaling_policy", put_policy)
    patch_set.replace(AutoScalingResponse, "delete_policy", delete_policy)
    patch_set.replace(AutoScalingResponse, "execute_policy", execute_policy)
    patch_set.wrap(AutoScalingBackend, "put_scheduled_update_group_action", put_action)
    patch_set.wrap(AutoScalingBackend, "delete_scheduled_action", delete_action)


def delete_policy(self: AutoScalingResponse) -> ActionResult:
    for key in policy_keys(self):
        del self.autoscaling_backend.policies[key]
    return EmptyResult()


def execute_policy(self: AutoScalingResponse) -> ActionResult:
    for key in policy_keys(self):
        self.autoscaling_backend.policies[key].execute()
    return EmptyResult()


def policy_keys(self: AutoScalingResponse) -> list[str]:
    """A policy is named by its name and group, or by its ARN alone."""
    group, name = self._get_param("AutoScalingGroupName"), self._get_param("PolicyName")
    policies = self.autoscaling_backend.policies.items()
    return [
        key
        for key, policy in policies
        if name in (policy.name, policy.arn) and group in (None, policy.auto_scaling_group_name)
    ]


def groups_have_notifications(patch_set: PatchSet) -> None:
    """AWS keeps which events of a group go to which topic.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutNotificationConfiguration.html
    moto does not know the actions; the provider's apply fails.
    """
    patch_set.replace(AutoScalingResponse, "put_notification_configuration", put_notification_configuration)
    patch_set.replace(AutoScalingResponse, "describe_notification_configurations", describe_notification_configurations)
    patch_set.replace(AutoScalingResponse, "delete_notification_configuration", delete_notification_configuration)


def put_notification_configuration(self: AutoScalingResponse) -> ActionResult:
    notifications_of(group_of(self))[self._get_param("TopicARN")] = self._get_param("NotificationTypes", [])
    return EmptyResult()


def describe_notification_configurations(self: AutoScalingResponse) -> ActionResult:
    groups = self.autoscaling_backend.describe_auto_scaling_groups(self._get_param("AutoScalingGroupNames", []))
    found = [
        {"AutoScalingGroupName": group.name, "TopicARN": topic, "NotificationType": event}
        for group in groups
        for topic, events in notifications_of(group).items()
        for event in events
    ]
    return ActionResult({"NotificationConfigurations": found})


def delete_notification_configuration(self: AutoScalingResponse) -> ActionResult:
    notifications_of(group_of(self)).pop(self._get_param("TopicARN"), None)
    return EmptyResult()


def notifications_of(group: FakeAutoScalingGroup) -> dict[str, list[str]]:
    topics: dict[str, list[str]] = vars(group).setdefault("notifications", {})
    return topics


def group_of(self: AutoScalingResponse) -> FakeAutoScalingGroup:
    return self.autoscaling_backend.autoscaling_groups[self._get_param("AutoScalingGroupName")]


def hook_of(self: AutoScalingResponse) -> LifecycleHook | None:
    backend: AutoScalingBackend = self.autoscaling_backend
    key = f"{self._get_param('AutoScalingGroupName')}_{self._get_param('LifecycleHookName')}"
    return backend.lifecycle_hooks.get(key)


PATCHES: tuple[Patch, ...] = (
    group_keeps_its_fields,
    update_keeps_what_is_launched,
    distribution_is_complete,
    hooks_keep_their_target,
    policies_are_enabled,
    names_belong_to_their_group,
    forced_deletion_ends_every_instance,
    instance_refresh_is_done_at_once,
    metrics_can_be_disabled,
    groups_have_notifications,
)
