"""Jenkins' agents and the night, really applied: they come, change and go, in a simulated AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from applied import layer, left
from terraform_in import Terraform

from wrapper.cli import jenkins_casc

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]

# The other way of each choice, beside the stack's own, so that the provider's waits overlap.
OTHER_WAYS = """
module "fargate" {
  source     = "../../modules/jenkins-agents"
  name       = "jenkins-agents-fargate"
  network    = merge(module.agents.network, { public_addresses = true })
  controller = {
    url            = "https://jenkins.example.com/"
    web_socket     = true
    security_group = { id = module.agents.controller_security_group_id }
    role_name      = "jenkins"
  }
  roles      = { path = "/example/" }
  agents     = { spot = { image = "registry.example.com/jenkins-agent:1", capacity = "fargate_spot", jvm_args = "-Xmx256m" } }
  insights   = "enabled"

  task_policies   = { read = "arn:aws:iam::aws:policy/ReadOnlyAccess" }
  registry_secret = var.registry_secret
  depends_on      = [aws_iam_role.jenkins]
}

module "told" {
  source          = "../../modules/nightly-destroy"
  name            = "jenkins-agents-told"
  schedule        = { zone = "Europe/Berlin", time = var.night.schedule.time, days = ["MON"], enabled = false }
  image           = "registry.example.com/night:1"
  reap            = { stack = "appcluster-*", older_than = "12h" }
  access          = { state_buckets = ["other-state"], role_arns = [aws_iam_role.jenkins.arn] }
  network         = merge(module.agents.network, { security_groups = { agents = module.agents.security_group_id } })
  roles           = { for role in ["execution", "task"] : role => { arn = aws_iam_role.jenkins.arn } }
  encryption      = { logs = aws_kms_key.told.arn, queues = aws_kms_key.told.arn }
  alarm_topic_arn = aws_sns_topic.told.arn
  registry_secret = var.registry_secret
}

resource "aws_kms_key" "told" {
  description = "jenkins-agents-told"
}

resource "aws_sns_topic" "told" {
  name = "jenkins-agents-told"
}

resource "aws_iam_role" "jenkins" {
  name               = "jenkins"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

output "fargate" {
  value = module.fargate.jenkins
}
"""
LATER = """
agent-build = "2"
controller  = { agent_port = 50001 }
cloud       = { executors = 2 }
night = {
  image    = "registry.example.com/night:2"
  schedule = { zone = "Australia/Perth", time = "21:30" }
  reap     = { older_than = "8h" }
  access   = { state_buckets = ["orchestrate-example-state"], role_arns = ["arn:aws:iam::123456789012:role/other"] }
}
"""


@pytest.mark.long(130)
def test_agents_and_the_night_come_change_and_go(code: Path, tmp_path: Path, aws: dict[str, str]) -> None:
    with layer(code, tmp_path / "agents", aws, "jenkins-agents", "src/jenkins-agents", OTHER_WAYS) as stack:
        come_change_and_go(stack)
    assert left(aws["AWS_ENDPOINT_URL"], "jenkins-agents", "jenkins-agents") == {}


def come_change_and_go(stack: Terraform) -> None:
    stack.apply()
    assert stack.changes() == {}

    given = stack.outputs()
    before = cloud_of(given["jenkins"])
    assert [t["launchType"] for t in before["templates"]] == ["FARGATE", "EC2"]
    spot = cloud_of(given["fargate"])["templates"][0]
    assert spot["capacityProviderStrategies"] == [{"provider": "FARGATE_SPOT", "base": 0, "weight": 1}]
    assert {"name": "JENKINS_WEB_SOCKET", "value": "true"} in spot["environments"]

    (stack.folder / "later.tfvars").write_text(LATER)
    later = "-var-file=later.tfvars"
    replaced = {address for address, does in stack.changes("-refresh=false", later).items() if "delete" in does}
    assert {address.split(".")[-2] for address in replaced} == {"aws_ecs_task_definition"}
    stack.apply_planned()
    assert stack.changes(later) == {}
    after = cloud_of(stack.outputs()["jenkins"])
    assert (after["numExecutors"], after["templates"][0]["image"][-2:]) == (2, ":2")
    stack.destroy("-refresh=false", later)  # the plan above has just looked


def cloud_of(given: Any) -> dict[str, Any]:
    """The module's output, as the plugin gets it: every field is one that the plugin has."""
    ecs: dict[str, Any] = jenkins_casc.casc(given, "test")["jenkins"]["clouds"][0]["ecs"]
    return ecs
