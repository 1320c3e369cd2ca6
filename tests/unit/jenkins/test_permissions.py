"""What the pipelines' policies allow, compared with what deploy, promote, rollback and the nightly job asked the simulated AWS for.

tests/support/jenkins/actions.tsv was written by such runs of the example; tests/e2e/test_main_job.py holds that it lacks nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ASKED = dict(line.split("\t") for line in (ROOT / "tests/support/jenkins/actions.tsv").read_text().splitlines())
MODULE = "".join(file.read_text() for file in sorted((ROOT / "modules/pipeline-permissions").glob("*.tf")))
ALLOWED = set(re.findall(r'"((?!aws:)[a-z0-9-]+:[A-Z]\w+)"', MODULE))
UNASKED = {"sts:GetCallerIdentity": "needs no permission"}
# Allowed beyond what a request is called, and why.
BESIDE = {
    "iam:PassRole": "no request: it is checked when a role is named in one",
    "iam:TagRole": "checked with CreateRole",
    "iam:TagInstanceProfile": "checked with CreateInstanceProfile",
    "kms:Decrypt": "S3 asks for it in the caller's name",
    "kms:GenerateDataKey": "S3 asks for it in the caller's name",
    **dict.fromkeys(
        (
            "acm:AddTagsToCertificate",
            "application-autoscaling:TagResource",
            "autoscaling:CreateOrUpdateTags",
            "cloudwatch:TagResource",
            "ecs:TagResource",
            "elasticloadbalancing:AddTags",
            "events:TagResource",
            "logs:TagResource",
            "sns:TagResource",
            "sqs:TagQueue",
        ),
        "checked with the request that makes the thing",
    ),
    **dict.fromkeys(
        ("ecs:DescribeServiceDeployments", "ecs:ListServiceDeployments"),
        "hashicorp/aws 6.11 and later waits for a service by its deployment; the tests run 5.100",
    ),
    "elasticloadbalancing:ModifyRule": "another path of a service is a change of its rule",
    "elasticloadbalancing:SetRulePriorities": "a rule without a path gives way to its tenant's first path",
    **dict.fromkeys(
        ("ecs:DescribeTasks", "ecs:RunTask", "ecs:StopTask", "logs:FilterLogEvents"),
        "with deploy_tasks: a task before or after a deploy, which the example has none of",
    ),
    **dict.fromkeys(
        ("cloudwatch:DisableAlarmActions", "cloudwatch:EnableAlarmActions"),
        "an apply or the night of a tenant that is stopped, and its start: the example has none",
    ),
    **dict.fromkeys(
        ("route53:CreateHostedZone", "route53:ListHostedZonesByName"),
        "with discovery: Cloud Map makes the zone in the caller's name",
    ),
    # Names of a condition, and of a policy's context.
    "iam:PermissionsBoundary": "a condition",
    "iam:PassedToService": "a condition",
}


def test_what_was_asked_for_is_allowed_and_nothing_else() -> None:
    assert len(ASKED) > 100 and {run for runs in ASKED.values() for run in runs.split()} == {
        *("deploy", "promote", "rollback", "night"),
    }
    assert set(ASKED) - ALLOWED == set(UNASKED)
    found_each_other = {one for one in ALLOWED if one.startswith("servicediscovery:")} | {"ec2:DescribeRegions"}
    assert ALLOWED - set(ASKED) - found_each_other == set(BESIDE)
