"""The policy of docs/day-two.md allows what the commands for running services ask AWS for, and nothing else of those services."""

from __future__ import annotations

import json
import re
from pathlib import Path

from wrapper.aws.calls import action

ROOT = Path(__file__).resolve().parents[3]
CODE = [
    *(ROOT / "wrapper/operations").glob("*.py"),
    *(ROOT / "wrapper/cli").glob("*.py"),
    ROOT / "wrapper/deploy/stopping.py",
]
ASKED = re.compile(r'"(ecs|elbv2|logs|cloudwatch|application-autoscaling)",\s*"([a-z]+_[a-z_]+)"')
NOT_ASKED = {"ecs:TagResource"}  # ECS asks for it where RunTask propagates tags


def test_the_policy_is_the_least() -> None:
    page = (ROOT / "docs/day-two.md").read_text()
    policy = json.loads(page.partition("```json\n")[2].partition("```")[0])
    allowed = {name for one in policy["Statement"] for name in one["Action"]}
    asked = {action(*found) for file in CODE for found in ASKED.findall(file.read_text())}
    assert len(asked) > 5
    assert {name for name in allowed if not name.startswith(("s3:", "iam:"))} - NOT_ASKED == asked


def test_the_lines_that_a_root_needs_are_on_the_page() -> None:
    from wrapper.operations.deployed_services import LINES

    page = (ROOT / "docs/day-two.md").read_text()
    assert "\n".join(f"    {line}" for line in LINES.splitlines()) in page
