"""Patches of Application Auto Scaling: scalable targets, their tags and policies."""

from __future__ import annotations

import json
from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
    FakeScalableTarget,
)
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.exceptions import JsonRESTError

from .patch_set import Patch, PatchSet


def scalable_targets_have_tags(patch_set: PatchSet) -> None:
    """AWS keeps the tags of RegisterScalableTarget and answers List/Tag/UntagResource.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ListTagsForResource.html
    moto answers HTTP 500 to all three, and the provider retries 25 times (eight minutes and more).
    """

    def register(original: Any, self: ApplicationAutoScalingResponse) -> str:
        answer: str = original(self)
        tags_of(self, json.loads(answer)["ScalableTargetARN"]).update(self._get_param("Tags") or {})
        return answer

    patch_set.wrap(ApplicationAutoScalingResponse, "register_scalable_target", register)
    patch_set.replace(ApplicationAutoScalingResponse, "list_tags_for_resource", list_tags_for_resource)
    patch_set.replace(ApplicationAutoScalingResponse, "tag_resource", tag_resource)
    patch_set.replace(ApplicationAutoScalingResponse, "untag_resource", untag_resource)


def list_tags_for_resource(self: ApplicationAutoScalingResponse) -> str:
    return json.dumps({"Tags": tags_of(self, self._get_param("ResourceARN"))})


def tag_resource(self: ApplicationAutoScalingResponse) -> str:
    tags_of(self, self._get_param("ResourceARN")).update(self._get_param("Tags"))
    return "{}"


def untag_resource(self: ApplicationAutoScalingResponse) -> str:
    tags = tags_of(self, self._get_param("ResourceARN"))
    for key in self._get_param("TagKeys"):
        tags.pop(key, None)
    return "{}"


def tags_of(self: ApplicationAutoScalingResponse, arn: str) -> dict[str, str]:
    tags: dict[str, str] = vars(target_of(self, arn)).setdefault("tags", {})
    return tags


def target_of(self: ApplicationAutoScalingResponse, arn: str) -> FakeScalableTarget:
    for by_resource in self.applicationautoscaling_backend.targets.values():
        for target in by_resource.values():
            if target.arn == arn:
                return target
    raise AWSValidationException(f"No scalable target found for ARN: {arn}")


def updated_policy_keeps_its_arn(patch_set: PatchSet) -> None:
    """AWS updates the policy of a name in place: same ARN, and its own alarms are not made twice.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
    moto makes another policy with another ARN, and leaves the alarms of the first behind. Terraform has told the
    alarms the first ARN and ends with "Provider produced inconsistent final plan".
    """

    def around(original: Any, self: ApplicationAutoscalingBackend, **kwargs: Any) -> FakeApplicationAutoscalingPolicy:
        names = ("service_namespace", "resource_id", "scalable_dimension", "policy_name")
        key = FakeApplicationAutoscalingPolicy.formulate_key(*(kwargs[name] for name in names))
        before = self.policies.get(key)
        policy: FakeApplicationAutoscalingPolicy = original(self, **kwargs)
        if before is not None:
            policy.policy_arn, policy.creation_time = before.policy_arn, before.creation_time
            before.delete_alarms(self.account_id, self.region_name)
        return policy

    patch_set.wrap(ApplicationAutoscalingBackend, "put_scaling_policy", around)


def deregistered_target_takes_its_policies_along(patch_set: PatchSet) -> None:
    """AWS deletes the policies and scheduled actions of a scalable target with it.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
    moto keeps them, so that the next service of that name would find them.
    """

    def around(original: Any, self: ApplicationAutoscalingBackend, namespace: str, r_id: str, dimension: str) -> None:
        original(self, namespace, r_id, dimension)
        for policy in [each for each in self.policies.values() if belongs(each, r_id, dimension)]:
            self.delete_scaling_policy(policy.policy_name, namespace, r_id, dimension)
        self.scheduled_actions = [each for each in self.scheduled_actions if not belongs(each, r_id, dimension)]

    patch_set.wrap(ApplicationAutoscalingBackend, "deregister_scalable_target", around)


def belongs(thing: Any, resource_id: str, dimension: str) -> bool:
    return (thing.resource_id, thing.scalable_dimension) == (resource_id, dimension)


def target_that_is_gone_is_not_found(patch_set: PatchSet) -> None:
    """AWS answers ObjectNotFoundException when a scalable target that is to be deregistered is not there.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
    moto calls the request invalid. The provider takes the first for done, and fails at the second: a request that was
    sent twice, since its answer got lost, ends a destroy.
    """

    def around(original: Any, self: ApplicationAutoscalingBackend, namespace: str, r_id: str, dimension: str) -> None:
        if r_id not in self.targets.get(dimension, {}):
            raise ObjectNotFoundException(f"No scalable target found for {namespace}, {r_id}, {dimension}")
        original(self, namespace, r_id, dimension)

    patch_set.wrap(ApplicationAutoscalingBackend, "deregister_scalable_target", around)


class ObjectNotFoundException(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("ObjectNotFoundException", message)


def scaling_activities_can_be_asked(patch_set: PatchSet) -> None:
    """AWS answers which scaling activities there were.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingActivities.html
    moto does not know the request; what the data plane scales is written down nowhere.
    """
    patch_set.replace(ApplicationAutoScalingResponse, "describe_scaling_activities", describe_scaling_activities)


def describe_scaling_activities(_self: ApplicationAutoScalingResponse) -> str:
    return json.dumps({"ScalingActivities": []})


PATCHES: tuple[Patch, ...] = (
    scalable_targets_have_tags,
    updated_policy_keeps_its_arn,
    deregistered_target_takes_its_policies_along,
    target_that_is_gone_is_not_found,
    scaling_activities_can_be_asked,
)
