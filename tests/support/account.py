"""What stands in the simulated AWS of a project."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from harness import Project, client, without_past

BUCKET = "orchestrate-example-state"  # of every stack that is shipped


class Account:
    """What stands in the simulated AWS of a project, by service."""

    def __init__(self, project: Project) -> None:
        self.url = json.loads(project.run("sandbox", "status", "--json").out)["url"]

    def client(self, service: str) -> Any:
        return client(self.url, service)

    def asked(self) -> set[str]:
        """The actions of IAM that were asked for since the last time."""
        request = urllib.request.Request(f"{self.url}/_orchestrate/actions", data=b"{}", method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return {*json.load(answer)["actions"]}

    def states(self) -> dict[str, bytes]:
        """Every object in the state bucket, but what a destroy keeps."""
        s3 = self.client("s3")
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())]
        return {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in without_past(keys)}

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
            "scheduled actions": [
                a["ScheduledActionName"]
                for a in self.client("application-autoscaling").describe_scheduled_actions(ServiceNamespace="ecs")[
                    "ScheduledActions"
                ]
            ],
            "schedules": [s["Name"] for s in self.client("scheduler").list_schedules()["Schedules"]],
            "rules": [r["Name"] for r in self.client("events").list_rules()["Rules"]],
            "queues": self.client("sqs").list_queues().get("QueueUrls", []),
            "topics": [t["TopicArn"] for t in self.client("sns").list_topics()["Topics"]],
            "certificates": [c["DomainName"] for c in self.client("acm").list_certificates()["CertificateSummaryList"]],
            "records": [r["Name"] for r in records if r["Type"] not in ("NS", "SOA")],
        }
        return {kind: names for kind, names in found.items() if names}

    def badly_tagged(self) -> list[str]:
        """Addresses of what can have tags and lacks one of those that every resource has to have."""
        found = []
        for key, data in self.states().items():
            if not key.endswith(".tfstate"):
                continue
            _, stack, *tenant = key.split("/")[:-1]
            wanted = {"Stack": stack, "ManagedBy": "orchestrate"} | ({"Tenant": tenant[1]} if tenant else {})
            resources = [r for r in json.loads(data)["resources"] if r["mode"] == "managed"]
            for r in resources:
                tags = [i["attributes"]["tags_all"] or {} for i in r["instances"] if "tags_all" in i["attributes"]]
                found += [f"{key} {r['type']}.{r['name']}" for each in tags if not wanted.items() <= each.items()]
        return found

    def without_a_role(self) -> list[str]:
        """Task definitions that nobody could start: a node pulls no image and writes no log of its own right."""
        ecs = self.client("ecs")
        arns = ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"]
        definitions = [ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"] for arn in arns]
        return [d["family"] for d in definitions if not d.get("executionRoleArn")]
