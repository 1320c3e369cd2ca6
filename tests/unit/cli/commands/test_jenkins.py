"""``orchestrate jenkins casc``: from a state to YAML, without Terraform."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from project_on_disk import REGION, Disk
from said import Said

Run = Callable[..., Said]
GIVEN = {
    "cloud": {"name": "agents", "cluster": "arn:c", "regionName": REGION, "numExecutors": 1},
    "templates": {"deploy": {"label": "deploy", "image": "agent:1", "memory": 2048}},
}


def state_with(disk: Disk, **outputs: Any) -> None:
    values = {name: {"value": value} for name, value in outputs.items()}
    text = json.dumps({"version": 4, "serial": 1, "outputs": values, "resources": [{"type": "x"}]})
    disk.write(f".orchestrate/states/{REGION}/app-test/terraform.tfstate", text)


def test_yaml_on_standard_output(run_cli: Run, example: Disk) -> None:
    state_with(example, jenkins=GIVEN)
    said = run_cli("jenkins", "casc", "app-test", REGION)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0].startswith(f"# Written by ./orchestrate jenkins casc app-test {REGION};")
    assert yaml.safe_load(said.out)["jenkins"]["clouds"][0]["ecs"]["templates"][0]["templateName"] == "deploy"


def test_the_same_as_data(run_cli: Run, example: Disk) -> None:
    state_with(example, jenkins=GIVEN)
    assert json.loads(run_cli("jenkins", "casc", "app-test", "--json").out) == yaml.safe_load(
        run_cli("jenkins", "casc", "app-test").out
    )


def test_into_a_file(run_cli: Run, example: Disk) -> None:
    state_with(example, jenkins=GIVEN)
    said = run_cli("jenkins", "casc", "app-test", "--output", "jenkins.yaml")
    assert said == Said(0, "", f"{REGION}/app-test: written to jenkins.yaml\n")
    assert (example.root / "jenkins.yaml").read_text() == run_cli("jenkins", "casc", "app-test").out


@pytest.mark.parametrize(
    ("outputs", "code", "words"),
    [
        ({}, 66, f'{REGION}/app-test has no output "jenkins"'),
        ({"jenkins": {**GIVEN, "templates": {"deploy": {"lable": "x"}}}}, 65, "did you mean label?"),
        ({"jenkins": "x"}, 65, "module.agents.jenkins"),
    ],
)
def test_what_is_wrong_is_said(run_cli: Run, example: Disk, outputs: dict[str, Any], code: int, words: str) -> None:
    state_with(example, **outputs)
    said = run_cli("jenkins", "casc", "app-test", REGION)
    assert (said.code, said.out) == (code, "")
    assert words in said.err


def test_no_state_yet(run_cli: Run) -> None:
    said = run_cli("jenkins", "casc", "app-test")
    assert said.code == 66
    assert f"apply it first: ./orchestrate apply app-test {REGION}" in said.err


def test_a_file_that_cannot_be_written(run_cli: Run, example: Disk) -> None:
    state_with(example, jenkins=GIVEN)
    said = run_cli("jenkins", "casc", "app-test", "--output", "no/such/folder.yaml")
    assert said.code == 66
    assert "cannot write it" in said.err


JOBS = """\
folder   = "shop"
project  = { repository = "https://git/p.git", branch = "main" }
library  = { tag = "v1" }
services = { service1 = { repository = "https://git/s.git", branch = "main" } }
"""


def test_jobs_alone_need_neither_stack_nor_state(run_cli: Run, example: Disk) -> None:
    example.write("config/jenkins.hcl", JOBS)
    said = run_cli("jenkins", "casc", "--jobs")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("# Written by ./orchestrate jenkins casc --jobs; change the project, not this file.\n")
    (job,) = yaml.safe_load(said.out)["jobs"]
    assert "pipelineJob('shop/app-test/deploy') {\n" in job["script"] and "\\n" not in said.out
    assert "runParam('SERVICE1', 'shop/services/service1'" in job["script"]
    assert "jenkins" not in yaml.safe_load(said.out)


def test_jobs_beside_the_agents(run_cli: Run, example: Disk) -> None:
    example.write("config/jenkins.hcl", JOBS + 'registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"\n')
    state_with(example, jenkins=GIVEN)
    said = run_cli("jenkins", "casc", "app-test", "--jobs", "--output", "all.yaml")
    assert said == Said(0, "", f"{REGION}/app-test: written to all.yaml\n")
    whole = yaml.safe_load((example.root / "all.yaml").read_text())
    assert set(whole) == {"jenkins", "unclassified", "jobs"} and set(whole["jenkins"]) == {
        "clouds",
        "globalNodeProperties",
    }


def test_a_root_with_the_map_takes_builds_of_every_service(run_cli: Run, example: Disk) -> None:
    example.append("src/app/tenant/variables.tf", 'variable "builds" {\n  type = map(string)\n  default = {}\n}\n')
    example.write("config/jenkins.hcl", JOBS.replace("{ service1", '{ api = { repository = "x", tag = "1" }, service1'))
    said = run_cli("jenkins", "casc", "--jobs")
    assert "choiceParam('SERVICES', ['API SERVICE1']" in said.out, said.err


def test_without_jobs_a_stack_is_needed(run_cli: Run) -> None:
    said = run_cli("jenkins", "casc")
    assert said.code == 64 and "name the stack" in said.err
