"""A root that takes its builds in one map, ``variable "builds"``: each is the same build as in a variable of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cloud import Cloud
from cloud_fleet import Onlooker
from project_on_disk import APP, REGION, Disk

from wrapper.deploy import builds
from wrapper.deploy.prepared import LayerOverrides
from wrapper.fleet.fleet import Fleet
from wrapper.model.errors import ConfigError, UsageError
from wrapper.model.stack import Layer
from wrapper.state.record import Trigger
from wrapper.terraform.commands import APPLY, VALUES_FILE

ROOT = "src/app/tenant/variables.tf"
ALONE = 'variable "service1-build" {\n  type    = string\n  default = "1"\n}\n'
MAP = 'variable "builds" {\n  type    = map(string)\n  default = { service1 = "1" }\n}\n'
ACME = f"{APP}/tenants/acme.tfvars"
STACK = f"{APP}/variables.tfvars"
LABEL = f"{REGION}/app-test/acme"


def declare(disk: Disk, text: str) -> None:
    before = (disk.root / ROOT).read_text()
    disk.write(ROOT, before.replace(ALONE, "").replace(MAP, "") + text)


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    declare(example, MAP)
    example.write(ACME, 'builds = { api = "90" }\n')
    example.append(STACK, 'builds = { worker = "3" }\n')
    return Cloud(example)


def apply(cloud: Cloud, *arguments: str, **changes: Any) -> Any:
    """What Terraform is given."""
    cloud.perform("apply", "acme", *arguments, **changes)
    found = json.loads(cloud.engine.runs[-1].files.made[VALUES_FILE])
    return found.get("builds", found.get("service1-build"))


def why(cloud: Cloud) -> str:
    one = Fleet(cloud.deployer(), Onlooker())
    [diff] = one.detector.detect(APPLY, ["acme"], [], one.detector.read_index())
    return diff.reason


def test_the_map_is_filled_from_every_file_key_by_key(cloud: Cloud) -> None:
    assert apply(cloud) == {"api": "90", "service1": "1", "worker": "3"}
    assert cloud.record("acme")["builds"] == {"api-build": "90", "service1-build": "1", "worker-build": "3"}
    assert why(cloud) == ""


@pytest.mark.parametrize("given", ["api-build=97", "api_build=97", 'builds={api="97"}', "builds={api=97}"])
def test_one_build_is_given_in_each_of_its_spellings(cloud: Cloud, given: str) -> None:
    apply(cloud)
    assert apply(cloud, "-var", given) == {"api": "97", "service1": "1", "worker": "3"}
    assert f"{LABEL}: api-build 90 -> 97 (-var)" in cloud.console.said[-1]
    record = cloud.record("acme")
    assert (record["builds"]["api-build"], record["brought"]["api-build"]["how"]) == ("97", "-var")
    cloud.disk.append(ACME, "memory = 512\n")
    assert apply(cloud) == {"api": "97", "service1": "1", "worker": "3"}, "it stays"
    cloud.disk.write(ACME, 'builds = { api = "95" }\n')
    assert why(cloud).startswith(f"api-build 97 -> 95 (changed in {ACME}:1")
    assert apply(cloud)["api"] == "95"


def test_a_service_that_no_file_names_yet(cloud: Cloud) -> None:
    apply(cloud)
    assert apply(cloud, "-var", "cache-build=3") == {"api": "90", "cache": "3", "service1": "1", "worker": "3"}
    assert apply(cloud)["cache"] == "3", "the record alone knows it"
    assert why(cloud) == ""


def test_null_takes_one_build_away(cloud: Cloud) -> None:
    apply(cloud)
    cloud.disk.write(ACME, 'builds = { api = "90", worker = null }\n')
    assert why(cloud) == f"worker-build 3 -> none (null in {ACME}:1)"
    assert apply(cloud) == {"api": "90", "service1": "1"}
    assert apply(cloud, "-var", "builds={api=null}") == {"service1": "1"}
    assert cloud.record("acme")["builds"] == {"service1-build": "1"}


def test_a_key_that_goes_takes_its_own_number_along_and_is_forgotten(cloud: Cloud) -> None:
    apply(cloud)
    cloud.disk.write(ACME, "")
    assert "the service is taken away" in _said(cloud)
    assert apply(cloud) == {"service1": "1", "worker": "3"}
    apply(cloud)
    assert sorted(cloud.record("acme")["files"]) == ["service1-build", "worker-build"]


def _said(cloud: Cloud) -> str:
    cloud.perform("plan", "acme")
    return cloud.console.said[-1]


def test_a_root_moves_to_the_map_and_its_builds_stay(example: Disk) -> None:
    cloud = Cloud(example)
    assert apply(cloud, "-var", "service1-build=97") == "97"
    declare(example, MAP)
    assert apply(cloud) == {"service1": "97"}
    declare(example, ALONE)
    assert apply(cloud) == "97", "and back"


def test_a_map_in_a_file_fills_the_variable_of_its_own(example: Disk) -> None:
    example.write(ACME, "builds = { service1 = 90 }\n")
    cloud = Cloud(example)
    assert apply(cloud) == 90
    assert apply(cloud, "-var", 'builds={service1="91"}') == "91"
    with pytest.raises(ConfigError, match="declares no variable 'api-build'"):
        apply(cloud, "-var", 'builds={api="91"}')


def test_a_file_of_builds_fills_the_map(cloud: Cloud) -> None:
    deployer = cloud.deployer()
    declared = deployer.resolver.checks.declared(Layer(deployer.stack, "acme"))
    found = builds.assign(builds.parse("API_BUILD=97\nMY_APP_BUILD=4\n", "a.env"), declared, "x")
    assert {n: b.number for n, b in found.items()} == {"api-build": "97", "my-app-build": "4"}


def test_promote_and_rollback_give_keys(cloud: Cloud) -> None:
    apply(cloud)
    own = {"acme": LayerOverrides(tuple(builds.tokens({"api-build": "88"})), how="rollback of 1 to 1")}
    deployer = cloud.deployer(trigger=Trigger(reason={"rollback_of": 1, "back_to": 1}))
    deployer.perform(APPLY, Layer(deployer.stack, "acme"), [], own)
    assert cloud.record("acme")["builds"] == {"api-build": "88", "service1-build": "1", "worker-build": "3"}
    assert apply(cloud)["api"] == "88"


def test_the_template_sees_the_map(cloud: Cloud) -> None:
    cloud.disk.append(f"{APP}/tenant.tfvars.j2", 'text = "worker {{ vars.builds.worker }}"\n')
    apply(cloud)
    assert json.loads(cloud.engine.runs[-1].files.made[VALUES_FILE])["text"] == "worker 3"


def test_a_map_without_a_default_needs_a_build(example: Disk) -> None:
    declare(example, 'variable "builds" { type = map(string) }\n')
    cloud = Cloud(example)
    with pytest.raises(ConfigError, match="needs a value for builds"):
        cloud.perform("apply", "acme")
    assert apply(cloud, "-var", "api-build=1") == {"api": "1"}


@pytest.mark.parametrize(
    ("given", "kind"), [('builds=["1"]', ConfigError), ("builds={api={x=1}}", ConfigError), ("api-build=", UsageError)]
)
def test_what_is_no_build_is_refused(cloud: Cloud, given: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        cloud.perform("apply", "acme", "-var", given)
