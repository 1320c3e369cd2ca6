"""Patches of CloudWatch: composite alarms."""

from __future__ import annotations

from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from .patch_set import Patch, PatchSet


def composite_alarms_can_be_put(patch_set: PatchSet) -> None:
    """AWS keeps an alarm over other alarms, and lists it apart from the metric alarms.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
    moto can hold and list one but does not know the action; the provider waits for minutes.
    """
    patch_set.replace(CloudWatchResponse, "put_composite_alarm", put_composite_alarm)


def put_composite_alarm(self: CloudWatchResponse) -> ActionResult:
    return self.put_metric_alarm()  # moto keeps the AlarmRule of the request, if there is one


PATCHES: tuple[Patch, ...] = (composite_alarms_can_be_put,)
