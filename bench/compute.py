"""The effective variables of every tenant of a project, computed and counted: python compute.py ROOT HOME STACK.

Runs in a process of its own, on one core, so that its time and memory are those of the work alone.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

OUTPUTS = {
    "cluster": {
        "name": "appcluster-test",
        "arn": "arn:aws:ecs:ap-southeast-2:111111111111:cluster/appcluster-test",
        "capacity_provider": "appcluster-test",
        "vpc_id": "vpc-1",
        "node_subnet_ids": ["subnet-1", "subnet-2"],
        "load_balancer_subnet_ids": ["subnet-1", "subnet-2"],
        "load_balancer_security_group_id": "sg-1",
    },
    "certificate_arn": None,
}


def main(root: str, home: str, name: str) -> None:
    from wrapper.project.project import Project

    project = Project(Path(root), Path(home))
    stack = project.stack(name)
    layers = [project.layer(stack, tenant) for tenant in project.tenants(stack)]
    print(len(layers), sum(len(values) for values in project.values.of_all(layers, OUTPUTS)))


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    main(*sys.argv[1:])
