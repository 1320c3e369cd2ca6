"""What lies tainted in a state, by its address, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest
from states import ARN, instance, resource

from wrapper.model.findings import Seen, Tainted
from wrapper.terraform.tainted import address, left, planned, resources, saved, untainted

ACTIVE, DRAINING = Seen(True, "ECS shows it ACTIVE"), Seen(False, "ECS shows it DRAINING")
ONE = Tainted("module.service.aws_ecs_service.this", "aws_ecs_service", {})
IS = f"{ONE.address} is tainted, and ECS shows it"


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (resource(instance()), ["module.service.aws_ecs_service.this"]),
        (resource(instance(), module=None), ["aws_ecs_service.this"]),
        (resource({"attributes": {"id": ARN}}), []),
        (resource(instance(deposed="0a1b2c3d")), []),
        (resource(instance(deposed="0a1b2c3d"), instance()), ["module.service.aws_ecs_service.this"]),
        (resource(instance(attributes={"id": None})), []),
        (resource(instance(), mode="data"), []),
        (resource(instance(), type="aws_ecs_cluster"), []),
        (
            resource(instance(index_key="resize"), {"index_key": "mail", "attributes": {"id": ARN}}, name="worker"),
            ['module.service.aws_ecs_service.worker["resize"]'],
        ),
        (resource(instance(), type="aws_lb"), []),
        (resource(instance(create_before_destroy=True), type="aws_lb"), ["module.service.aws_lb.this"]),
        (
            resource(instance(create_before_destroy=True, index_key="A"), type="aws_route53_record"),
            ['module.service.aws_route53_record.this["A"]'],
        ),
    ],
)
def test_what_lies_tainted_and_may_stand(one: dict[str, Any], found: list[str]) -> None:
    assert [t.address for t in resources({"version": 4, "resources": [one]})] == found


@pytest.mark.parametrize("state", [None, {}, {"resources": None}, {"resources": [1, {"instances": [2]}]}])
def test_a_state_without_any(state: Any) -> None:
    assert resources(state) == []


@pytest.mark.parametrize(
    ("module", "key", "written"),
    [
        ("", None, "aws_ecs_service.this"),
        ("", 0, "aws_ecs_service.this[0]"),
        ('module.a["x y"].module.b', "k", 'module.a["x y"].module.b.aws_ecs_service.this["k"]'),
        ("", 'a"b\\c', 'aws_ecs_service.this["a\\"b\\\\c"]'),
        ("", "${x}%{y}ü", 'aws_ecs_service.this["$${x}%%{y}ü"]'),
    ],
)
def test_an_address_as_terraform_writes_it(module: str, key: str | int | None, written: str) -> None:
    assert address(resource(module=module), key) == written


def test_what_is_said() -> None:
    assert untainted(ONE, ACTIVE).startswith(f"{IS} ACTIVE: terraform untaint comes before the plan")
    assert (
        untainted(ONE, ACTIVE, "--confirm r/s")
        == f"{IS} ACTIVE: an apply untaints it before the plan, with --confirm r/s"
    )
    assert left(ONE, DRAINING) == f"{IS} DRAINING: it stays tainted, and the plan replaces it"
    assert planned(ONE, ACTIVE, kept=False, confirm="--confirm r/s") == (
        f"{IS} ACTIVE: the replacement in this plan will not happen, because an apply --confirm r/s untaints it first"
    )
    assert planned(ONE, ACTIVE, kept=True, confirm="") == (
        f"{IS} ACTIVE: this plan file replaces it; an apply without the file untaints it first"
    )
    assert saved(ONE, ACTIVE).endswith("a plan file is applied as it is; an apply without the file untaints it first")
