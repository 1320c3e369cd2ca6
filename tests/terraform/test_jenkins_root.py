"""The root of Jenkins' agents: roles and keys of an account reach the agents, their machines and the nightly destroy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from terraform_in import Terraform, mocks_of

pytestmark = pytest.mark.terraform
RUNS = """
variables {
  region      = "ap-southeast-2"
  stack       = "agents"
  zone        = "example.com"
  images      = { agent = "agent" }
  agent-build = "1"
  agents      = { deploy = {} }
  capacity    = {}
  night = {
    image    = "night:1"
    schedule = { zone = "Australia/Sydney" }
    access   = { state_buckets = ["states"], role_arns = ["arn:aws:iam::123456789012:role/deploy"] }
  }
}

run "made_here" {
  command = plan
  variables {
    roles      = { path = "/team/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
    encryption = { logs = "arn:aws:kms:eu-west-1:123456789012:key/1", queues = "arn:aws:kms:eu-west-1:123456789012:key/2" }
    network    = { security_groups = { proxy = "sg-0e" }, egress = { proxy = { to = "sg-0e", port = 3128 } } }
  }
  assert {
    condition     = length(output.role_policies) == 0
    error_message = "nothing is asked of the account"
  }
}

run "of_another_team" {
  command = plan
  variables {
    roles = {
      nodes     = { instance_profile_arn = "arn:aws:iam::123456789012:instance-profile/nodes" }
      execution = { arn = "arn:aws:iam::123456789012:role/start" }
      task      = { arn = "arn:aws:iam::123456789012:role/builds" }
      night     = { task = { arn = "arn:aws:iam::123456789012:role/night" } }
    }
  }
  override_data {
    target = module.cluster[0].data.aws_iam_instance_profile.nodes
    values = { role_arn = "arn:aws:iam::123456789012:role/nodes", role_name = "nodes" }
  }
  assert {
    condition     = [for arn in [output.task_role_arn, output.night_role_arn] : split("/", arn)[1]] == ["builds", "night"]
    error_message = "agents and night have the roles that are given"
  }
  assert {
    condition     = join(" ", keys(output.role_policies)) == "execution night-task nodes task"
    error_message = "what they must be allowed is said"
  }
}
"""


def test_roles_and_keys_reach_each_module(code: Path, tmp_path: Path, mocked: dict[str, str]) -> None:
    shutil.copytree(code, tmp_path / "code", ignore=shutil.ignore_patterns(".terraform*", "tests"))
    root = Terraform(tmp_path / "code/src/jenkins-agents", mocked)
    (root.folder / "tests").mkdir()
    (root.folder / "tests/roles.tftest.hcl").write_text(mocks_of("ecs-cluster") + RUNS)
    assert "Success! 2 passed" in root.init().run("test", "-no-color")
