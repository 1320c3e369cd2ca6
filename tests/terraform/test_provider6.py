"""What modules/ and src/ use of the AWS provider is in provider 6 too, and the lines that it warns of are known."""

from __future__ import annotations

import re
from functools import cache

import pytest
from provider6 import uses
from provider6.uses import Use
from terraform_in import ROOT

FILES = [
    file for top in ("modules", "src") for file in sorted((ROOT / top).rglob("*.tf")) if "/tests/" not in str(file)
]
UPGRADING = (ROOT / "docs/upgrading.md").read_text()


@cache
def used() -> list[Use]:
    """Not while tests are collected: each worker would parse all of our code."""
    return sorted({use for file in FILES for use in uses.uses(file.read_text(), str(file.relative_to(ROOT)))})


def test_provider_6_has_all_that_is_used() -> None:
    assert [(use.place, use.of, use.name, said) for use in used() if (said := uses.unknown(use))] == []


def test_there_is_much_to_find() -> None:
    assert len({use.of for use in used()}) > 60
    assert len([use for use in used() if use.set]) > 500
    assert len([use for use in used() if not use.set]) > 200


def test_each_line_that_warns_is_named() -> None:
    """Provider 5 knows no other way to say these; in docs/upgrading.md each stands as `file`: `what`."""
    warned = sorted({(use.place.split(":")[0], use.of.split()[1], use.name) for use in used() if uses.warned(use)})
    rows = re.findall(r"^\| `(modules/[^`]+)` \| `(aws_\w+)` \| `([\w.]+)` \|", UPGRADING, re.MULTILINE)
    assert warned == sorted(rows)
    assert len([use for use in used() if uses.warned(use)]) == len(rows)


def test_every_module_and_root_takes_provider_6() -> None:
    said = {
        str(file.relative_to(ROOT)): match
        for file in FILES
        for match in re.findall(r'source += "hashicorp/aws"\n +version += "([^"]+)"', file.read_text())
    }
    assert len(said) >= 10
    assert set(said.values()) == {">= 5.100, < 7"}


@pytest.mark.parametrize("root", ["appcluster", "appcluster/tenant", "jenkins-agents"])
def test_a_root_locks_what_the_image_holds(root: str) -> None:
    """Or the host engine would take the newest version, and write a state that the image's provider cannot read."""
    lock = ROOT / "src" / root / ".terraform.lock.hcl"
    assert lock.read_text() == (ROOT / "wrapper/engines/image/context/.terraform.lock.hcl").read_text()


CODE = """
resource "aws_iam_role" "a" {
  name = %s
  nmae = "x"
  arn  = "y"
}
"""


@pytest.mark.parametrize(
    ("said", "finds"),
    [
        ("aws_iam_role.b.arn", "resource aws_iam_role arn"),
        ('"${aws_iam_role.b[0].unique_id}-x"', "resource aws_iam_role unique_id"),
        ("aws_sqs_queue.x[local.a[0]].url", "resource aws_sqs_queue url"),
        ("data.aws_region.current.name", "data aws_region name"),
        ("aws_sqs_queue.x[*].url", "resource aws_sqs_queue url"),
        ("values(aws_sqs_queue.x)[*].url", "resource aws_sqs_queue url"),
        ("[for k, queue in aws_sqs_queue.x : { u = queue.url }]", "resource aws_sqs_queue url"),
        ("[for role in values(aws_iam_role.x) : role.path]", "resource aws_iam_role path"),
    ],
)
def test_what_is_read_is_found(said: str, finds: str) -> None:
    read = [use for use in uses.attributes(CODE % said, "t.tf")]
    assert [f"{use.of} {use.name}" for use in read] == [finds]
    assert read[0].place == "t.tf:3"


def test_what_loops_and_locals_stand_for_is_found() -> None:
    text = """
locals {
  b = one(values(aws_lb.this))
}
resource "aws_lb_listener" "x" {
  for_each          = aws_lb.shared
  load_balancer_arn = each.value.arn
  dynamic "default_action" {
    for_each = aws_lb_target_group.this
    content {
      target_group_arn = default_action.value.arn_suffix
    }
  }
  lifecycle {
    postcondition {
      condition     = self.port == local.b.zone_id
      error_message = "x"
    }
  }
}
"""
    assert sorted(f"{use.of.split()[1]} {use.name}" for use in uses.attributes(text, "t.tf")) == [
        "aws_lb arn",
        "aws_lb zone_id",
        "aws_lb_listener port",
        "aws_lb_target_group arn_suffix",
    ]
    assert {use.name for use in uses.arguments(text, "t.tf")} == {
        "load_balancer_arn",
        "default_action",
        "default_action.target_group_arn",
    }


def test_what_is_not_of_the_provider_is_left_out() -> None:
    text = 'resource "terraform_data" "x" {\n  input = 1\n  lifecycle {\n    x = self.output\n  }\n}\n'
    assert list(uses.uses(text, "t.tf")) == []


def test_what_provider_6_does_not_have_is_said() -> None:
    (name, nmae, arn) = uses.arguments(CODE % '"x"', "t.tf")
    assert [uses.unknown(use) for use in (name, nmae, arn)] == ["", "there is no such name", "it cannot be set"]
    assert "run python" in uses.unknown(Use("t.tf:1", "resource aws_none", "x", set=True))
    assert uses.unknown(Use("t.tf:1", "resource aws_ecs_service", "load_balancer.container_nmae", set=True))
    assert "Use region" in uses.warned(Use("t.tf:1", "data aws_region", "name", set=False))
