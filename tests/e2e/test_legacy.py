"""Projects laid out for the older shell tools of this kind work unchanged."""

from __future__ import annotations

import json
import shutil

import pytest
from engine_params import on_docker, on_host
from harness import REGION, Project

pytestmark = pytest.mark.sandbox
KEY = "global/network/infra.tfstate"
BACKEND = """
terraform {
  backend "s3" {
    bucket = "%s"
    key    = "%s"
    region = "%s"
  }
}
"""
MAIN = """
variable "name" {
  type = string
}

module "thing" {
  source = "/modules/thing"
  name   = var.name
}

output "name" {
  value = module.thing.name
}
"""
THING = """
variable "name" {
  type = string
}

module "inner" {
  source = "/modules/inner"
}

resource "terraform_data" "thing" {
  input = var.name
}

output "name" {
  value = "${terraform_data.thing.output}-${module.inner.word}"
}
"""


@pytest.fixture
def old(project: Project) -> Project:
    """Nothing of the tiny project: config/global with values, src/global with its own backend, src/modules."""
    for folder in (project.root / "config", project.root / "src"):
        shutil.rmtree(folder)
    project.write("config/global/variables.tfvars", '"name" = "legacy"\n')
    project.write("src/global/tf-config.tf", BACKEND % (project.bucket, KEY, REGION))
    project.write("src/global/main.tf", MAIN)
    project.write("src/modules/thing/main.tf", THING)
    project.write("src/modules/inner/main.tf", 'output "word" {\n  value = "inner"\n}\n')
    return project


@on_docker
def test_a_stack_without_a_region_with_a_backend_and_key_of_its_own(old: Project) -> None:
    before = old.digest()
    assert "1 to add" in old.run("plan", "global").out
    said = old.run("apply", "global").err
    assert "quoted key" in said
    assert old.run("output", "global", "-raw", "name").out == "legacy-inner"
    assert KEY in old.objects()
    assert "No changes." in old.run("plan", "global", "-detailed-exitcode").out
    done = old.run("destroy", "global", "-force")
    assert "-auto-approve" in done.err and "1 destroyed" in done.out
    assert old.objects() == []
    assert old.digest() == before
    old.assert_nothing_left()


@on_host
def test_a_state_that_the_older_tool_wrote_is_taken_over(old: Project) -> None:
    assert old.aws
    old.run("apply", "global")
    s3 = old.aws.client("s3")
    state = json.loads(s3.get_object(Bucket=old.bucket, Key=KEY)["Body"].read())
    for key in old.objects():
        s3.delete_object(Bucket=old.bucket, Key=key)
    s3.put_object(Bucket=old.bucket, Key=KEY, Body=json.dumps(state | {"serial": 41, "terraform_version": "1.5.7"}))
    assert "No changes." in old.run("plan", "global", "-detailed-exitcode").out
    old.run("apply", "global", "-var", "name=newer")
    assert json.loads(s3.get_object(Bucket=old.bucket, Key=KEY)["Body"].read())["serial"] == 42


@on_host
def test_a_backend_beside_the_values_of_a_region(old: Project) -> None:
    old.write(f"config/{REGION}/app/variables.tfvars", 'name = "regional"\n')
    text = (old.root / "src/global/tf-config.tf").read_text()
    old.write(f"config/{REGION}/app/tf-config.tf", text.replace(KEY, "regional.tfstate"))
    old.write("src/app/main.tf", MAIN)
    old.run("apply", "app", REGION)
    assert "regional.tfstate" in old.objects()
    assert old.run("output", "app", "-raw", "name").out == "regional-inner"
    old.run("destroy", "app", REGION, "-force")
    assert old.objects() == []
