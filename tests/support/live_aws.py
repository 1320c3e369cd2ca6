"""An AWS that runs what one tenant has: two services with a task each, their logs, a task that is run by hand. It answers as AWS's
API reference has it, as far as the commands for running services read it, and remembers what it was asked."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from wrapper.aws.identity import Identity

NOW = datetime.now(UTC).replace(microsecond=0)
BEGAN = NOW - timedelta(minutes=5)
CLUSTER = "arn:aws:ecs:ap-southeast-2:1:cluster/c"
GROUP = "/ecs/app-test/acme"
WEB = "arn:aws:ecs:ap-southeast-2:1:task-definition/acme-web:7"
WORKER = "arn:aws:ecs:ap-southeast-2:1:task-definition/acme-worker:3"
MIGRATE = "arn:aws:ecs:ap-southeast-2:1:task-definition/acme-migrate:2"
TARGETS = "arn:aws:elasticloadbalancing:ap-southeast-2:1:targetgroup/acme/1"
ALARM = "acme-5xx"
IDS = {WEB: "a" * 32, WORKER: "b" * 32, MIGRATE: "d" * 32}


def services() -> dict[str, Any]:
    """The output of the tenant's root."""
    return {
        "acme": {
            "cluster": CLUSTER,
            "service": "acme",
            "task_definition": WEB,
            "target_groups": [TARGETS],
            "log_group": GROUP,
            "containers": ["web", "side"],
        },
        "acme/worker": {
            "cluster": CLUSTER,
            "service": "acme-worker",
            "task_definition": WORKER,
            "target_groups": [],
            "log_group": GROUP,
            "containers": ["worker"],
        },
    }


RUN_TASK = {
    "migrate": {
        "cluster": CLUSTER,
        "taskDefinition": MIGRATE,
        "launchType": "EC2",
        "overrides": {"containerOverrides": [{"name": "web", "command": ["./migrate"]}]},
    }
}
RESOURCES = [
    {
        "mode": "managed",
        "type": "aws_cloudwatch_metric_alarm",
        "name": "watch",
        "instances": [{"attributes": {"alarm_name": ALARM}}],
    },
    {
        "mode": "managed",
        "type": "aws_scheduler_schedule",
        "name": "this",
        "instances": [
            {
                "attributes": {
                    "name": "report",
                    "schedule_expression": "cron(0 3 * * ? *)",
                    "schedule_expression_timezone": "UTC",
                    "state": "ENABLED",
                }
            }
        ],
    },
]


def deployed(states: Path, stack: str = "app-test", **outputs: Any) -> None:
    """The tenant's state says so. ``outputs``: instead of those; None: without it."""
    file = states / f"ap-southeast-2/{stack}/tenants/acme/terraform.tfstate"
    data = json.loads(file.read_text())
    found = {"services": services(), "run_task": RUN_TASK, **outputs}
    data["outputs"] |= {name: {"value": value} for name, value in found.items() if value is not None}
    data["resources"] = RESOURCES
    file.write_text(json.dumps(data))


def refused(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "X")


def container(name: str, **changes: Any) -> dict[str, Any]:
    options = {"awslogs-group": GROUP, "awslogs-region": "ap-southeast-2", "awslogs-stream-prefix": name}
    return {
        "name": name,
        "essential": True,
        "logConfiguration": {"logDriver": "awslogs", "options": options},
        **changes,
    }


