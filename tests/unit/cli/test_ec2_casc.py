"""Agents on machines: what the plugin ec2 takes is written, what it does not have is refused with the nearest."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from wrapper.cli import ec2_casc, jenkins_casc
from wrapper.model.errors import ConfigError

ROOT = Path(__file__).resolve().parents[3]
KEY = {"id": "machines", "username": "ec2-user", "variable": "AGENTS_SSH_KEY"}
CLOUD = {"name": "machines", "region": "ap-southeast-2", "sshKeysCredentialsId": "machines"}


def template(**changes: Any) -> dict[str, Any]:
    least = {"ami": "ami-1", "type": "m6i.large", "labelString": "build", "numExecutors": "2", "remoteFS": "/a"}
    return {**least, "remoteAdmin": "ec2-user", "subnetId": "subnet-1", "securityGroups": "sg-1", **changes}


def output(cloud: dict[str, Any] | None = None, key: Any = KEY, **fields: Any) -> dict[str, Any]:
    return {"ec2": {"cloud": {**CLOUD, **(cloud or {})}, "templates": {"docker": template(**fields)}, "key": key}}


def made(**given: Any) -> dict[str, Any]:
    return jenkins_casc.casc(output(**given), "r/jenkins")


def test_a_cloud_of_machines_and_its_key() -> None:
    written = made(spotConfig={"useBidPrice": True, "spotMaxBidPrice": "0.06"}, amiType={"unixData": {"sshPort": 22}})
    (cloud,) = written["jenkins"]["clouds"]
    (one,) = cloud["amazonEC2"]["templates"]
    assert one["description"] == "docker" and one["amiType"] == {"unixData": {"sshPort": "22"}}
    assert one["spotConfig"] == {"useBidPrice": True, "spotMaxBidPrice": "0.06"}
    (key,) = written["credentials"]["system"]["domainCredentials"][0]["credentials"]
    assert key["basicSSHUserPrivateKey"]["privateKeySource"] == {"directEntry": {"privateKey": "${AGENTS_SSH_KEY}"}}
    assert key["basicSSHUserPrivateKey"]["scope"] == "SYSTEM"
    assert yaml.safe_load(jenkins_casc.as_yaml(written, "x")) == written


@pytest.mark.parametrize(("given", "written"), [(-1, -1), ("-1", -1), (1, 1), ("3", 3)])
def test_any_number_of_uses_is_a_number_too(given: Any, written: int) -> None:
    (cloud,) = made(maxTotalUses=given)["jenkins"]["clouds"]
    assert cloud["amazonEC2"]["templates"][0]["maxTotalUses"] == written


def test_both_kinds_of_agents_are_two_clouds() -> None:
    ecs = {"cloud": {"name": "ecs", "cluster": "arn:c", "regionName": "r", "numExecutors": 1}}
    tasks = {**ecs, "templates": {"deploy": {"label": "deploy", "image": "agent:1", "memory": 2048}}}
    clouds = jenkins_casc.casc({**tasks, **output()}, "r/jenkins")["jenkins"]["clouds"]
    assert [list(cloud) for cloud in clouds] == [["ecs"], ["amazonEC2"]]
    assert "credentials" not in jenkins_casc.casc({**tasks, "ec2": None}, "r/jenkins")


@pytest.mark.parametrize(
    ("given", "words", "hint"),
    [
        ({"remotefs": "/a"}, "the ec2 plugin has no field 'remotefs' here", "did you mean remoteFS?"),
        ({"spotConfig": {"maxPrice": "1"}}, "no field 'maxPrice'", "did you mean spotMaxBidPrice?"),
        ({"amiType": {"unixData": {"sshPrt": "22"}}}, "no field 'sshPrt'", "did you mean sshPort?"),
        ({"spotConfig": "0.06"}, "must be an object", ""),
        ({"connectionStrategy": "PRIVATE"}, "must be one of PUBLIC_DNS, PUBLIC_IP, PRIVATE_DNS, PRIVATE_IP", ""),
        ({"maxTotalUses": -2}, "must be a whole number, or -1 for none, not -2", ""),
        ({"numExecutors": "two"}, "must be a whole number", ""),
        ({"numExecutors": "0"}, "numExecutors must be 1 or more", ""),
        ({"labelString": ""}, "never asked for", ""),
        ({"ami": ""}, "needs ami or amiFilters", ""),
        ({"subnetId": None}, "needs subnetId", ""),
        ({"useEphemeralDevices": True, "customDeviceMapping": "x"}, "the plugin takes one", ""),
        ({"cloud": {"region": ""}}, "needs region", ""),
        ({"cloud": {"sshKeysCredentialsId": "other"}}, "and the key's id 'machines'", ""),
        ({"key": {"id": "machines"}}, "its key needs id, username, variable", ""),
        ({"key": None}, "must be an object", ""),
    ],
)
def test_what_would_start_no_machine_is_refused(given: dict[str, Any], words: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        made(**given)
    assert words in caught.value.message and hint in (caught.value.hint or "")


def test_no_template_no_agent() -> None:
    with pytest.raises(ConfigError, match="no template"):
        ec2_casc.casc({"cloud": CLOUD, "templates": {}, "key": KEY}, "r")


def test_the_module_and_the_table_know_the_same_fields() -> None:
    text = (ROOT / "modules/jenkins-machines/machines.tf").read_text()
    own = re.findall(r"^ {6}(\w+) += ", text.split("{ for name, agent in var.agents")[1], re.MULTILINE)
    assert len(own) > 25 and set(own) <= set(ec2_casc.TEMPLATE)
    given = (ROOT / "modules/jenkins-machines/outputs.tf").read_text()
    cloud = re.findall(r"^ {6}(\w+) += ", given.split("cloud = {")[1].split("}")[0], re.MULTILINE)
    assert len(cloud) == 7 and set(cloud) <= set(ec2_casc.CLOUD)
