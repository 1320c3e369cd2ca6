"""Where moto answers differently from AWS so that the Terraform provider crashes, waits or sees false drift.

One module per service; each mend says what AWS answers, what moto answers, and what the provider makes of it.
"""

from __future__ import annotations

from . import (
    applicationautoscaling,
    autoscaling,
    cloudwatch,
    ec2,
    ecs,
    elbv2,
    resourcegroupstaggingapi,
    rollouts,
    route53,
    s3,
    scheduler,
    servicediscovery,
    sqs,
)
from .patch_set import Ledger, Mend

ALL: tuple[Mend, ...] = (
    *applicationautoscaling.MENDS,
    *autoscaling.MENDS,
    *cloudwatch.MENDS,
    *ec2.MENDS,
    *ecs.MENDS,
    *elbv2.MENDS,
    *resourcegroupstaggingapi.MENDS,
    *rollouts.MENDS,
    *route53.MENDS,
    *s3.MENDS,
    *scheduler.MENDS,
    *servicediscovery.MENDS,
    *sqs.MENDS,
)


def apply_all() -> Ledger:
    ledger = Ledger()
    for mend in ALL:
        mend(ledger)
    return ledger
