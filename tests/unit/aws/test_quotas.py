"""What a tenant takes of each quota, by the values that decide it; and that the table agrees with the modules."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from wrapper.aws.quotas import OF_A_LOAD_BALANCER, PER_LOAD_BALANCER, QUOTAS, Shape, on_demand, shape_of, takes

MODULES = Path(__file__).resolve().parents[3] / "modules"
MODULE = MODULES / "tenant-service"


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        ({}, Shape()),
        ({"load_balancer": {"mode": "shared"}}, Shape(mode="shared")),
        ({"load_balancer": {"mode": "none"}}, Shape(mode="none")),
        ({"load_balancer": {"mode": "strange"}}, Shape()),
        ({"load_balancer": {"dual_stack": True}}, Shape(records=2)),
        ({"load_balancer": None, "scaling": None, "size": None}, Shape()),
        ({"scaling": {"min": 2, "max": 10}}, Shape(tasks=10)),
        ({"scaling": {"min": 6}}, Shape(tasks=6)),
        ({"scaling": {"min": 1}}, Shape()),
        ({"scaling": {"max": "12"}, "size": {"cpu": 256}}, Shape(tasks=12, cpu=256)),
        ({"task": {"network_mode": "awsvpc"}}, Shape(addresses=True)),
        ({"task": {"launch_type": "EC2", "cpu": None}}, Shape()),
        ({"task": {"launch_type": "FARGATE", "cpu": 512}}, Shape(launch="fargate", addresses=True, cpu=512)),
        ({"discovery": {"namespace": "test.internal"}}, Shape(discovered=True, instances=4, largest=4)),
        ({"discovery": {"namespace_id": "ns-1"}}, Shape(instances=4, largest=4)),
        ({"discovery": {"namespace_id": "ns-1"}, "scaling": {"max": 9}}, Shape(tasks=9, instances=9, largest=9)),
        ({"scheduled_tasks": {"a": {}, "b": {}}}, Shape(schedules=2)),
        ({"queue_tasks": {"a": {}}}, Shape(workers=1)),
        ({"zone": "example.com", "aliases": ["www.example.com", "acme.org"]}, Shape(records=2)),
        (
            {"zone": "x.org", "aliases": ["a.x.org"], "load_balancer": {"dual_stack": True, "make_certificate": True}},
            Shape(records=6, certificates=2),
        ),
        ({"load_balancer": {"mode": "none", "make_certificate": True}}, Shape(mode="none")),
    ],
)
def test_values_give_a_shape(values: dict[str, Any], shape: Shape) -> None:
    assert shape_of(values) == shape


@pytest.mark.parametrize(
    ("shape", "takes_of"),
    [
        (
            Shape(),
            {"load balancers": 1, "target groups": 1, "security groups": 1, "network interfaces": 2, "roles": 2}
            | {"scalable targets": 1, "services": 1, "records": 1, "schedule groups": 0, "Fargate processors": 0},
        ),
        (Shape(mode="shared"), {"load balancers": Fraction(1, 90), "target groups": 1, "security groups": 0}),
        (Shape(mode="none"), {"load balancers": 0, "target groups": 0, "records": 0, "security groups": 0}),
        (Shape(zones=3, addresses=True, tasks=5), {"network interfaces": 8, "security groups": 2}),
        (Shape(addresses=True, services=3, discovered=True), {"security groups": 5}),
        (Shape(instances=10, largest=6), {"Cloud Map instances": 10, "service instances": 6}),
        (Shape(launch="fargate", tasks=4, cpu=512), {"Fargate processors": 2}),
        (
            Shape(tasks=4, cpu=512, on_demand=25),
            {"EC2 processors": Fraction(1, 2), "EC2 spot processors": Fraction(3, 2), "Fargate processors": 0},
        ),
        (Shape(mode="shared", certificates=2), {"certificates": 2, "listener certificates": 2, "targets": 4}),
        (Shape(certificates=2), {"certificates": 2, "listener certificates": 0, "targets": 0}),
        (Shape(workers=2), {"services": 3, "scalable targets": 3}),
        (Shape(schedules=3, records=2), {"schedule groups": 1, "roles": 3, "records": 2}),
        (Shape(mode="shared", rules=9), {"load balancers": Fraction(1, 10)}),
        (
            Shape(services=3, groups=2, workers=1),
            {"services": 4, "scalable targets": 4, "target groups": 2, "roles": 6},
        ),
    ],
)
def test_what_a_tenant_takes(shape: Shape, takes_of: dict[str, int]) -> None:
    found = takes(shape)
    assert {name: found[name] for name in takes_of} == takes_of


def test_a_tenants_services_count_each_for_itself() -> None:
    services = {
        "web": {"port": 8080},
        "api": {"port": 9090, "path": "/api/*", "scaling": {"max": 6}, "size": {"cpu": 512}},
        "all": {"port": 1, "path": "*"},
        "work": {"scaling": {"max": 2}},
    }
    found = shape_of({"load_balancer": {"mode": "shared"}, "services": services, "scaling": {"max": 3}})
    assert (found.services, found.rules, found.groups, found.tasks) == (4, 2, 3, 14)
    assert found.tasks * found.cpu == 6 * 512 + 8 * 128
    one = shape_of({"services": {"service1": {}}})
    assert (one.rules, one.groups) == (1, 1), (
        "a tenant holds its own slot, and a root may give its first service a port"
    )


def test_cloud_map_knows_the_tasks_of_services_with_a_port() -> None:
    own = {"discovery": {"namespace_id": "ns-1"}, "scaling": {"max": 9}}
    services = {"service1": {}, "api": {"port": 1, "scaling": {"max": 6}}, "work": {"scaling": {"max": 7}}}
    asked = {"services": {**services, "own": own}, "discovery": {"namespace": "test.internal"}}
    found = shape_of(asked)
    assert (found.instances, found.largest, found.tasks) == (4 + 6 + 9, 9, 4 + 6 + 7 + 9)
    found = shape_of({**asked, "discovery": None})
    assert (found.instances, found.largest) == (9, 9), "that of the service alone"


@pytest.mark.parametrize(
    ("capacity", "percent"),
    [
        ({}, 100),
        ({"spot_max_price": "0.03"}, 0),
        ({"spot_max_price": "0.03", "on_demand_percent": 30}, 30),
        ({"on_demand_percent": 0}, 0),
    ],
)
def test_how_many_machines_are_spot(capacity: dict[str, Any], percent: int) -> None:
    assert on_demand(capacity) == percent


def test_a_shared_load_balancer_is_never_filled_to_its_limits() -> None:
    assert min(quota.limit for quota in OF_A_LOAD_BALANCER) > PER_LOAD_BALANCER


def test_every_quota_can_be_looked_up() -> None:
    for quota in (*QUOTAS, *OF_A_LOAD_BALANCER):
        assert re.fullmatch(r"L-[0-9A-F]{8}|", quota.code), quota
        assert quota.source.startswith("https://docs.aws.amazon.com/"), quota
        assert quota.limit > 0 and quota.service and quota.per


# The kinds of resources that fill a quota, and how often the module declares each. Who adds one changes quotas.py too.
DECLARED = {
    "aws_lb": 1,
    "aws_lb_target_group": 1,
    "aws_security_group": 3,
    "aws_appautoscaling_target": 3,  # one that AWS has, under two addresses, and one of the workers
    "aws_scheduler_schedule_group": 1,
    "aws_ecs_service": 2,
    "aws_route53_record": 2,  # the names; proofs of certificates only where asked for
    "aws_iam_role": 3,
    "aws_service_discovery_service": 1,
}


def test_the_module_declares_what_the_table_counts() -> None:
    text = "".join(
        file.read_text() for name in ("service", "load-balancer") for file in (MODULES / f"tenant-{name}").glob("*.tf")
    )
    assert {kind: len(re.findall(rf'^resource "{kind}" ', text, re.MULTILINE)) for kind in DECLARED} == DECLARED


def test_the_usual_shape_is_the_modules_default() -> None:
    text = "".join(file.read_text() for file in sorted(MODULE.glob("variables*.tf")))
    scaling = text[text.index('variable "scaling"') :]
    assert f"max = optional(number, {Shape().tasks})" in re.sub(" +", " ", scaling)
    assert f"cpu = optional(number, {Shape().cpu})" in re.sub(" +", " ", text)
