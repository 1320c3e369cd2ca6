"""From nothing to a first deploy by one click: docs/jenkins.md's commands, typed one after the other.

./orchestrate is real, AWS the simulated one. Docker and the AWS command line are stand-ins: no registry can be reached.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from account import Account
from harness import REGION, ROOT, Project

pytestmark = [pytest.mark.docker, pytest.mark.terraform, pytest.mark.sandbox]
PAGE = (ROOT / "docs/jenkins.md").read_text()
(STEPS,) = (block for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if block.startswith("# 1."))
AWS = (
    f"#!{sys.executable}\n"
    + """
import os, pathlib, sys, boto3
service, action, *words = sys.argv[1:]
if (service, action) == ("ecr", "get-login-password"):
    sys.exit(print("s3cret"))
there = {"endpoint_url": os.environ["SANDBOX_URL"], "aws_access_key_id": "x", "aws_secret_access_key": "x"}
client = boto3.client(service, region_name="ap-southeast-2", **there)
if (service, action) == ("s3", "cp"):
    bucket, _, key = words[1].removeprefix("s3://").partition("/")
    sys.exit(client.put_object(Bucket=bucket, Key=key, Body=pathlib.Path(words[0]).read_bytes()) and None)
given = {}
while words:
    name = "".join(part.capitalize() for part in words.pop(0)[2:].split("-"))
    value = words.pop(0) if words and not words[0].startswith("--") else True
    given[name] = pathlib.Path(value[7:]).read_text() if str(value).startswith("file://") else value
del given["Region"]
name = action.replace("-", "_")
shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[name]).input_shape
getattr(client, name)(**{next(m for m in shape.members if m.lower() == n.lower()): v for n, v in given.items()})
"""
)
DOCKER = """#!/bin/sh
echo "docker $*" >> "$DOCKER_LOG"
case "$*" in *" -") cat > /dev/null ;; login*) read -r word; [ "$word" = s3cret ] ;; esac
"""


def typed(line: str, project: Project, tools: Path, url: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **project.environment,
        "PATH": f"{tools}:{project.environment['PATH']}",
        "DOCKER_LOG": str(tools / "log"),
        "SANDBOX_URL": url,
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line],
        cwd=project.root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done


def test_ten_steps(shipped_on_host: Project, image: str, tmp_path: Path) -> None:
    project, tools = shipped_on_host, tmp_path / "tools"
    account = Account(project)
    tools.mkdir()
    for name, text in (("aws", AWS), ("docker", DOCKER)):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    shutil.copyfile(
        ROOT / "Dockerfile", project.root / "Dockerfile"
    )  # the tool reads it, and no link out of the project
    for name in ("jenkins", "orchestrate", "requirements.txt", "wrapper"):
        (project.root / name).symlink_to(ROOT / name)
    project.write("login.json", '{"username": "admin", "password": "x"}')
    account.client("secretsmanager").delete_secret(SecretId="jenkins-admin", ForceDeleteWithoutRecovery=True)

    commands = [line for line in STEPS.splitlines() if not line.startswith("#")]
    said = {line: typed(line, project, tools, account.url) for line in commands}

    (apply,) = (done for line, done in said.items() if "apply jenkins " in line)
    assert apply.stdout.splitlines()[-1] == 'url = "https://jenkins.example.com/"'
    images = [name for name in (tools / "log").read_text().splitlines() if name.startswith("docker push")]
    there = {each["repositoryUri"] for each in account.client("ecr").describe_repositories()["repositories"]}
    assert {image.split()[2].rpartition(":")[0] for image in images} <= there, "what is pushed has a repository"
    written = (
        account.client("s3").get_object(Bucket="orchestrate-example-state", Key="jenkins/jenkins.yaml")["Body"].read()
    )
    configuration = yaml.safe_load(written)
    assert configuration["jenkins"]["clouds"][0]["ecs"]["templates"][0]["label"] == "deploy fargate"
    assert "pipelineJob('shop/appcluster-test/deploy')" in configuration["jobs"][0]["script"]
    (task,) = (d for d in account.client("ecs").list_task_definitions()["taskDefinitionArns"] if "/jenkins-" in d)
    container = account.client("ecs").describe_task_definition(taskDefinition=task)["taskDefinition"][
        "containerDefinitions"
    ][0]
    where = {one["name"]: one["value"] for one in container["environment"]}
    assert (where["CASC_BUCKET"], where["CASC_KEY"]) == ("orchestrate-example-state", "jenkins/jenkins.yaml")
    assert where["AWS_REGION"] == REGION and image
