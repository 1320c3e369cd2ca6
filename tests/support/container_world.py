"""A sandbox with containers, and one small application in it, made through AWS's own APIs: a cluster, a load balancer, services
of the demo application. Without Terraform, so that a test takes seconds."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from harness import REGION, Project, client, docker

HOST = "acme.example.com"
LOGS = {"awslogs-group": "/ecs/web", "awslogs-region": REGION, "awslogs-stream-prefix": "web"}
ROLLBACK = {"enable": True, "rollback": True}


@dataclass
class ContainerWorld:
    project: Project
    repository: str
    drain: int = 2  # seconds of a target group's deregistration delay
    interval: int = 5  # of its health check
    timeout: int = 2
    status: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)  # service -> target group

    def client(self, service: str) -> Any:
        return client(self.status["url"], service)

    # -- making -----------------------------------------------------------------------------------

    def begin(self) -> None:
        self.status = json.loads(self.project.run("sandbox", "status", "--json").out)
        self.ecs, self.elb = self.client("ecs"), self.client("elbv2")
        self.ecs.create_cluster(clusterName="cluster")
        self.client("logs").create_log_group(logGroupName="/ecs/web")
        vpc = self.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
        subnets = self.client("ec2").describe_subnets()["Subnets"]
        self.vpc, self.subnets = vpc, [s["SubnetId"] for s in subnets if s["VpcId"] == vpc][:2]
        balancer = self.elb.create_load_balancer(Name="lb", Subnets=self.subnets)["LoadBalancers"][0]
        self.balancer, dns = balancer["LoadBalancerArn"], balancer["DNSName"]
        answer = {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": "nothing here"}
        self.listener = self.elb.create_listener(
            LoadBalancerArn=self.balancer,
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": answer}],
        )["Listeners"][0]["ListenerArn"]
        self.names(dns, HOST)

    def names(self, dns: str, *hosts: str) -> None:
        route53 = self.client("route53")
        zone = route53.list_hosted_zones()["HostedZones"][0]["Id"]
        alias = {"DNSName": dns, "HostedZoneId": "Z1", "EvaluateTargetHealth": False}
        records = [{"Name": host, "Type": "A", "AliasTarget": alias} for host in hosts]
        changes = [{"Action": "UPSERT", "ResourceRecordSet": record} for record in records]
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})

    def revision(self, build: str, family: str = "web", **container: Any) -> str:
        one = {
            **{"name": "web", "image": f"{self.repository}:{build}", "memory": 64, "essential": True, "stopTimeout": 5},
            "portMappings": [{"containerPort": 8080, "hostPort": 0}],
            "environment": [{"name": "TENANT", "value": "acme"}],
            "logConfiguration": {"logDriver": "awslogs", "options": LOGS},
        }
        made = self.ecs.register_task_definition(family=family, containerDefinitions=[one | container])
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def service(self, name: str, build: str = "1", path: str = "", desired: int = 1, cpu: int = 0, **more: Any) -> None:
        """Behind a rule of its own, steady when this returns."""
        group = self.elb.create_target_group(
            **{"Name": name, "Protocol": "HTTP", "Port": 80, "VpcId": self.vpc, "HealthCheckPath": "/health"},
            **{"HealthCheckIntervalSeconds": self.interval, "HealthCheckTimeoutSeconds": self.timeout},
            **{"HealthyThresholdCount": 2, "UnhealthyThresholdCount": 2},
        )["TargetGroups"][0]["TargetGroupArn"]
        self.groups[name] = group
        delay = {"Key": "deregistration_delay.timeout_seconds", "Value": str(self.drain)}
        self.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=[delay])
        self.elb.create_rule(
            ListenerArn=self.listener,
            Priority=len(self.groups),
            Conditions=[{"Field": "path-pattern", "Values": [path or f"/{name}*"]}],
            Actions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        self.ecs.create_service(
            **{"cluster": "cluster", "serviceName": name, "taskDefinition": self.revision(build, name, cpu=cpu)},
            desiredCount=desired,
            launchType="EC2",
            loadBalancers=[{"targetGroupArn": group, "containerName": "web", "containerPort": 8080}],
            deploymentConfiguration={"deploymentCircuitBreaker": ROLLBACK} | more,
        )
        self.until(lambda: self.is_steady(name))

    def deploy(self, name: str, build: str) -> str:
        revision = self.revision(build, name)
        self.ecs.update_service(cluster="cluster", service=name, taskDefinition=revision)
        return revision

    # -- looking ----------------------------------------------------------------------------------

    def shown(self, name: str) -> dict[str, Any]:
        return dict(self.ecs.describe_services(cluster="cluster", services=[name])["services"][0])

    def is_steady(self, name: str) -> bool:
        found = self.shown(name)
        [*deployments] = found["deployments"]
        return len(deployments) == 1 and deployments[0]["rolloutState"] == "COMPLETED"

    def states(self, name: str) -> list[str]:
        found = self.elb.describe_target_health(TargetGroupArn=self.groups[name])["TargetHealthDescriptions"]
        return sorted(t["TargetHealth"]["State"] for t in found)

    def containers(self, *more: str) -> list[str]:
        """Ids of this sandbox's containers that run."""
        home = self.project.private / "sandbox"
        return docker("ps", "-q", "--filter", f"label=orchestrate.sandbox={home}", *more).split()

    def of(self, name: str) -> list[str]:
        service = self.shown(name)["serviceArn"]
        return self.containers("--filter", f"label=orchestrate.sandbox.service={service}")

    @property
    def port(self) -> int:
        shown = json.loads(self.project.run("sandbox", "status", "--json").out)["containers"]
        return int(shown["ports"]["80"])

    def get(self, path: str, port: int, host: str = HOST, **headers: str) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            asked = {"Host": f"{host}.localhost:{port}", "Accept": "application/json", **headers}
            connection.request("GET", path, headers=asked)
            answer = connection.getresponse()
            body = answer.read().decode()
            return answer.status, json.loads(body) if body.startswith("{") else {"text": body, **answer.headers}
        finally:
            connection.close()

    def until(self, is_so: Callable[[], bool], seconds: float = 240) -> float:
        """How long it took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if is_so():
                return time.monotonic() - began
            time.sleep(0.2)
        raise AssertionError(f"not so after {seconds} s: {self.project.run('sandbox', 'status').err}")


def events(shown: dict[str, Any]) -> str:
    return "\n".join(event["message"] for event in shown["events"])


def start(project: Project, repository: str, *options: str) -> ContainerWorld:
    here = f"config/{REGION}/web"
    project.write("config/sandbox.hcl", 'zones = ["example.com"]\n')
    project.write(f"{here}/backend.tfvars", 'path = ".states"\n')
    project.write(f"{here}/variables.tfvars", f'images = {{ web = "{repository}" }}\n')
    project.write("src/web/main.tf", "")
    project.write(
        "src/web/tenant/main.tf", 'variable "tenant" { type = string }\nvariable "images" { type = map(string) }\n'
    )
    said = project.run("sandbox", "start", "--containers", *options).err
    assert "not known" not in said, "the data plane has told what runs when it counts as started"
    project.run("sandbox", "images")
    world = ContainerWorld(project, repository)
    world.begin()
    return world
