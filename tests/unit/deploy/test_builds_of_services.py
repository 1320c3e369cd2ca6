"""A build belongs to a name in ``images``: by it is recorded, shown, promoted and rolled back what services run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cloud import Cloud
from cloud_fleet import Onlooker
from project_on_disk import APP, REGION, Disk, filled

from wrapper.deploy.prepared import LayerOverrides
from wrapper.fleet.fleet import Fleet
from wrapper.model.errors import ConfigError, RefusedError
from wrapper.model.stack import Layer
from wrapper.state import layer_state
from wrapper.terraform import commands
from wrapper.terraform.commands import APPLY, VALUES_FILE

ROOT = "src/app/tenant/variables.tf"
SERVICES = """
variable "images" {
  type = map(string)
}
variable "builds" {
  type    = map(string)
  default = {}
}
variable "services" {
  type    = map(object({ port = optional(number), path = optional(string), image = optional(string) }))
  default = { service1 = { port = 8080 } }
}
"""
ACME, STACK = f"{APP}/tenants/acme.tfvars", f"{APP}/variables.tfvars"
LABEL = f"{REGION}/app-test/acme"
CACHE = 'services = { cache = { image = "cache" } }\nbuilds = { cache = "3" }\n'


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    return Cloud(filled(example, _applied))


def _applied(example: Disk) -> None:
    example.append(ROOT, SERVICES)
    example.append("src/app/variables.tf", "")
    example.append(
        STACK,
        'images = { service1 = "e/one", api = "e/api", cache = "e/cache" }\n'
        'builds = { api = "7" }\nservices = {\n  service1 = { port = 8080 }\n}\n',
    )
    cloud = Cloud(example)
    cloud.perform("apply", "acme")
    cloud.perform("apply", "globex")


def says(cloud: Cloud, text: str) -> None:
    before = (cloud.disk.root / ACME).read_text().partition("services =")[0]
    cloud.disk.write(ACME, before + text)


def given(cloud: Cloud) -> dict[str, Any]:
    found = json.loads(cloud.engine.runs[-1].files.made[VALUES_FILE])
    return {"services": sorted(found["services"]), "builds": found.get("builds", {})}


def recorded(cloud: Cloud, tenant: str = "acme") -> dict[str, str]:
    return dict(cloud.record(tenant)["builds"])


def why(cloud: Cloud, *names: str) -> dict[str, str]:
    fleet = Fleet(cloud.deployer(), Onlooker())
    found = fleet.detector.detect(APPLY, list(names), [], fleet.detector.read_index())
    return {diff.layer.tenant: diff.reason for diff in found}


def test_one_tenants_file_adds_a_service_with_no_new_terraform(cloud: Cloud) -> None:
    says(cloud, CACHE)
    assert why(cloud, "acme", "globex").keys() >= {"acme"} and not why(cloud, "globex")["globex"]
    cloud.perform("apply", "acme")
    assert given(cloud) == {"services": ["cache", "service1"], "builds": {"cache": "3"}}
    assert recorded(cloud) == {"cache-build": "3", "service1-build": "1"}
    assert f"{LABEL}: cache-build 3: new, {ACME}:" in "\n".join(cloud.console.said)


def test_a_build_that_no_service_of_a_tenant_runs_is_none_of_its(cloud: Cloud) -> None:
    """The stack has ``api = "7"``, for those tenants that have that service."""
    cloud.perform("apply", "globex")
    assert recorded(cloud) == {"service1-build": "1"} and given(cloud)["builds"] == {}
    cloud.disk.write(STACK, (cloud.disk.root / STACK).read_text().replace('api = "7"', 'api = "8"'))
    assert why(cloud, "acme", "globex") == {"acme": "", "globex": ""}
    cloud.perform("apply", "acme", "-var", "api-build=90")
    assert recorded(cloud) == {"service1-build": "1"} and "'90'" not in str(cloud.record("acme"))
    assert f"{LABEL}: api-build is given, and no service of it runs that image; it is left out" in cloud.console.said


def test_a_build_changes_every_service_that_runs_it_and_the_words_say_which(cloud: Cloud) -> None:
    says(cloud, 'services = {\n  api = { port = 1, path = "/a" }\n  mail = { image = "api" }\n}\n')
    cloud.perform("apply", "acme")
    cloud.console.said.clear()
    cloud.perform("apply", "acme", "-var", "api-build=90")
    assert f"{LABEL}: api-build 7 -> 90 in api, mail (-var), service1-build 1 (last apply)" in cloud.console.said
    says(cloud, 'services = { mail = { image = "api" } }\nbuilds = { api = "91" }\n')
    assert "api-build 90 -> 91 in mail (changed in" in why(cloud, "acme")["acme"]


def test_a_report_names_the_services_too(cloud: Cloud) -> None:
    says(cloud, 'services = {\n  api = { port = 1, path = "/a" }\n  mail = { image = "api" }\n}\n')
    heard: list[str] = []
    cloud.perform("apply", "acme", note_builds=lambda _layer, builds: heard.extend(map(str, builds)))
    cloud.perform("apply", "acme", "-var", "api-build=8", note_builds=lambda _, builds: heard.extend(map(str, builds)))
    assert [line for line in heard if line.startswith("api")] == [
        f"api-build none -> 7 (new, {STACK}:4; in api, mail)",
        "api-build 7 -> 8 (-var; in api, mail)",
    ]


def test_affected_names_the_tenants_whose_services_run_it(cloud: Cloud) -> None:
    """A new build of one service in the stack's file."""
    says(cloud, 'services = { api = { port = 1, path = "/a" } }\n')
    cloud.perform("apply", "acme")
    cloud.disk.write(STACK, (cloud.disk.root / STACK).read_text().replace('api = "7"', 'api = "8"'))
    found = why(cloud, "acme", "globex")
    assert found["globex"] == "" and found["acme"] == f"api-build 7 -> 8 (changed in {STACK}:4)"


