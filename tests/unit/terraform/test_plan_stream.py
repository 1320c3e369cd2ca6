"""What a plan is going to change, read from Terraform's words as they stream by."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.model.findings import Change
from wrapper.terraform.plan_stream import (
    LONGEST,
    LineHeads,
    Reader,
    leaves_target_group,
    read,
    replaces_service,
    taken_away,
)

PLAN = """\
aws_ecs_cluster.this: Refreshing state... [id=arn:aws:ecs:ap-southeast-2:1:cluster/c]
Terraform will perform the following actions:

  # data.aws_iam_policy_document.assume will be read during apply
  # (config refers to values not yet known)
 <= data "aws_iam_policy_document" "assume" {
    }

  # aws_instance.x will be created
  + resource "aws_instance" "x" {
      + user_data = <<-EOT
              # aws_lb.in_a_script will be created
        EOT
    }

  # module.service["a.b # aws_lb.x will be destroyed"].aws_ecs_task_definition.this[0] must be replaced
+/- resource "aws_ecs_task_definition" "this" {

  # module.a.module.b.aws_lb.this["x"] will be updated in-place
  # aws_lb_listener.a is tainted, so it must be replaced
  # aws_lb_listener.b will be replaced, as requested
  # aws_lb_listener.c will be replaced due to changes in replace_triggered_by
  # aws_lb_target_group.old (deposed object 0a1b2c3d) will be destroyed
  # aws_lb_target_group.old will be destroyed
  # (because aws_lb_target_group.old is not in configuration)
  # aws_lb.a has moved to aws_lb.b
  # aws_lb.kept will no longer be managed by Terraform, but will not be destroyed
  # aws_lb.c has changed

Plan: 4 to add, 1 to change, 6 to destroy.
"""
COUNTS = {
    Change("create", "aws_instance"): 1,
    Change("replace", "aws_ecs_task_definition"): 1,
    Change("update", "aws_lb"): 1,
    Change("replace", "aws_lb_listener"): 3,
    Change("delete", "aws_lb_target_group"): 2,
}


def in_colour(text: str) -> str:
    return "\n".join(
        f"\x1b[1m{head}\x1b[0m will be {tail}" if tail else line
        for line in text.splitlines()
        for head, _, tail in [line.partition(" will be ")]
    )


@pytest.mark.parametrize("text", [PLAN, in_colour(PLAN), PLAN.replace("\n", "\r\n")])
def test_every_change_is_counted_by_type_and_action(text: str) -> None:
    reader = Reader()
    reader.hear(text.encode())
    assert reader.changes == COUNTS


@given(st.lists(st.integers(0, len(PLAN)), max_size=30))
def test_it_makes_no_difference_where_the_pieces_end(cuts: list[int]) -> None:
    reader, data, places = Reader(), in_colour(PLAN).encode(), [0, *sorted(cuts)]
    for start, end in zip(places, [*places[1:], None], strict=True):
        reader.hear(data[start:end])
    assert reader.changes == COUNTS


def test_a_line_without_an_end_takes_no_memory() -> None:
    reader = Reader()
    for _ in range(100):
        reader.hear(b"x" * 100_000)
    assert len(reader._lines._rest) < 10_000
    reader.hear(b"\n  # aws_lb.a will be created\n")
    assert reader.changes == {Change("create", "aws_lb"): 1}


@pytest.mark.parametrize(
    ("action", "counted"), [("create", "create"), ("replace", "replace"), ("noop", ""), ("move", "")]
)
def test_a_plan_said_as_json(action: str, counted: str) -> None:
    line = json.dumps({"type": "planned_change", "change": {"resource": {"resource_type": "aws_lb"}, "action": action}})
    assert read(line) == (Change(counted, "aws_lb") if counted else None)


@pytest.mark.parametrize(
    "line", ["{", '{"type":"planned_change"}', '{"type":"planned_change","change":[]}', "[]", "{}", "  # "]
)
def test_a_line_that_is_no_change_is_none(line: str) -> None:
    assert read(line) is None


GROUP = '  # module.service.aws_lb_target_group.this["first"] will be destroyed\n'
RULE = '  # module.service.aws_lb_listener_rule.shared["first"] will be destroyed\n'
SERVICE = '  # module.service.aws_ecs_service.this["first"] will be destroyed\n'


@pytest.mark.parametrize(
    ("said", "leaves"),
    [
        (GROUP + RULE + SERVICE, True),
        (GROUP.replace("will be destroyed", "must be replaced") + RULE + SERVICE, True),
        (GROUP + RULE.replace("destroyed", "\x1b[1m\x1b[31mdestroyed\x1b[0m") + SERVICE, True),
        (GROUP + RULE.replace("destroyed", "updated in-place") + SERVICE, False),  # it had a load balancer of its own
        (GROUP + RULE, False),  # the end of a move
        (RULE + SERVICE, False),
        (GROUP.replace("destroyed", "created") + RULE + SERVICE, False),
        ("No changes.", False),
    ],
)
def test_a_plan_leaves_a_target_group(said: str, leaves: bool) -> None:
    assert leaves_target_group(said) is leaves


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('  # module.service.aws_ecs_service.this["first"] will be destroyed', [("aws_ecs_service", ())]),
        ('  # module.service["api"].aws_lb.this must be \x1b[31mreplaced', [("aws_lb", ("api",))]),
        ('  # module.lb.aws_lb.this["api ip-shared1"] will be destroyed', [("aws_lb", ("api",))]),
        ('  # module.a["x"].module.b["y"].aws_lb.this["z w"] will be destroyed', [("aws_lb", ("x", "y", "z"))]),
        ('  # module.service["api"].aws_lb.this will be created', []),
        (
            '{"type": "planned_change", "change": {"action": "delete", "resource": {"module": "module.a[\\"x\\"]",'
            ' "resource": "aws_lb.this[\\"y z\\"]", "resource_type": "aws_lb"}}}',
            [("aws_lb", ("x", "y"))],
        ),
        ("No changes.", []),
    ],
)
def test_what_a_plan_takes_away_and_what_its_address_names(line: str, found: list[Any]) -> None:
    assert taken_away(line) == found


@pytest.mark.parametrize(
    ("said", "replaces"),
    [
        ("  # aws_ecs_service.this will be created\n  # aws_ecs_service.this will be destroyed", True),
        ("  # aws_ecs_service.this must be replaced", True),
        ("  # aws_ecs_service.this will be created", False),
        ("  # aws_ecs_service.worker will be destroyed\n  # aws_ecs_service.this will be updated in-place", False),
    ],
)
def test_a_plan_replaces_a_service(said: str, replaces: bool) -> None:
    assert replaces_service(said) is replaces


# -- lines out of pieces ----------------------------------------------------------------------------

LONG = b"x" * (LONGEST + 9)


@pytest.mark.parametrize("size", [1, 3, 7, 10_000])
@pytest.mark.parametrize("text", [b"a\nbb\n\nccc", b"", b"\n\n", b"no end", b"a\n" + LONG + b"\nb\n"])
def test_pieces_of_any_size_make_the_same_lines(text: bytes, size: int) -> None:
    lines = LineHeads()
    found = [line for n in range(0, len(text), size) for line in lines.feed(text[n : n + size])]
    assert found == [line[:LONGEST] for line in text.split(b"\n")[:-1]]


def test_a_line_without_an_end_takes_no_more_memory() -> None:
    lines = LineHeads()
    for _ in range(3):
        assert lines.feed(LONG) == []
    assert lines.feed(b"\n") == [LONG[:LONGEST]]
