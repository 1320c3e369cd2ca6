"""What a plan's changes take of AWS's rates; and the page that prints the tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from wrapper.aws.rate_limits import COSTS, RATES, requests
from wrapper.model.findings import Change
from wrapper.run.retryable_errors import NON_RETRYABLE, RETRYABLE_ERRORS

PAGE = Path(__file__).resolve().parents[3] / "docs/rate-limits.md"


def tenant(action: str) -> dict[Change, int]:
    """A tenant on a shared load balancer, as the shipped module makes it, and what is not paced."""
    kinds = {"aws_ecs_task_definition": 1, "aws_ecs_service": 1, "aws_lb_target_group": 1, "aws_lb_listener_rule": 1}
    kinds |= {"aws_cloudwatch_metric_alarm": 2, "aws_appautoscaling_policy": 2, "aws_route53_record": 1}
    return {Change(action, kind): count for kind, count in kinds.items()}


def test_a_new_tenant() -> None:
    assert requests(tenant("create")) == {
        "RegisterTaskDefinition": 1,
        "ECS services": 1,
        "load balancer changes": 3,
        "PutMetricAlarm": 2,
        "Route 53": 5,
    }


def test_a_new_image_registers_once_and_updates_the_service() -> None:
    changes = {Change("replace", "aws_ecs_task_definition"): 1, Change("update", "aws_ecs_service"): 1}
    assert requests(changes) == {"RegisterTaskDefinition": 1, "ECS services": 1}


def test_a_replacement_is_a_creation_and_a_deletion() -> None:
    assert requests({Change("replace", "aws_lb"): 2}) == {"CreateLoadBalancer": 2, "load balancer changes": 4}


def test_the_old_names_of_load_balancers_count_the_same() -> None:
    assert requests({Change("create", "aws_alb_target_group"): 1}) == {"load balancer changes": 2}


@pytest.mark.parametrize(
    "changes", [{}, {Change("create", "aws_iam_role"): 9}, {Change("delete", "aws_cloudwatch_metric_alarm"): 1}]
)
def test_what_is_not_paced_takes_nothing(changes: dict[Change, int]) -> None:
    assert requests(changes) == {}


def test_one_rollout_of_a_thousand_is_bound_by_registration() -> None:
    wanted = requests({change: 1000 * count for change, count in tenant("create").items()})
    seconds = {name: RATES[name].bucket().wait(1, 0) + wanted[name] / RATES[name].per_second for name in wanted}
    assert max(seconds.values()) == seconds["RegisterTaskDefinition"] == 1000
    assert seconds["load balancer changes"] == 1000


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading of the page."""
    text = PAGE.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.replace(r"\|", "\0").strip("| ").split(" | ")] for line in lines[1:]]


def test_the_page_prints_the_rates() -> None:
    assert rows("The rates") == [
        [r.name, f"{r.burst:g}", f"{r.per_second:g}", "the account" if r.worldwide else "account and Region", r.source]
        for r in RATES.values()
    ]


def test_the_page_prints_what_a_change_costs() -> None:
    assert rows("What a change takes") == [
        [f"`{kind}`", rate.name, *map(str, costs)] for kind, by_rate in COSTS.items() for rate, costs in by_rate.items()
    ]


def test_the_page_prints_what_is_tried_again_and_what_never() -> None:
    assert rows("What is tried again") == [
        [t.name, f"`{t.pattern}`".replace("|", "\0"), str(t.times), t.reason, t.source] for t in RETRYABLE_ERRORS
    ]
    assert rows("What never is") == [[n.name, f"`{n.pattern}`".replace("|", "\0"), n.reason] for n in NON_RETRYABLE]
