"""Mends of Application Auto Scaling: scalable targets and their tags."""

from __future__ import annotations

import json
from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import FakeScalableTarget
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

from wrapper.sandbox.mends.ledger import Ledger, Mend


def scalable_targets_have_tags(ledger: Ledger) -> None:
    """AWS keeps the tags of RegisterScalableTarget and answers List/Tag/UntagResource.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ListTagsForResource.html
    moto answers HTTP 500 to all three, and the provider retries 25 times (eight minutes and more).
    """

    def register(original: Any, self: ApplicationAutoScalingResponse) -> str:
        answer: str = original(self)
        tags_of(self, json.loads(answer)["ScalableTargetARN"]).update(self._get_param("Tags") or {})
        return answer

    ledger.wrap(ApplicationAutoScalingResponse, "register_scalable_target", register)
    ledger.replace(ApplicationAutoScalingResponse, "list_tags_for_resource", list_tags_for_resource)
    ledger.replace(ApplicationAutoScalingResponse, "tag_resource", tag_resource)
    ledger.replace(ApplicationAutoScalingResponse, "untag_resource", untag_resource)


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


MENDS: tuple[Mend, ...] = (scalable_targets_have_tags,)
