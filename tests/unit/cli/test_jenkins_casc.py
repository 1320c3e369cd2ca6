"""Jenkins' configuration as code: what the plugin takes is written, what it does not have is refused with the nearest."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from wrapper.cli import jenkins_casc
from wrapper.model.errors import ConfigError

ROOT = Path(__file__).resolve().parents[3]
WHERE = 'ap-southeast-2/jenkins-agents: output "jenkins"'


def cloud(**changes: Any) -> dict[str, Any]:
    return {"name": "ecs", "cluster": "arn:c", "regionName": "ap-southeast-2", "numExecutors": 1, **changes}


def template(**changes: Any) -> dict[str, Any]:
    return {"label": "deploy", "image": "agent:1", "memory": 2048, **changes}


def made(templates: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    given = {"cloud": cloud(**changes), "templates": templates or {"deploy": template()}}
    ecs: dict[str, Any] = jenkins_casc.casc(given, WHERE)["jenkins"]["clouds"][0]["ecs"]
    return ecs


def refused(**given: Any) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        made(**given)
    return caught.value


def test_what_is_set_is_written_and_null_is_not() -> None:
    ecs = made(tunnel=None, maxAgents=0, templates={"deploy": template(entrypoint=None, environments=[], cpu=256)})
    assert ecs == {
        "name": "ecs",
        "cluster": "arn:c",
        "regionName": "ap-southeast-2",
        "maxAgents": 0,
        "numExecutors": 1,
        "templates": [
            {"templateName": "deploy", "label": "deploy", "image": "agent:1", "memory": 2048, "cpu": 256},
        ],
    }


def test_templates_stand_by_name() -> None:
    assert [t["templateName"] for t in made({"b": template(), "a": template()})["templates"]] == ["a", "b"]


def test_texts_become_what_the_plugin_wants() -> None:
    fields = {"enableExecuteCommand": "true", "ephemeralStorageSizeInGiB": "40", "privileged": False}
    assert {k: made({"x": template(**fields)})["templates"][0][k] for k in fields} == {
        "enableExecuteCommand": True,
        "ephemeralStorageSizeInGiB": 40,
        "privileged": False,
    }


@pytest.mark.parametrize(
    ("fields", "nearest"),
    [
        ({"memroy": 1}, "memory"),
        ({"securityGroup": "sg-1"}, "securityGroups"),
        ({"taskRole": "arn"}, "taskrole"),
        ({"mountPoints": [{"name": "m", "containerPaht": "/m"}]}, "containerPath"),
    ],
)
def test_a_misspelt_field_is_refused_with_the_nearest(fields: dict[str, Any], nearest: str) -> None:
    error = refused(templates={"deploy": template(**fields)})
    assert error.exit_code == 65
    assert error.where.startswith(f"{WHERE}: templates.deploy")
    assert error.hint == f"did you mean {nearest}?"


def test_a_misspelt_field_of_the_cloud_is_refused() -> None:
    assert (refused(jenkinsURL="x").hint, refused(xyzzy="x").hint[:8]) == ("did you mean jenkinsUrl?", "it has: ")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"memory": "much"}, "must be a whole number, not 'much'"),
        ({"cpu": True}, "must be a whole number, not True"),
        ({"privileged": "yes"}, "must be true or false, not 'yes'"),
        ({"image": 7}, "must be a text, not 7"),
        ({"environments": {"A": "b"}}, "must be a list of {name, value}"),
        ({"memory": 0}, "memoryReservation or both"),
        ({"image": ""}, "needs image"),
        ({"label": ""}, "never asked for"),
        ({"networkMode": "awsvpc"}, "awsvpc needs subnets"),
        ({"templateName": "a b"}, "letters, digits"),
    ],
)
def test_what_would_start_no_agent_is_refused(fields: dict[str, Any], words: str) -> None:
    assert words in refused(templates={"deploy": template(**fields)}).message


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"numExecutors": 0}, "numExecutors must be 1 or more"),
        ({"numExecutors": None}, "numExecutors must be 1 or more"),
        ({"retentionTimeout": 0}, "retentionTimeout"),
        ({"name": "a b"}, "name 'a b'"),
        ({"cluster": ""}, "needs cluster"),
    ],
)
def test_a_cloud_that_starts_nothing_is_refused(fields: dict[str, Any], words: str) -> None:
    assert words in refused(**fields).message


@pytest.mark.parametrize("given", [None, [], {"cloud": {}}, {"cloud": [], "templates": {}}])
def test_another_output_of_that_name_is_refused(given: Any) -> None:
    with pytest.raises(ConfigError):
        jenkins_casc.casc(given, WHERE)


def test_no_template_no_agent() -> None:
    with pytest.raises(ConfigError, match="no template"):
        jenkins_casc.casc({"cloud": cloud(), "templates": {}}, WHERE)


def test_a_template_of_another_needs_no_image() -> None:
    assert made({"small": {"label": "small", "inheritFrom": "deploy"}})["templates"][0]["inheritFrom"] == "deploy"


@pytest.mark.parametrize(
    "text", ["yes", "0123", "1:30", "a: b", "# no", "{x}", "ü", "${SECRET}", "'", "two\nlines", "~"]
)
def test_yaml_gives_back_every_text(text: str) -> None:
    configuration = jenkins_casc.casc({"cloud": cloud(), "templates": {"x": template(jvmArgs=text)}}, WHERE)
    written = jenkins_casc.as_yaml(configuration, "Written by us.")
    assert written.startswith("# Written by us.\njenkins:\n  clouds:\n    - ecs:\n        name: ecs\n")
    assert yaml.safe_load(written) == configuration


def test_the_module_and_the_table_know_the_same_fields() -> None:
    """`fields` of the module takes what is in the table, is a scalar, and is not made from something else there."""
    text = (ROOT / "modules/jenkins-agents/casc.tf").read_text()
    others = re.findall(r'"(\w+)"', text.split("other_fields = [")[1].split("]")[0])
    own = re.findall(r"^ {6}(\w+) += ", text.split("{ for name, agent in var.agents")[1], re.MULTILINE)
    assert set(own) <= set(jenkins_casc.TEMPLATE)
    assert set(others) <= {name for name, kind in jenkins_casc.TEMPLATE.items() if isinstance(kind, str)} - set(own)
    cloud_of = (ROOT / "modules/jenkins-agents/outputs.tf").read_text().split("cloud = {")[1].split("}")[0]
    assert set(re.findall(r"^ +(\w+) += ", cloud_of, re.MULTILINE)) <= set(jenkins_casc.CLOUD)
