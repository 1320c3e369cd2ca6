"""The night for real: tenants first, then their stack, what is left of it proved; cut off in the middle and run again."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from harness import REGION, Project, wait_until

pytestmark = [pytest.mark.sandbox, pytest.mark.terraform]

TAGGED = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
variable "stack" { type = string }
provider "aws" {
  default_tags {
    tags = { Stack = var.stack }
  }
}
resource "aws_ssm_parameter" "this" {
  name  = "/${var.stack}/value"
  type  = "String"
  value = "1"
}
resource "aws_cloudwatch_log_group" "this" {
  name = var.stack
}
resource "aws_iam_role" "this" {
  name               = var.stack
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
output "shared" { value = var.stack }
"""
PLAIN = 'output "shared" {\n  value = "nothing"\n}\nresource "terraform_data" "this" {\n  input = 1\n}\n'
TENANT = """
variable "tenant" { type = string }
variable "shared" { type = string }
variable "farewell" {
  type    = string
  default = "true"
}
resource "terraform_data" "this" {
  input = { farewell = var.farewell, shared = var.shared }
  provisioner "local-exec" {
    when    = destroy
    command = self.input.farewell
  }
}
output "url" { value = "http://${var.tenant}.example.com" }
"""


@pytest.fixture
def project(empty: Project, served_path: str, tmp_path: Path) -> Project:
    """Five stacks that are made: one with tagged things, one that takes its time, one that fails, one kept, one protected."""
    aws = empty.aws
    assert aws
    empty.bucket = f"states-{tmp_path.name}".lower().replace("_", "-")[:60]
    aws.client("s3").create_bucket(Bucket=empty.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    empty.environment |= {"ORCHESTRATE_ENGINE": "host", "PATH": served_path}
    slow = f"test ! -e {tmp_path}/slow || {{ touch {tmp_path}/began; sleep 100; }}"
    for name, source, farewell, marks in (
        ("a-tagged", "tagged", "true", ""),
        ("b-slow", "plain", slow, ""),
        ("c-failing", "plain", "exit 1", ""),
        ("d-kept", "plain", "true", ""),
        ("e-guarded", "plain", "true", "protected = true\ntenant_file = false\n"),
    ):
        here = f"config/{REGION}/{name}"
        empty.write(f"{here}/backend.tfvars", f'bucket = "{empty.bucket}"\nregion = "{REGION}"\n')
        empty.write(f"{here}/stack.hcl", f'source = "{source}"\nephemeral = true\n{marks}')
        empty.write(f"{here}/variables.tfvars", f'farewell = "{farewell}"\n')
        empty.write(f"{here}/tenants/acme.tfvars", "")
    empty.write(f"config/{REGION}/a-tagged/tenants/globex.tfvars", "")
    for source, root in (("tagged", TAGGED), ("plain", PLAIN)):
        empty.write(f"src/{source}/main.tf", root)
        empty.write(f"src/{source}/tenant/main.tf", TENANT)
    names = ("a-tagged", "b-slow", "c-failing", "d-kept", "e-guarded")
    empty.run_at_once(*(("apply", name, "--all-tenants", "--confirm", f"{REGION}/{name}") for name in names))
    return empty


def states(project: Project) -> list[str]:
    found = [k for k in project.objects() if k.endswith(".tfstate")]
    return sorted(k.removeprefix(f"{REGION}/").removesuffix("/terraform.tfstate") for k in found)


def test_a_night_that_is_cut_off_and_run_again(project: Project, tmp_path: Path) -> None:
    project.run("keep", "d-kept", "--until", "2099-12-01", "--time-zone", "Australia/Sydney", "--reason", "a demo")
    before = states(project)
    assert len(before) == 11

    shown = project.run("reap")
    table = {line.split()[0].rpartition("/")[2]: line for line in shown.out.splitlines()}
    assert "acme, globex" in table["a-tagged"] and table["a-tagged"].endswith("destroy")
    assert "2099-12-01 Australia/Sydney (a demo)" in table["d-kept"]
    assert table["e-guarded"].endswith("stays: protected")
    assert "nothing was changed" in shown.err and states(project) == before
    assert "nothing to reap" in project.run("reap", "--older-than", "12h").err

    # Cut off in the middle: what had ended stays ended, nobody is forgotten.
    (tmp_path / "slow").touch()
    night = project.start("reap", "--yes", "--report", "first.json")
    wait_until(lambda: (tmp_path / "began").exists() or night.process.poll() is not None, 120, night.said)
    done = night.send(signal.SIGTERM).end(100)
    assert done.code == 143, str(done)
    (tmp_path / "slow").unlink()
    first = report(project, "first.json")
    assert first["a-tagged"] == first["a-tagged/acme"] == first["a-tagged/globex"] == ("succeeded", 0)
    assert first["b-slow"][0] == first["b-slow/acme"][0] == first["c-failing"][0] == "stopped"
    assert project.locks() == []

    # Again: it finishes, one stack fails, and what is kept or protected stays.
    done = project.run("reap", "--yes", "--report", "r.json", "--junit", "r.xml", "--html", "r.html", codes=(1,))
    assert report(project, "r.json") == {
        "a-tagged": ("unchanged", 0),
        "b-slow/acme": ("succeeded", 0),
        "b-slow": ("succeeded", 0),
        "c-failing/acme": ("failed", 1),
        "c-failing": ("stopped", 1),
        "d-kept": ("excluded", 0),
        "e-guarded": ("excluded", 0),
    }, str(done)
    assert states(project) == [
        "c-failing",
        "c-failing/tenants/acme",
        "d-kept",
        "d-kept/tenants/acme",
        "e-guarded",
        "e-guarded/tenants/acme",
    ]
    suite = ElementTree.parse(project.root / "r.xml").getroot().find("testsuite")
    assert suite is not None and (suite.get("tests"), suite.get("failures")) == ("7", "2")
    assert "nothing tagged Stack=b-slow is left" in (project.root / "r.html").read_text()
    assert_nothing_of(project, "a-tagged")
    project.assert_nothing_left()


def report(project: Project, name: str) -> dict[str, tuple[str, int]]:
    results = json.loads((project.root / name).read_text())["results"]
    return {a["layer"].removeprefix(f"{REGION}/"): (a["result"], a["exit_code"]) for a in results}


def assert_nothing_of(project: Project, stack: str) -> None:
    """Asked past the tool: no parameter, log group or role."""
    assert project.aws
    left = project.aws.client("ssm").describe_parameters()["Parameters"]
    assert [p for p in left if p["Name"] == f"/{stack}/value"] == []
    assert project.aws.client("logs").describe_log_groups(logGroupNamePrefix=stack)["logGroups"] == []
    assert [r for r in project.aws.client("iam").list_roles()["Roles"] if r["RoleName"] == stack] == []
