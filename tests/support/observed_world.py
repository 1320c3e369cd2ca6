"""moto with one service, and what a data plane tells of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Self

import boto3
from moto import mock_aws

from wrapper.sandbox.containers_observed import Observed
from wrapper.sandbox.containers_route import every_service
from wrapper.sandbox.moto_patches import ecs, elbv2, exec_sessions, rollouts
from wrapper.sandbox.moto_patches.patch_set import applied
from wrapper.sandbox.moto_patches.timed import Timed

REGION = "ap-southeast-2"
PATCHES = (
    ecs.bridge_service_has_no_network,
    ecs.service_keeps_its_fields,
    ecs.service_update_becomes_a_deployment,
    ecs.service_names_are_taken_once,
    *rollouts.PATCHES,
    *exec_sessions.PATCHES,
    elbv2.services_register_their_tasks,
)
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


class ObservedWorld:
    """moto with one service, and what the data plane tells of it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.observed = Observed(lambda: self.now)
        self.ecs = boto3.client("ecs", REGION, aws_access_key_id="a", aws_secret_access_key="b")

    def create(self) -> None:
        self.ecs.create_cluster(clusterName="cluster")
        for image in ("web:1", "web:2"):
            container = {"name": "web", "image": image, "memory": 64, "portMappings": [{"containerPort": 80}]}
            self.ecs.register_task_definition(family="web", containerDefinitions=[container])
        self.ecs.create_service(
            cluster="cluster",
            serviceName="web",
            taskDefinition="web:1",
            desiredCount=1,
            launchType="EC2",
            deploymentConfiguration=BREAKER,
        )

    @property
    def deployment(self) -> str:
        return str(self.shown()["deployments"][0]["id"])

    def shown(self) -> Any:
        return self.ecs.describe_services(cluster="cluster", services=["web"])["services"][0]

    def report(self, running: dict[str, int], tasks: Any = (), **more: Any) -> None:
        deployments = {name: {"running": number, "pending": 0, "failed": 0} for name, number in running.items()}
        found = {"deployments": deployments, "tasks": list(tasks), **more}
        [service] = every_service()
        self.observed.take({"services": {service.arn: found}}, [service])

    def complete(self) -> None:
        self.report({self.deployment: 1}, completed=self.deployment)

    @classmethod
    @contextlib.contextmanager
    def begun(cls) -> Iterator[Self]:
        with mock_aws(), applied(*PATCHES):
            made = cls()
            rollouts.tell(made.observed)
            try:
                made.create()
                yield made
            finally:
                rollouts.tell(Timed())
