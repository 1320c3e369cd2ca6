"""The roots, really applied: a stack and a tenant come, change and go, in a simulated AWS."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import boto3
import pytest
from terraform_in import REGION, ROOT, Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]
CONFIG = ROOT / "config" / REGION
BUILD = "-var=service1-build=90"


@pytest.mark.parametrize(
    ("stack", "tenant", "domain", "scheme"),
    [
        ("appcluster-test", "globex", "test.example.com", "http"),  # classic spot, scheduled task, worker
        ("appcluster-beta", "acme", "beta.example.com", "https"),  # mixed instances, certificate
    ],
)
def test_a_stack_and_a_tenant_come_change_and_go(
    code: Path, tmp_path: Path, aws: dict[str, str], stack: str, tenant: str, domain: str, scheme: str
) -> None:
    shared = layer(code, tmp_path / "shared", aws, stack, "src/appcluster")
    shared.apply()
    assert shared.changes() == {}

    given = tmp_path / "given.tfvars.json"
    given.write_text(json.dumps({name: shared.outputs().get(name) for name in ("cluster", "certificate_arn")}))
    made = layer(code, tmp_path / tenant, aws, stack, "src/appcluster/tenant")
    made.values += (f"-var-file={given}", f"-var-file={CONFIG / stack / 'tenants' / tenant}.tfvars")
    made.values += (f"-var=tenant={tenant}", f"-var=hostname={tenant}.{domain}")
    made.apply()
    assert made.changes() == {}
    assert tags_missing(made, Stack=stack, Tenant=tenant, ManagedBy="orchestrate") == {}
    assert made.outputs()["url"] == f"{scheme}://{tenant}.{domain}"

    changes = made.changes(BUILD)
    assert {kind(address) for address, does in changes.items() if "delete" in does} == {"aws_ecs_task_definition"}
    assert {address for address, does in changes.items() if does == ["update"]} == {
        "module.service.aws_ecs_service.this",
        *(address for address in changes if kind(address) == "aws_scheduler_schedule"),
    }
    made.apply(BUILD)
    assert made.changes(BUILD) == {}
    assert made.outputs()["images"]["service1"] == "docker.io/example/service1:90"  # type: ignore[index]

    made.destroy()
    shared.destroy()
    assert left(aws["AWS_ENDPOINT_URL"], stack, domain) == {}


def tags_missing(made: Terraform, **wanted: str) -> dict[str, dict[str, str]]:
    """Address => tags, of everything that can have tags and has others than these."""
    state = json.loads(made.run("show", "-json"))["values"]["root_module"]
    resources = [resource for module in state.get("child_modules", []) for resource in module["resources"]]
    tagged = {each["address"]: each["values"]["tags_all"] for each in resources if "tags_all" in each["values"]}
    assert len(tagged) > 5
    return {address: tags for address, tags in tagged.items() if not wanted.items() <= (tags or {}).items()}


def kind(address: str) -> str:
    return address.split(".")[2]


def layer(code: Path, home: Path, aws: dict[str, str], stack: str, root: str) -> Terraform:
    """A copy of the code with state of its own. Values that a layer does not declare are warnings, not errors."""
    shutil.copytree(code, home, ignore=shutil.ignore_patterns(".terraform*"))
    files = (ROOT / "config/common.tfvars", CONFIG / "common.tfvars", CONFIG / stack / "variables.tfvars")
    values = (*(f"-var-file={path}" for path in files), f"-var=region={REGION}", f"-var=stack={stack}")
    made = Terraform(home / root, aws, values)
    made.run("init", "-input=false", "-no-color")
    return made


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
    ("scheduler", "list_schedules", "Schedules"),
    ("sns", "list_topics", "Topics"),
    ("sqs", "list_queues", "QueueUrls"),
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
