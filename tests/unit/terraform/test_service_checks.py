"""The services of a tenant: merged from the stack, well named, and each with a path of its own."""

from __future__ import annotations

from typing import Any

import pytest
from cloud import Cloud
from project_on_disk import APP, REGION, Disk, filled

from wrapper.model.errors import ConfigError
from wrapper.model.nouns import ResolvedValue, Variable
from wrapper.terraform import service_checks
from wrapper.terraform.type_constraints import parse_type

TYPE = "map(object({ port = optional(number), path = optional(string), command = optional(list(string)) }))"
LABEL = f"{REGION}/app-test/acme"
STACK, ACME = f"{APP}/variables.tfvars", f"{APP}/tenants/acme.tfvars"
ROOT = f'variable "services" {{\n  type    = {TYPE}\n  default = {{ service1 = {{ port = 8080 }} }}\n}}\n'


@pytest.fixture
def services(example: Disk) -> Disk:
    """The stack says two services: one for every path, and a worker."""
    return filled(example, _applied)


def _applied(example: Disk) -> None:
    example.append("src/app/tenant/variables.tf", ROOT)
    example.append(STACK, 'services = {\n  service1 = { port = 8080 }\n  worker   = { command = ["./work"] }\n}\n')
    Cloud(example).perform("apply", "")


def given(disk: Disk, text: str, *arguments: str) -> Any:
    disk.append(ACME, text)
    cloud = Cloud(disk)
    cloud.perform("apply", "acme", *arguments)
    return cloud.values[LABEL]["services"]


def test_a_tenants_services_are_merged_into_the_stacks(services: Disk) -> None:
    found = given(services, 'services = {\n  api = { port = 9090, path = "/api/*" }\n  worker = null\n}\n')
    assert found == {"service1": {"port": 8080}, "api": {"port": 9090, "path": "/api/*"}}


@pytest.mark.parametrize(
    ("text", "message", "where", "hint"),
    [
        ("services = {\n  Api = { port = 1 }\n}\n", "'Api' is not the name of a service", f"{ACME}:4", "1 to 31"),
        (f"services = {{ {'a' * 32} = {{}} }}\n", "is not the name of a service", f"{ACME}:3", "1 to 31"),
        ('services = { "a.b" = {} }\n', "'a.b' is not the name of a service", f"{ACME}:3", "1 to 31"),
        ("services = { service1 = null, worker = null }\n", f"{LABEL} has no service", f"{ACME}:3", "service1 = {"),
        (
            "services = {\n  api = { port = 1 }\n}\n",
            f"{LABEL}: the services service1 and api have one path, /*",
            f"{ACME}:4",
            f"that of service1 is in {STACK}:4: give one of them a path of its own",
        ),
        (
            'services = {\n  a = { port = 1, path = "/x" }\n  b = {\n    port = 1\n    path = "/x"\n  }\n}\n',
            f"{LABEL}: the services a and b have one path, /x",
            f"{ACME}:7",
            f"that of a is in {ACME}:4",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(services: Disk, text: str, message: str, where: str, hint: str) -> None:
    with pytest.raises(ConfigError) as error:
        given(services, text)
    assert message in error.value.message and hint in error.value.hint
    assert (error.value.where, error.value.exit_code) == (where, 65)


def test_an_argument_is_checked_too(services: Disk) -> None:
    with pytest.raises(ConfigError, match="has no service") as error:
        given(services, "", "-var", "services={}")
    assert error.value.where == "-var services"


def test_a_destroy_asks_nothing_of_services(services: Disk) -> None:
    given(services, "")
    services.append(ACME, "services = { Api = {} }\n")
    Cloud(services).perform("destroy", "acme")


def check(kind: str, value: Any, default: Any = None) -> None:
    declared = {"services": Variable("services", parse_type(kind), False, False, True, "v.tf:1", default)}
    service_checks.check(declared, {"services": ResolvedValue(value, "f:1")} if value is not None else {}, "l")


@pytest.mark.parametrize(("one", "other"), [("/**", "*"), ("/a*", "/a**"), ("/?*", "/*?")])
def test_one_path_in_two_spellings_is_one_path(one: str, other: str) -> None:
    with pytest.raises(ConfigError, match=r"the services a and b have one path(, /[*]|: .* are the same)$"):
        check(TYPE, {"a": {"port": 1, "path": one}, "b": {"port": 2, "path": other}})


def test_workers_have_no_path() -> None:
    check(TYPE, {"a": {}, "b": {"path": "/*"}, "c": {"port": 1}})


@pytest.mark.parametrize(("kind", "value"), [("map(string)", {}), ("any", {}), ("list(string)", ["A"]), (TYPE, None)])
def test_another_variable_of_that_name_is_the_roots_own_affair(kind: str, value: Any) -> None:
    check(kind, value)


def test_an_empty_default_is_no_service() -> None:
    with pytest.raises(ConfigError) as error:
        check(TYPE, None, {})
    assert str(error.value) == "v.tf:1: l has no service"


TASKS = "map(object({ command = optional(list(string)) }))"
SENDING = (
    f'variable "services" {{\n  type = map(object({{ port = optional(number), queues = optional(set(string)), '
    f'queue_tasks = optional({TASKS}) }}))\n}}\nvariable "queue_tasks" {{\n  type = {TASKS}\n  default = {{}}\n}}\n'
)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('["resiz"]', "sends to the queue resiz, which no other service has", "did you mean resize?"),
        (
            '["own"]',
            "sends to the queue own, which no other",
            "queue_tasks of a service; those of the others are service1/mail,",
        ),
        ('["mail"]', "sends to the queue mail, which two services have", "say which: service1/mail or worker/mail"),
        ('["resize", "worker/mail", "service1/mail"]', "", ""),
    ],
)
def test_a_service_sends_to_a_queue_that_another_has(example: Disk, text: str, message: str, hint: str) -> None:
    example.append("src/app/tenant/variables.tf", SENDING)
    example.append(
        STACK, "services = {\n  service1 = { port = 1 }\n  worker = { queue_tasks = { mail = {}, resize = {} } }\n}\n"
    )
    example.append(STACK, "queue_tasks = { mail = {} }\n")
    example.append(
        ACME, f"services = {{\n  api = {{\n    queue_tasks = {{ own = {{}} }}\n    queues = {text}\n  }}\n}}\n"
    )
    cloud = Cloud(example)
    if not message:
        cloud.perform("apply", "acme")
        return
    with pytest.raises(ConfigError) as caught:
        cloud.perform("apply", "acme")
    assert f"{LABEL}: api {message}" in caught.value.message
    assert caught.value.where == f"{ACME}:6" and hint in caught.value.hint


def test_a_queue_of_no_service_where_none_has_one(example: Disk) -> None:
    example.append("src/app/tenant/variables.tf", SENDING)
    example.append(ACME, 'services = { api = { queues = ["mail"] } }\n')
    with pytest.raises(ConfigError) as caught:
        Cloud(example).perform("apply", "acme")
    assert caught.value.hint == "a queue is a name in queue_tasks of a service; no other service has one"
