"""A fleet that AWS refuses for a moment or for good, and one that drifted: the real provider, errors made to order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fleets import Tenants
from harness import REGION, Aws, Project, tiny

pytestmark = [pytest.mark.sandbox, pytest.mark.terraform]

ROOT = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {}
variable "tenant" {
  type = string
}
variable "value" {
  type = string
}
resource "aws_ssm_parameter" "this" {
  name  = "/%s/${var.tenant}"
  type  = "String"
  value = var.value
}
output "url" {
  value = "http://${var.tenant}.example.com"
}
"""
PUT = {"action": "ssm:PutParameter", "status": 400}
BUSY = PUT | {
    "code": "ClientException",
    "message": "Too many concurrent attempts to create a new revision of the specified family.",
}
DENIED = PUT | {
    "status": 403,
    "code": "AccessDeniedException",
    "message": "User: arn:aws:iam::1:user/me is not authorized to perform: ssm:PutParameter",
}


@pytest.fixture
def many(tmp_path: Path, aws: Aws, served_path: str, made: Callable[[Project], Project]) -> Iterator[Tenants]:
    project = made(tiny(tmp_path, aws, "host"))
    project.write("src/tiny/tenant/main.tf", ROOT % project.bucket)
    project.environment["PATH"] = served_path
    yield Tenants(project)
    aws.faults()


def test_refused_denied_and_drifted(many: Tenants, aws: Aws) -> None:
    project, ssm = many.project, aws.client("ssm")
    for name in "ab":
        project.write(f"config/{REGION}/tiny/tenants/{name}.tfvars", f'value = "{name}"\n')
    aws.faults(DENIED, BUSY)
    done = many.run("apply", "--jobs", "1", code=1)
    assert (many.those("failed"), many.those("succeeded")) == ("a", "- b")
    assert [many.results[n]["attempts"] for n in "ab"] == [1, 2]
    assert "not authorized" in str(many.results["a"]["diagnostics"])
    assert f"{REGION}/tiny/b: task definition revisions" in done.err and "try 2 in" in done.err

    many.run("apply", "--failed-from", str(many.report), many="")
    assert many.those("succeeded") == "a"
    ssm.put_parameter(Name=f"/{project.bucket}/b", Value="by hand", Overwrite=True)
    done = many.run("drift", "--tenants", "a,b", many="", code=2)
    assert many.results["a"]["drifted"] == []
    (drifted,) = many.results["b"]["drifted"]
    assert drifted["address"] == "aws_ssm_parameter.this" and "value" in drifted["attributes"]
    assert "aws_ssm_parameter.this" in done.out and "by hand" not in done.all
    assert ssm.get_parameter(Name=f"/{project.bucket}/b")["Parameter"]["Value"] == "by hand", "looked at, left alone"
    assert many.run("apply").err.count("started") == 0, "drift alone starts nothing: that is what --refresh is for"

    # Given by hand, as a build is: the next look for drift stands on it, and on what is given with it.
    many.run("apply", "-var", "value=typed")
    many.run("drift")
    assert [many.results[n]["drifted"] for n in ("", "a", "b")] == [[], [], []]
    many.run("drift", "--tenants", "b", "-var", "value=other", many="", code=2)
    assert (
        "not all of it is drift: since its last apply its inputs changed (variable value)"
        in many.results["b"]["reason"]
    )
