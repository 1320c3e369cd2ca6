"""The main job, as the issue tells it: the shipped example, in a container, with the real AWS provider."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness import REGION, ROOT, Project, client, make

pytestmark = [pytest.mark.docker, pytest.mark.terraform, pytest.mark.sandbox]
STACK = "appcluster-test"
BUCKET = "orchestrate-example-state"


@pytest.fixture
def shipped(tmp_path: Path, image: str, made: Callable[[Project], Project]) -> Iterator[Project]:
    """A copy of the shipped project with a home and a sandbox of its own."""
    project = made(make(tmp_path, extra={"ORCHESTRATE_SANDBOX": "1"}))
    for folder in ("config", "src", "modules"):
        shutil.copytree(ROOT / folder, project.root / folder, dirs_exist_ok=True)
    yield project
    project.run("sandbox", "stop")


class Account:
    """What stands in the simulated AWS of a project, by service."""

    def __init__(self, project: Project) -> None:
        self.url = json.loads(project.run("sandbox", "status", "--json").out)["url"]

    def client(self, service: str) -> Any:
        return client(self.url, service)

    def states(self) -> dict[str, bytes]:
        s3 = self.client("s3")
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())]
        return {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}

    def everything(self) -> dict[str, list[str]]:
        """Every kind of thing that a deployment makes; a kind that has none is left out."""
        ecs, elb, asg = self.client("ecs"), self.client("elbv2"), self.client("autoscaling")
        ec2, iam, dns = self.client("ec2"), self.client("iam"), self.client("route53")
        zones = [zone["Id"] for zone in dns.list_hosted_zones()["HostedZones"]]
        records = [r for zone in zones for r in dns.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]]
        clusters = ecs.list_clusters()["clusterArns"]
        found = {
            "tagged": [
                r["ResourceARN"]
                for r in self.client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]
            ],
            "clusters": clusters,
            "services": [s for c in clusters for s in ecs.list_services(cluster=c)["serviceArns"]],
            "task definitions": ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"],
            "load balancers": [b["LoadBalancerName"] for b in elb.describe_load_balancers()["LoadBalancers"]],
            "target groups": [g["TargetGroupName"] for g in elb.describe_target_groups()["TargetGroups"]],
            "groups": [g["AutoScalingGroupName"] for g in asg.describe_auto_scaling_groups()["AutoScalingGroups"]],
            "launch configurations": [
                c["LaunchConfigurationName"] for c in asg.describe_launch_configurations()["LaunchConfigurations"]
            ],
            "launch templates": [t["LaunchTemplateName"] for t in ec2.describe_launch_templates()["LaunchTemplates"]],
            "security groups": [
                g["GroupName"] for g in ec2.describe_security_groups()["SecurityGroups"] if g["GroupName"] != "default"
            ],
            "networks": [v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"] if not v["IsDefault"]],
            "roles": [
                r["RoleName"] for r in iam.list_roles()["Roles"] if not r["Path"].startswith("/aws-service-role")
            ],
            "instance profiles": [p["InstanceProfileName"] for p in iam.list_instance_profiles()["InstanceProfiles"]],
            "policies": [p["PolicyName"] for p in iam.list_policies(Scope="Local")["Policies"]],
            "log groups": [g["logGroupName"] for g in self.client("logs").describe_log_groups()["logGroups"]],
            "alarms": [a["AlarmName"] for a in self.client("cloudwatch").describe_alarms()["MetricAlarms"]],
            "scaling targets": [
                t["ResourceId"]
                for t in self.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")[
                    "ScalableTargets"
                ]
            ],
            "records": [r["Name"] for r in records if r["Type"] not in ("NS", "SOA")],
        }
        return {kind: names for kind, names in found.items() if names}


def test_the_main_job(shipped: Project) -> None:
    tree = shipped.digest()
    acme = (STACK, REGION, "-var", "tenant=acme")
    globex = (STACK, REGION, "-var", "tenant=globex")

    # From nothing: the shared layer, the tenant, and its URL on the last line.
    done = shipped.run("apply", *acme, timeout=600)
    assert done.last == "http://acme.test.example.com"
    assert "\x1b[" not in done.all
    account = Account(shipped)
    began = account.everything()
    assert {"clusters", "services", "load balancers", "launch configurations", "alarms", "records"} <= began.keys()
    assert len(began["alarms"]) >= 2 and "acme.test.example.com." in began["records"]

    # Nothing is left to do.
    same = shipped.run("plan", *acme, "-detailed-exitcode")
    assert "No changes." in same.out
    assert "No changes." in shipped.run("plan", STACK, REGION, "-detailed-exitcode").out

    # A second tenant beside it, which it does not notice.
    before = account.states()
    assert shipped.run("apply", *globex, timeout=600).last == "http://globex.test.example.com"
    after = account.states()
    assert {key: after[key] for key in before} == before
    assert {key for key in after if key not in before} == {
        f"{REGION}/{STACK}/tenants/globex/terraform.tfstate",
        f"{REGION}/{STACK}/tenants/globex/orchestrate.json",
        f"{REGION}/{STACK}/tenants/globex/orchestrate-history.json",
    }

    # A new build changes the task definition and the service, and nothing else.
    build = ("-var", "service1-build=2")
    shipped.run("plan", *acme, *build, "-out=build.tfplan")
    (shipped.root / "build.tfplan").rename(shipped.home / "build.tfplan")
    plan = json.loads(shipped.run("show", *acme, "-json", str(shipped.home / "build.tfplan")).out)
    changed = {c["type"] for c in plan["resource_changes"] if c["change"]["actions"] not in (["no-op"], ["read"])}
    assert changed == {"aws_ecs_task_definition", "aws_ecs_service"}
    assert shipped.run("apply", *acme, str(shipped.home / "build.tfplan")).last == "http://acme.test.example.com"
    task = account.client("ecs").describe_services(cluster=began["clusters"][0], services=began["services"])[
        "services"
    ][0]
    containers = account.client("ecs").describe_task_definition(taskDefinition=task["taskDefinition"])["taskDefinition"]
    assert containers["containerDefinitions"][0]["image"].endswith(":2")

    # One goes, the other stays as it is.
    before = account.states()
    shipped.run("destroy", *acme, timeout=600)
    after = account.states()
    assert after == {key: data for key, data in before.items() if "/acme/" not in key}
    assert [name for names in account.everything().values() for name in names if "acme" in name] == []
    assert "No changes." in shipped.run("plan", *globex, "-detailed-exitcode").out

    # All goes: no state, no resource.
    done = shipped.run("destroy", STACK, REGION, timeout=600)
    assert "globex | succeeded +0 ~0 -" in done.err
    assert account.states() == {}
    assert account.everything() == {}

    assert shipped.digest() == tree
    shipped.assert_nothing_left()
