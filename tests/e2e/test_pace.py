"""An apply that AWS refuses for a moment, and one that it denies: the real Terraform and provider, errors made to order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from harness import REGION, Aws, Project, make

from wrapper.cli.options import Options
from wrapper.cli.session import CliSession
from wrapper.deploy.rate_limiter import RateLimiter
from wrapper.engines.rate_limited import RateLimitedEngine
from wrapper.model.errors import TerraformFailed
from wrapper.model.nouns import Outcome
from wrapper.model.stack import Layer
from wrapper.run.retry import RetryClock, with_retries
from wrapper.terraform import commands

pytestmark = [pytest.mark.sandbox, pytest.mark.terraform]

ROOT = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {}
resource "aws_ecs_task_definition" "this" {
  family                = "acme"
  container_definitions = jsonencode([{ name = "app", image = "nginx", memory = 64 }])
}
"""
BUSY = {
    "action": "ecs:RegisterTaskDefinition",
    "code": "ClientException",
    "message": "Too many concurrent attempts to create a new revision of the specified family.",
}
THROTTLED = {
    "action": "ecs:DeregisterTaskDefinition",
    "code": "ThrottlingException",
    "message": "Rate exceeded",
}
DENIED = {
    "action": "ecs:DescribeTaskDefinition",
    "status": 403,
    "code": "AccessDeniedException",
    "message": "User: arn:aws:iam::1:user/me is not authorized to perform: ecs:DescribeTaskDefinition",
    "times": 0,
}


@pytest.fixture
def project(tmp_path: Path, aws: Aws, served_path: str, made: Callable[[Project], Project]) -> Iterator[Project]:
    project = made(make(tmp_path, aws, {"ORCHESTRATE_ENGINE": "host", "PATH": served_path}))
    project.write(f"config/{REGION}/one/backend.tfvars", 'path = ".states"\n')
    project.write(f"config/{REGION}/one/variables.tfvars", "")
    project.write("src/one/main.tf", ROOT)
    yield project
    aws.faults()


def test_what_passes_by_itself_is_tried_again_and_said_and_a_denial_is_not(project: Project, aws: Aws) -> None:
    session = CliSession(Options(root=str(project.root)), environ=project.environment)
    stack = session.project.stack("one", REGION)
    deployer = session.deployer(stack, session.signals())
    said: list[str] = []
    pace = RateLimiter(project.private / "pace", "1", REGION, notice=said.append, clock=lambda: 100.0)
    deployer = replace(deployer, engine=RateLimitedEngine(deployer.engine, pace))

    def perform(verb: str, *arguments: str) -> Outcome:
        doors = RetryClock(lambda _: None, lambda: 0.0, said.append)
        tokens = list(commands.tokenize(arguments))
        ready = deployer.resolver.prepare(commands.VERBS[verb], Layer(stack), tokens)
        return with_retries(stack.label, lambda: deployer.carry_out(ready), doors)

    aws.faults(BUSY)
    assert perform("apply").changes == (1, 0, 0)
    assert aws.faults_met() == [1]
    assert said == [
        f"{REGION}/one: task definition revisions (two revisions of one family at once; a ClientException, which the "
        "SDK does not retry): try 2 in 2 s"
    ]
    assert pace.take_slowest({"RegisterTaskDefinition": 18})[1] == 0, "two of twenty were taken, one each try,"
    assert pace.take_slowest({"RegisterTaskDefinition": 1})[1] == 1, "and on this clock none came back"

    aws.faults(DENIED)
    with pytest.raises(TerraformFailed):
        perform("plan")
    assert len(said) == 1
    aws.faults(THROTTLED)
    assert perform("destroy", "-auto-approve").changes == (0, 0, 1)
    assert aws.faults_met() == [1], "the provider retries what is throttled by itself"
    assert said[1:] == [f"{REGION}/one: waits 2 s for AWS's rate of RegisterTaskDefinition (1 a second)"]