class LiveAws(Identity):
    """``answers``: by operation, an answer, an error, or what is called with the parameters, instead of its own."""

    def __init__(self, **answers: Any) -> None:
        super().__init__({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"})
        object.__setattr__(self, "answers", answers)
        object.__setattr__(self, "asked", [])
        object.__setattr__(self, "stopped", [])
        object.__setattr__(self, "counts", {})  # of a service that was given another
        object.__setattr__(self, "looks", 0)
        object.__setattr__(self, "begun", int(time.time() * 1000))  # NOW may be long ago: that of the module's import

    asked: list[tuple[str, dict[str, Any]]]
    answers: dict[str, Any]
    stopped: list[str]
    counts: dict[str, int]
    looks: int
    begun: int

    def client(self, service: str, region: str) -> Any:
        meta = SimpleNamespace(endpoint_url=f"https://{service}.{region}.amazonaws.com", region_name=region)
        return _Client(self, meta)

    def of(self, operation: str) -> list[dict[str, Any]]:
        """The parameters of each call of it."""
        return [parameters for name, parameters in self.asked if name == operation]


class _Client:
    def __init__(self, world: LiveAws, meta: Any) -> None:
        self._world, self.meta = world, meta

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def ask(**parameters: Any) -> Any:
            self._world.asked.append((operation, parameters))
            found = self._world.answers.get(operation, getattr(_Answers(self._world), operation, None))
            if isinstance(found, list):  # one after another, the last for ever
                found = found.pop(0) if len(found) > 1 else found[0]
            if isinstance(found, Exception):
                raise found
            if found is None:
                raise refused("NotImplemented", f"{operation} is not simulated")
            return found(**parameters) if callable(found) else found

        return ask


class _Answers:
    """Of a world in which all is well."""

    def __init__(self, world: LiveAws) -> None:
        self.world = world

    def describe_services(self, cluster: str, services: list[str]) -> Any:
        known = {"acme": WEB, "acme-worker": WORKER}
        return {
            "services": [self.service(n.rpartition("/")[2], known.get(n.rpartition("/")[2], WEB)) for n in services]
        }

    def service(self, name: str, definition: str) -> dict[str, Any]:
        tasks = self.world.counts.get(name, 1)
        counts = {"desiredCount": tasks, "runningCount": tasks, "pendingCount": 0}
        primary = {"id": "ecs-svc/1", "status": "PRIMARY", "rolloutState": "COMPLETED", "taskDefinition": definition}
        return {
            "serviceName": name,
            "clusterArn": CLUSTER,
            "status": "ACTIVE",
            "taskDefinition": definition,
            "launchType": "EC2",
            "enableExecuteCommand": True,
            "loadBalancers": [{"targetGroupArn": TARGETS, "containerName": "web", "containerPort": 80}],
            **counts,
            "deployments": [{**primary, **counts, "failedTasks": 0, "createdAt": BEGAN}],
            "events": [{"createdAt": BEGAN, "message": f"(service {name}) has reached a steady state."}],
        }

    def list_tasks(self, desiredStatus: str = "RUNNING", serviceName: str = "", **_: Any) -> Any:  # noqa: N803
        if desiredStatus == "STOPPED":
            return {"taskArns": []}
        return {"taskArns": [f"arn:aws:ecs:r:1:task/c/{IDS[WORKER if 'worker' in serviceName else WEB]}"]}

    def describe_tasks(self, tasks: list[str], **_: Any) -> Any:
        by_id = {number: definition for definition, number in IDS.items()}
        ids = [arn.rpartition("/")[2] for arn in tasks]
        return {"tasks": [self.task(one, by_id[one]) for one in ids if one in by_id]}

    def task(self, number: str, definition: str) -> dict[str, Any]:
        one_off = definition == MIGRATE
        names = ["web", "side"] if definition == WEB else ["worker"] if definition == WORKER else ["web"]
        status = "STOPPED" if one_off else "RUNNING"
        ended = {"exitCode": 0} if one_off else {}
        agents = [{"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}]
        return {
            "taskArn": f"arn:aws:ecs:r:1:task/c/{number}",
            "clusterArn": CLUSTER,
            "taskDefinitionArn": definition,
            "lastStatus": status,
            "createdAt": BEGAN,
            "startedAt": BEGAN,
            "availabilityZone": "ap-southeast-2a",
            "launchType": "EC2",
            "containerInstanceArn": "arn:aws:ecs:r:1:container-instance/c/i1",
            "enableExecuteCommand": True,
            **({"stoppedReason": "Essential container in task exited", "stoppedAt": NOW} if one_off else {}),
            "containers": [
                {"name": n, "lastStatus": status, "runtimeId": f"{number[:4]}-{n}", "managedAgents": agents, **ended}
                for n in names
            ],
        }

    def describe_task_definition(self, taskDefinition: str) -> Any:  # noqa: N803
        names = {WEB: ["web", "side"], WORKER: ["worker"], MIGRATE: ["web"]}[taskDefinition]
        containers = [container(name, essential=name != "side") for name in names]
        if taskDefinition == MIGRATE:
            containers[0]["logConfiguration"]["options"]["awslogs-stream-prefix"] = "migrate"
        return {"taskDefinition": {"taskDefinitionArn": taskDefinition, "containerDefinitions": containers}}

    def describe_target_health(self, TargetGroupArn: str) -> Any:  # noqa: N803
        found = {"Target": {"Id": "i-1", "Port": 32768}, "TargetHealth": {"State": "healthy"}}
        return {"TargetHealthDescriptions": [found]}

    def describe_scalable_targets(self, ResourceIds: list[str], **_: Any) -> Any:  # noqa: N803
        return {"ScalableTargets": [{"ResourceId": one, "MinCapacity": 1, "MaxCapacity": 4} for one in ResourceIds]}

    def describe_scaling_activities(self, **_: Any) -> Any:
        return {"ScalingActivities": []}

    def describe_scheduled_actions(self, **_: Any) -> Any:
        return {"ScheduledActions": []}

    def describe_alarms(self, **_: Any) -> Any:
        return {"MetricAlarms": [{"AlarmName": ALARM, "StateValue": "OK"}]}

    def filter_log_events(self, startTime: int, logStreamNamePrefix: str = "", **_: Any) -> Any:  # noqa: N803
        lines = (
            ("web", WEB, "GET /"),
            ("side", WEB, "aside"),
            ("worker", WORKER, "at work"),
            ("web", MIGRATE, "migrated"),
        )
        events = []
        for n, (name, definition, text) in enumerate(lines):
            prefix = "migrate" if definition == MIGRATE else name
            at = self.world.begun - 30_000 + n
            stream = f"{prefix}/{name}/{IDS[definition]}"
            if stream.startswith(logStreamNamePrefix) and at >= startTime:
                events.append({"eventId": str(n), "timestamp": at, "logStreamName": stream, "message": text})
        return {"events": events}

    def describe_log_streams(self, **_: Any) -> Any:
        return {"logStreams": [{"logStreamName": f"web/web/{'e' * 32}"}]}

    def run_task(self, **_: Any) -> Any:
        return {"tasks": [{"taskArn": f"arn:aws:ecs:r:1:task/c/{IDS[MIGRATE]}"}], "failures": []}

    def stop_task(self, task: str, **_: Any) -> Any:
        self.world.stopped.append(task)
        return {"task": {}}

    def update_service(self, service: str, **asked: Any) -> Any:
        self.world.counts[service] = asked.get("desiredCount", self.world.counts.get(service, 1))
        return {"service": self.service(service, WORKER if "worker" in service else WEB)}

    def register_scalable_target(self, **_: Any) -> Any:
        return {}

    def disable_alarm_actions(self, **_: Any) -> Any:
        return {}

    def enable_alarm_actions(self, **_: Any) -> Any:
        return {}

    def execute_command(self, task: str, container: str, **_: Any) -> Any:
        session = {"sessionId": "session-id", "streamUrl": "stream-url", "tokenValue": "token-value"}
        return {"clusterArn": CLUSTER, "taskArn": task, "containerName": container, "session": session}


OPERATIONS = tuple(name for name in vars(_Answers) if "_" in name and not name.startswith("_"))
