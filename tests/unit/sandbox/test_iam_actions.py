"""A request's action of IAM, by its name."""

from __future__ import annotations

import pytest

from wrapper.sandbox.iam_actions import action_of


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("ecs:RegisterTaskDefinition", "ecs:RegisterTaskDefinition"),
        ("monitoring:PutMetricAlarm", "cloudwatch:PutMetricAlarm"),
        ("tagging:GetResources", "tag:GetResources"),
        ("s3:GET /states?list-type", "s3:ListBucket"),
        ("s3:HEAD /states", "s3:ListBucket"),
        ("s3:GET /states?versions", "s3:ListBucketVersions"),
        ("s3:GET /states/r/app/terraform.tfstate", "s3:GetObject"),
        ("s3:PUT /states/r/app/terraform.tfstate.tflock", "s3:PutObject"),
        ("s3:DELETE /states/r/app/terraform.tfstate.tflock", "s3:DeleteObject"),
        ("s3:POST /states?delete", "s3:DeleteObject"),
        ("route53:GET /2013-04-01/hostedzone", "route53:ListHostedZones"),
        ("route53:GET /2013-04-01/hostedzone/Z1", "route53:GetHostedZone"),
        ("route53:GET /2013-04-01/hostedzone/Z1/rrset?name", "route53:ListResourceRecordSets"),
        ("route53:POST /2013-04-01/hostedzone/Z1/rrset/", "route53:ChangeResourceRecordSets"),
        ("route53:GET /2013-04-01/change/C1", "route53:GetChange"),
        ("elasticfilesystem:GET /2015-02-01/file-systems", "elasticfilesystem:GET"),
    ],
)
def test_what_a_role_needs_for_a_request(name: str, action: str) -> None:
    assert action_of(name) == action
