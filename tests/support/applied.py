"""A layer of the shipped project in a folder of its own, and what a stack left behind in a simulated AWS."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from states_by_http import with_state_by_http
from terraform_in import REGION, ROOT, Terraform

CONFIG = ROOT / "config" / REGION


@contextlib.contextmanager
def layer(code: Path, home: Path, aws: dict[str, str], stack: str, root: str, more: str = "") -> Iterator[Terraform]:
    """A copy of the code with state of its own. Values that a layer does not declare are warnings, not errors. ``more``: stands
    beside its code."""
    shutil.copytree(code, home, ignore=shutil.ignore_patterns(".terraform*"))
    files = (ROOT / "config/common.tfvars", CONFIG / "common.tfvars", CONFIG / stack / "variables.tfvars")
    values = (*(f"-var-file={path}" for path in files), f"-var=region={REGION}", f"-var=stack={stack}")
    (home / root / "more.tf").write_text(more)
    with with_state_by_http(Terraform(home / root, aws, values)) as made:
        made.run("init", "-input=false", "-no-color")
        yield made


# Revisions of task definitions stay by design: modules/tenant-service/README.md says why.
KINDS = (
    ("acm", "list_certificates", "CertificateSummaryList"),
    ("application-autoscaling", "describe_scalable_targets", "ScalableTargets"),
    ("application-autoscaling", "describe_scaling_policies", "ScalingPolicies"),
    ("application-autoscaling", "describe_scheduled_actions", "ScheduledActions"),
    ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"),
    ("autoscaling", "describe_launch_configurations", "LaunchConfigurations"),
    ("cloudwatch", "describe_alarms", "MetricAlarms"),
    ("ec2", "describe_addresses", "Addresses"),
    ("ec2", "describe_launch_templates", "LaunchTemplates"),
    ("ec2", "describe_security_groups", "SecurityGroups"),
    ("ec2", "describe_subnets", "Subnets"),
    ("ec2", "describe_vpcs", "Vpcs"),
    ("ecs", "list_clusters", "clusterArns"),
    ("efs", "describe_file_systems", "FileSystems"),
    ("elbv2", "describe_load_balancers", "LoadBalancers"),
    ("elbv2", "describe_target_groups", "TargetGroups"),
    ("events", "list_rules", "Rules"),
    ("iam", "list_instance_profiles", "InstanceProfiles"),
    ("iam", "list_roles", "Roles"),
    ("iam", "list_policies", "Policies"),
    ("scheduler", "list_schedules", "Schedules"),
    ("sqs", "list_queues", "QueueUrls"),
    ("logs", "describe_log_groups", "logGroups"),
    ("scheduler", "list_schedule_groups", "ScheduleGroups"),
    ("sns", "list_topics", "Topics"),
)


def left(url: str, stack: str, domain: str) -> dict[str, list[Any]]:
    """What a stack left behind: everything of these kinds whose description names the stack or its domain."""
    session = boto3.Session("test", "test", region_name=REGION)
    found = {}
    for service, call, key in KINDS:
        asked = {"ServiceNamespace": "ecs"} if service == "application-autoscaling" else {}
        items = getattr(session.client(service, endpoint_url=url), call)(**asked).get(key, [])
        found[f"{service} {key}"] = [item for item in items if stack in str(item) or domain in str(item)]
    return {kind: items for kind, items in found.items() if items}
