"""Values of tenant-service that are right, and short ways to make one of them wrong. Plain data, written out as HCL."""

from __future__ import annotations

import json
from typing import Any

WEB = {"image": "web:1", "port": 8080}
FARGATE = {"launch_type": "FARGATE", "network_mode": "awsvpc", "cpu": 256, "memory": 512}
CLUSTER = {
    "name": "c",
    "arn": "arn:aws:ecs:ap-southeast-2:123456789012:cluster/c",
    "capacity_provider": "nodes",
    "vpc_id": "vpc-1",
    "node_subnet_ids": ["subnet-1"],
    "load_balancer_subnet_ids": ["subnet-1", "subnet-2"],
    "load_balancer_security_group_id": "sg-1",
}
TARGET = {
    "mode": "own",
    "fact": "instance-own-public",
    "identity": "x",
    "target_group_arn": "a",
    "target_group_arn_suffix": "b",
    "load_balancer_arn_suffix": "c",
    "security_group_id": "sg-1",
    "drain_seconds": 30,
}
NODES = {name: value for name, value in CLUSTER.items() if not name.startswith("load_balancer")}
GOOD: dict[str, Any] = {
    "stack": "app",
    "tenant": "acme",
    "cluster": NODES,
    "containers": {"web": WEB},
    "target": TARGET,
}
JOB = {"image": "job:1"}


def web(**more: Any) -> dict[str, Any]:
    return {"containers": {"web": WEB | more}}


def checked(**more: Any) -> dict[str, Any]:
    return web(health_check={"command": ["CMD", "x"]} | more)


def task(**more: Any) -> dict[str, Any]:
    return {"task": more}


def deployed(**more: Any) -> dict[str, Any]:
    return {"deployment": more}


def volume(**more: Any) -> dict[str, Any]:
    """One that the container mounts."""
    return task(volumes={"data": more}) | web(mounts={"/data": {"volume": "data"}})


def scaled(**more: Any) -> dict[str, Any]:
    return {"scaling": more}


def watched(**more: Any) -> dict[str, Any]:
    return {"alarms": more}


def scheduled(**more: Any) -> dict[str, Any]:
    return {"background": {"scheduled": {"report": {"schedule": "rate(1 day)"} | more}}}


def queued(**more: Any) -> dict[str, Any]:
    return {"background": {"queued": {"resize": more}}}


def by_hand(**more: Any) -> dict[str, Any]:
    return {"background": {"one_off": {"migrate": more}}}


def assignments(values: dict[str, Any]) -> str:
    """JSON is HCL here: no text of ours has a `${`."""
    return "".join(f"    {name} = {json.dumps(value)}\n" for name, value in values.items())
