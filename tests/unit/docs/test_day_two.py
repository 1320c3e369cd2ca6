"""The policy of docs/day-two.md allows what the commands for running services ask AWS for, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

from wrapper.aws.calls import action

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/day-two.md").read_text()
CODE = [
    *(ROOT / "wrapper/operations").glob("*.py"),
    *(ROOT / "wrapper/cli").glob("*.py"),
    *(ROOT / "wrapper" / f"{name}.py" for name in ("aws/log_reader", "aws/task_run", "deploy/stopping")),
]
IN_CODE = re.compile(r'"(ecs|elbv2|logs|cloudwatch|application-autoscaling)",\s*"([a-z]+_[a-z_]+)"')
# Written by what the commands asked the simulated AWS for; tests/e2e/test_containers.py holds that it is that.
ASKED = dict(line.split("\t") for line in (ROOT / "tests/support/day_two_actions.tsv").read_text().splitlines())
NO_REQUEST = {
    "ecs:TagResource": "checked with RunTask, which propagates tags",
    "iam:PassRole": "checked with RunTask, which names roles",
}


def test_the_policy_is_the_least() -> None:
    policy = json.loads(PAGE.partition("```json\n")[2].partition("```")[0])
    allowed = {name for one in policy["Statement"] for name in one["Action"]}
    assert sorted(allowed) == sorted({*ASKED, *NO_REQUEST})
    in_code = {action(*found) for file in CODE for found in IN_CODE.findall(file.read_text())}
    assert {name for name in ASKED if not name.startswith("s3:")} == in_code


def test_the_page_says_which_command_needs_what() -> None:
    commands = ("status", "logs", "run-task", "exec", "restart", "stop", "start")
    rows = [
        f"| `{name}` | {' | '.join('x' if one in asked.split() else '' for one in commands)} |"
        for name, asked in sorted(ASKED.items())
    ]
    assert "\n".join(re.sub(" +", " ", row) for row in rows) in re.sub(" +", " ", PAGE)


def test_the_lines_that_a_root_needs_are_on_the_page() -> None:
    from wrapper.operations.deployed_services import LINES

    assert "\n".join(f"    {line}" for line in LINES.splitlines()) in PAGE
