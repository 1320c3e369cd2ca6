"""The proof: the real Terraform and the real AWS provider find in the sandbox what they would find in AWS.

A root with every resource an ECS platform may want is applied, changed in nearly every value, and destroyed. The plan
after each step is empty, and in the end nothing is left but what was there before.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from served_provider import served
from terraform_in import Terraform

from wrapper.sandbox.lifecycle import Endpoint, Sandbox, Seed

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]
ROOT = Path(__file__).parent / "terraform" / "everything"
REGION = "ap-southeast-2"
SECOND_RELEASE = {
    "TF_VAR_release": "2",
    "TF_VAR_image": "nginx:1.28",
    "TF_VAR_spot_max_price": "0.07",
    "TF_VAR_desired_count": "3",
    "TF_VAR_user_data": "#!/bin/sh\necho second\n",
}

# What a listing calls its things. A listing that is the same before and after shows that nothing is left.
LISTINGS = {
    ("acm", "list_certificates"): "CertificateSummaryList",
    ("application-autoscaling", "describe_scalable_targets"): "ScalableTargets",
    ("application-autoscaling", "describe_scaling_policies"): "ScalingPolicies",
    ("application-autoscaling", "describe_scheduled_actions"): "ScheduledActions",
    ("autoscaling", "describe_auto_scaling_groups"): "AutoScalingGroups",
    ("autoscaling", "describe_launch_configurations"): "LaunchConfigurations",
    ("autoscaling", "describe_policies"): "ScalingPolicies",
    ("autoscaling", "describe_scheduled_actions"): "ScheduledUpdateGroupActions",
    ("cloudwatch", "describe_alarms"): "MetricAlarms",
    ("dynamodb", "list_tables"): "TableNames",
    ("ec2", "describe_addresses"): "Addresses",
    ("ec2", "describe_launch_templates"): "LaunchTemplates",
    ("ec2", "describe_security_groups"): "SecurityGroups",
    ("ec2", "describe_subnets"): "Subnets",
    ("ec2", "describe_volumes"): "Volumes",
    ("ec2", "describe_vpcs"): "Vpcs",
    ("ecr", "describe_repositories"): "repositories",
    ("ecs", "describe_capacity_providers"): "capacityProviders",
    ("ecs", "list_clusters"): "clusterArns",
    ("ecs", "list_task_definitions"): "taskDefinitionArns",
    ("efs", "describe_file_systems"): "FileSystems",
    ("elbv2", "describe_load_balancers"): "LoadBalancers",
    ("elbv2", "describe_target_groups"): "TargetGroups",
    ("events", "list_rules"): "Rules",
    ("iam", "list_instance_profiles"): "InstanceProfiles",
    ("iam", "list_roles"): "Roles",
    ("logs", "describe_log_groups"): "logGroups",
    ("resourcegroupstaggingapi", "get_resources"): "ResourceTagMappingList",
    ("route53", "list_hosted_zones"): "HostedZones",
    ("s3", "list_buckets"): "Buckets",
    ("scheduler", "list_schedules"): "Schedules",
    ("secretsmanager", "list_secrets"): "SecretList",
    ("servicediscovery", "list_namespaces"): "Namespaces",
    ("sns", "list_topics"): "Topics",
    ("sqs", "list_queues"): "QueueUrls",
}

KEPT_FOR_A_WHILE = {"resourcegroupstaggingapi get_resources": 1}  # the KMS key waits for its deletion, as in AWS

REFUSED = re.compile(r"^\S+ \S+ (5\d\d .*)", re.MULTILINE)  # after date and time: a process may have the number 5061


@pytest.fixture
def endpoint(sandbox: Sandbox, seed: Seed) -> Endpoint:
    return sandbox.start(seed)


@pytest.fixture
def terraform(
    tmp_path: Path, endpoint: Endpoint, provider_binary: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terraform]:
    for name in [name for name in os.environ if name.startswith(("AWS_", "TF_VAR_"))]:
        monkeypatch.delenv(name)
    shutil.copytree(ROOT, tmp_path / "root", ignore=shutil.ignore_patterns(".terraform*"))
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
    there = keys | {"AWS_ENDPOINT_URL": endpoint.url}
    with served(provider_binary, there, ROOT) as environment:
        yield Terraform(tmp_path / "root", there | environment | {"TF_INPUT": "0"})


def inventory(endpoint: Endpoint) -> dict[str, int]:
    counts = {}
    for (service, listing), name in LISTINGS.items():
        fields: dict[str, Any] = {"ServiceNamespace": "ecs"} if service == "application-autoscaling" else {}
        client = boto3.client(
            service,
            region_name=REGION,
            endpoint_url=endpoint.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        counts[f"{service} {listing}"] = len(getattr(client, listing)(**fields).get(name, []))
        client.close()
    return counts


@pytest.mark.long(160)
def test_apply_change_and_destroy_everything(terraform: Terraform, endpoint: Endpoint) -> None:
    before = inventory(endpoint)

    terraform.run("init", "-no-color")
    terraform.apply("-parallelism=30")
    terraform.run("plan", "-detailed-exitcode", "-no-color")

    second = replace(terraform, env=terraform.env | SECOND_RELEASE)
    as_seen = "-refresh=false"  # by the plan before
    changed = second.run("apply", "-auto-approve", "-no-color", "-parallelism=30", as_seen)
    assert "aws_ecs_service.bridge: Modifications complete" in changed
    assert "aws_ecs_service.bridge: Destroying" not in changed
    second.run("plan", "-detailed-exitcode", "-no-color")

    second.destroy("-parallelism=30", as_seen)
    assert second.run("state", "list") == ""
    assert inventory(endpoint) == before | KEPT_FOR_A_WHILE
    assert REFUSED.findall(endpoint.log.read_text()) == []