def test_one_service_among_several_goes_back_alone(cloud: Cloud) -> None:
    says(cloud, CACHE)
    for numbers in (("3", "1"), ("4", "1"), ("4", "2")):
        given = [
            word for n, b in zip(("cache", "service1"), numbers, strict=True) for word in ("-var", f"{n}-build={b}")
        ]
        cloud.perform("apply", "acme", *given)
    history = layer_state.load_history(cloud.deployer().store, Layer(cloud.deployer().stack, "acme"))
    assert [one.builds for one in history][-1] == {"cache-build": "4", "service1-build": "2"}
    cloud.perform("apply", "acme", "-var", "cache-build=3")
    assert recorded(cloud) == {"cache-build": "3", "service1-build": "2"}


def test_a_build_stays_that_of_a_service_however_its_file_is_written(cloud: Cloud) -> None:
    says(cloud, CACHE)
    cloud.perform("apply", "acme", "-var", "cache-build=4")
    cloud.perform("apply", "acme")
    assert recorded(cloud)["cache-build"] == "4" and given(cloud)["builds"] == {"cache": "4"}


def test_the_build_of_a_service_that_goes_leaves_the_record(cloud: Cloud) -> None:
    says(cloud, CACHE)
    cloud.perform("apply", "acme")
    says(cloud, CACHE.replace("{ image", "null #").replace("}\nbuilds", "\n}\nbuilds"))
    cloud.console.said.clear()
    cloud.perform("apply", "acme")
    assert recorded(cloud) == {"service1-build": "1"} and given(cloud) == {"services": ["service1"], "builds": {}}
    assert f"{LABEL}: cache-build 3 ran; no service runs it now" in cloud.console.said
    assert why(cloud, "acme") == {"acme": ""}


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        (
            CACHE.replace("cache = {", "cash = {").replace('image = "cache"', ""),
            "cash runs the image cash, which images",
            3,
        ),
        (CACHE.replace('cache = "3"', 'cach = "3"'), "cach-build is the build of no image", 4),
        (CACHE.replace('cache = "3"', ""), "no build of cache is known, and cache runs it", 3),
        (
            CACHE.replace('image = "cache"', 'build = "3"'),
            r"services\[\"cache\"\].build is not known",
            3,
        ),
    ],
)
def test_what_does_not_fit_is_said_before_anything_starts(cloud: Cloud, text: str, message: str, where: int) -> None:
    says(cloud, text)
    cloud.engine.steps.clear()
    with pytest.raises(ConfigError, match=message) as error:
        cloud.perform("apply", "acme")
    assert "build" not in text or "is not known" not in message or "builds = {" in error.value.hint
    assert f"{ACME}:{where}" in (error.value.where, error.value.message[: len(ACME) + 2]) and cloud.engine.steps == []
    cloud.perform("destroy", "acme")


def test_promote_to_a_stack_that_lacks_the_service_is_refused(cloud: Cloud) -> None:
    promoted = {"service1-build": "1", "cache-build": "3"}
    tokens = tuple(commands.Token("var", f"{n}={b}", ("-var", f"{n}={b}")) for n, b in promoted.items())
    overrides = {"acme": LayerOverrides(tokens, promoted, how="promoted")}
    deployer = cloud.deployer()
    with pytest.raises(RefusedError, match="has no service that runs cache-build 3, which runs there") as error:
        deployer.perform(APPLY, Layer(deployer.stack, "acme"), [], overrides)
    assert error.value.exit_code == 77


def test_a_destroy_goes_on_without_a_build_that_a_service_runs(cloud: Cloud) -> None:
    """Its root refuses a service whose image has no build."""
    says(cloud, 'services = { cache = { image = "cache" } }\n')
    cloud.perform("destroy", "acme")
    assert cloud.values[LABEL]["builds"]["cache"] == "unknown"
    plan = [argv for _, argv in cloud.engine.steps if argv[1] == "plan"][-1]
    assert "-refresh=false" in plan
