"""The proof: the real Terraform and the real AWS provider find in the sandbox what they would find in AWS.

A root with every resource an ECS platform may want is applied, changed in nearly every value, and destroyed. The plan
after each step is empty, and in the end nothing is left but what was there before.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

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
Terraform = Callable[..., str]

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


@pytest.fixture
def endpoint(sandbox: Sandbox, seed: Seed) -> Endpoint:
    return sandbox.start(seed)


@pytest.fixture
def terraform(tmp_path: Path, endpoint: Endpoint) -> Terraform:
    root = tmp_path / "root"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".terraform*"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_VAR_"))}
    environment |= {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
    }

    def run(*argv: str, **variables: str) -> str:
        done = subprocess.run(
            ["terraform", *argv, "-no-color"], cwd=root, env=environment | variables, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr
        return done.stdout

    return run


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


@pytest.mark.long
def test_apply_change_and_destroy_everything(
    terraform: Terraform, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_PROFILE", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    before = inventory(endpoint)

    terraform("init")
    terraform("apply", "-auto-approve", "-parallelism=30")
    terraform("plan", "-detailed-exitcode")

    changed = terraform("apply", "-auto-approve", "-parallelism=30", **SECOND_RELEASE)
    assert "aws_ecs_service.bridge: Modifications complete" in changed
    assert "aws_ecs_service.bridge: Destroying" not in changed
    terraform("plan", "-detailed-exitcode", **SECOND_RELEASE)

    terraform("destroy", "-auto-approve", "-parallelism=30", **SECOND_RELEASE)
    assert terraform("state", "list") == ""
    assert inventory(endpoint) == before | KEPT_FOR_A_WHILE
    assert " 50" not in endpoint.log.read_text()
