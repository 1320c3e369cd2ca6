"""Where moto answers differently from AWS so that the Terraform provider crashes, waits or sees false drift.

One module per service; each patch says what AWS answers, what moto answers, and what the provider makes of it.
"""

from __future__ import annotations

from . import (
    applicationautoscaling,
    autoscaling,
    cloudwatch,
    ec2,
    ecs,
    efs,
    elbv2,
    exec_sessions,
    resourcegroupstaggingapi,
    rollouts,
    route53,
    s3,
    scheduler,
    servicediscovery,
    sqs,
    target_groups,
)
from .patch_set import Patch, PatchSet

ALL: tuple[Patch, ...] = (
    *applicationautoscaling.PATCHES,
    *autoscaling.PATCHES,
    *cloudwatch.PATCHES,
    *ec2.PATCHES,
    *ecs.PATCHES,
    *efs.PATCHES,
    *elbv2.PATCHES,
    *exec_sessions.PATCHES,
    *resourcegroupstaggingapi.PATCHES,
    *rollouts.PATCHES,
    *route53.PATCHES,
    *s3.PATCHES,
    *scheduler.PATCHES,
    *servicediscovery.PATCHES,
    *sqs.PATCHES,
    *target_groups.PATCHES,
)


def apply_all() -> PatchSet:
    patch_set = PatchSet()
    for patch in ALL:
        patch(patch_set)
    return patch_set
