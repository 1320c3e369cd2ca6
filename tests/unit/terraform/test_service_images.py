"""Which image each service of a tenant runs: a name in ``images``, with a build."""

from __future__ import annotations

from typing import Any

import pytest

from wrapper.model.errors import ConfigError
from wrapper.model.nouns import ResolvedValue, Variable
from wrapper.terraform import service_images
from wrapper.terraform.build_variables import VariablesWithMap
from wrapper.terraform.type_constraints import parse_type

SERVICE = "port = optional(number), image = optional(string), containers = optional(map(object({ image = optional(string) })))"


def variable(name: str, kind: str, default: Any = None, *, required: bool = False) -> Variable:
    return Variable(name, parse_type(kind), required, False, True, f"{name}.tf:1", default)


ROOT = VariablesWithMap(
    {
        "services": variable("services", f"map(object({{ {SERVICE} }}))", {"service1": {"port": 8080}}),
        "images": variable("images", "map(string)"),
        "builds": variable("builds", "map(string)", {}),
        "service1-build": variable("service1-build", "string", required=True),
        "service2_build": variable("service2_build", "string"),
    }
)
IMAGES = dict.fromkeys(("service1", "service2", "api", "proxy"), "example/x")


def values(services: Any = None, **more: Any) -> dict[str, ResolvedValue]:
    found = {"images": IMAGES, **({"services": services} if services is not None else {}), **more}
    return {n.replace("X", "-"): ResolvedValue(v, f"{n}.tfvars:7") for n, v in found.items()}


def test_a_service_and_each_container_beside_it_run_the_image_that_they_name() -> None:
    services = {
        "service1": {},
        "web": {"image": "api"},
        "job": {"image": "api", "containers": {"proxy": {}, "log": {"image": "proxy"}, "job": {"image": "service2"}}},
    }
    assert service_images.runs(ROOT, values(services)) == {
        "service1-build": ("service1",),
        "api-build": ("web",),
        "service2-build": ("job",),
        "proxy-build": ("job/proxy", "job/log"),
    }
    assert service_images.runs(ROOT, {}) == {"service1-build": ("service1",)}, "as the root's default has it"


@pytest.mark.parametrize("without", ["services", "images"])
def test_of_a_root_without_both_nothing_is_said(without: str) -> None:
    root = VariablesWithMap({n: v for n, v in ROOT.items() if n != without})
    assert service_images.runs(root, values({"cache": {}})) is None
    service_images.check(root, values({"cache": {}}), "l")


@pytest.mark.parametrize(
    ("services", "message", "where", "hint"),
    [
        (
            {"apo": {}},
            "l: apo runs the image apo, which images does not have",
            "services.tfvars:7",
            "did you mean api?",
        ),
        (
            {"a": {"image": "zzz"}},
            "l: a runs the image zzz, which",
            "services.tfvars:7",
            "add its repository to images",
        ),
        (
            {"service1": {"containers": {"q": {"image": "prox"}}}},
            "l: service1/q runs the image prox, which images does not have",
            "services.tfvars:7",
            "did you mean proxy?",
        ),
        ({"api": {}}, "l: no build of api is known, and api runs it", "services.tfvars:7", "-var api-build=1"),
        (
            {"web": {"image": "service2"}},
            "l: no build of service2 is known, and web runs it",
            "services.tfvars:7",
            "-var",
        ),
    ],
)
def test_an_image_without_a_repository_or_a_build(services: Any, message: str, where: str, hint: str) -> None:
    with pytest.raises(ConfigError) as error:
        service_images.check(ROOT, values(services), "l")
    assert error.value.message.startswith(message) and error.value.where == where and hint in error.value.hint


def test_a_root_that_takes_no_such_build_is_told_how_to_declare_it() -> None:
    root = {n: v for n, v in ROOT.items() if n != "builds"}
    with pytest.raises(ConfigError) as error:
        service_images.check(root, values({"api": {}}), "l")
    assert error.value.hint == 'declare it: variable "api-build" { type = string }'


def test_an_image_whose_name_is_none_of_a_build() -> None:
    with pytest.raises(ConfigError, match="no build of a_b is known") as error:
        service_images.check(ROOT, values({"a": {"image": "a_b"}}, images={"a_b": "example/x"}), "l")
    assert error.value.hint is not None and "write a-b in images and in image" in error.value.hint


def test_an_image_with_a_repository_and_a_build() -> None:
    services = {"service1": {}, "web": {"image": "service2"}, "api": {}}
    service_images.check(ROOT, values(services, service2_build="3", apiXbuild="4"), "l")
    unknown = {n: v for n, v in values(services, service2_build="3", apiXbuild="4").items() if n != "images"}
    service_images.check(ROOT, unknown, "l")


def test_a_build_of_no_image() -> None:
    service_images.check_names(ROOT, values(apiXbuild="4", zzzXbuild=None), "l")
    with pytest.raises(ConfigError, match="l: apy-build is the build of no image: images does not have apy") as error:
        service_images.check_names(ROOT, values(apyXbuild="4"), "l")
    assert (error.value.where, error.value.hint) == ("apyXbuild.tfvars:7", "did you mean api-build?")
