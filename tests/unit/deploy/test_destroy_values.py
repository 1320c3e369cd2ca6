"""A destroy goes on where values are wrong or missing; not where a provider may be configured by one."""

from __future__ import annotations

import pytest
from cloud import Cloud
from project_on_disk import APP, REGION, Disk, filled

from wrapper.deploy.destroy_values import Losses, check_providers, configuring, stand_ins
from wrapper.model.errors import ConfigError, OrchestrateError
from wrapper.model.stack import Layer
from wrapper.terraform import hcl
from wrapper.terraform.variables import declarations

ACME = f"{REGION}/app-test/acme"
TENANT_FILE = f"{APP}/tenants/acme.tfvars"


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    """The stack and acme were applied; what that took is forgotten."""
    return Cloud(filled(example, _applied))


def _applied(example: Disk) -> None:
    cloud = Cloud(example)
    cloud.perform("apply")
    cloud.perform("apply", "acme", "-var", "tenant=acme", "-var", "text=typed")


def destroyed(cloud: Cloud, *arguments: str, tenant: str = "acme") -> str:
    """What is said of a destroy, which is done."""
    cloud.perform("destroy", tenant, *arguments)
    assert [verb for _, verb in cloud.engine.done][-2:] == ["plan", "apply"]
    assert all(key.endswith("/orchestrate-history.json") for key in cloud.keys if "tenants/acme" in key)
    return "\n".join(cloud.console.said)


WRONG = [
    ("memroy = 1\n", f"{TENANT_FILE}:1: {ACME} declares no variable 'memroy'"),
    ('memory = "much"\n', f"{TENANT_FILE}:1: memory must be a number"),
    ('region = "eu-west-1"\n', f"{TENANT_FILE}:1: a tenant may not set 'region'"),
    ("memory = 256 +\n", f"{TENANT_FILE}:2: this is not HCL"),
    ("memory = 1e400\n", f"{TENANT_FILE}:1: the number 1e400"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_tenant_whose_own_file_is_wrong_is_destroyed(cloud: Cloud, text: str, message: str) -> None:
    cloud.disk.write(TENANT_FILE, text)
    with pytest.raises(ConfigError):
        cloud.perform("apply", "acme")
    said = destroyed(cloud)
    assert message in said and "the destroy goes on without it" in said
    assert cloud.values[ACME]["hostname"] == "acme.test.example.com"
    assert cloud.values[ACME]["text"] == "typed", "as the last apply was given it"
    assert "without a refresh" not in said


def test_a_key_of_the_stack_that_nothing_declares(cloud: Cloud) -> None:
    cloud.disk.append(f"{APP}/variables.tfvars", "sise = 3\n")
    assert f"{APP}/variables.tfvars:3: " in destroyed(cloud)


@pytest.mark.parametrize(
    "template", ["hostname = {{ nothing }}\n", "hostname = {% for %}\n", 'hostname = "{{ tenant }}\n']
)
def test_where_the_template_is_wrong_an_empty_value_stands_in(cloud: Cloud, template: str) -> None:
    cloud.disk.write(f"{APP}/tenant.tfvars.j2", template)
    said = destroyed(cloud)
    assert "tenant.tfvars.j2" in said
    assert f"{ACME}: no value for hostname; the destroy goes on without a refresh" in said
    assert cloud.values[ACME]["hostname"] == ""
    plan = next(argv for _, argv in cloud.engine.steps if argv[1] == "plan")
    assert "-refresh=false" in plan


def test_with_the_state_of_the_stack_gone_its_tenants_are_destroyed(cloud: Cloud) -> None:
    (cloud.states / REGION / "app-test/terraform.tfstate").unlink()
    with pytest.raises(OrchestrateError, match="is missing"):
        cloud.perform("plan", "acme")
    assert f"{ACME}: no value for cluster; the destroy goes on without a refresh" in destroyed(cloud)


def test_what_is_typed_is_no_loss(cloud: Cloud) -> None:
    (cloud.states / REGION / "app-test/terraform.tfstate").unlink()
    assert "without a refresh" not in destroyed(cloud, "-var", "cluster=c-1")


def test_a_wrong_argument_is_refused_as_always(cloud: Cloud) -> None:
    for wrong in ("memory=much", "memroy=1"):
        with pytest.raises(ConfigError):
            cloud.perform("destroy", "acme", "-var", wrong)
    file = cloud.disk.write("mine.tfvars", "memroy = 1\n")
    with pytest.raises(ConfigError, match="memroy"):
        cloud.perform("destroy", "acme", f"-var-file={file}")
    assert cloud.engine.done == []


PROVIDER = 'provider "aws" {\n  region = local.place\n}\nlocals {\n  place = var.hostname\n}\n'


@pytest.mark.parametrize(
    ("text", "refused"),
    [("memroy = 1\n", False), ("hostname = []\n", True), ("memory = 256 +\n", True)],
)
def test_what_may_configure_a_provider_is_not_done_without(cloud: Cloud, text: str, refused: bool) -> None:
    """In another region nothing would be found, and all be said to be gone."""
    cloud.disk.write("src/app/tenant/provider.tf", PROVIDER)
    cloud.disk.write(TENANT_FILE, text)
    if not refused:
        destroyed(cloud)
        return
    with pytest.raises(ConfigError) as error:
        cloud.perform("destroy", "acme")
    assert error.value.where.startswith(TENANT_FILE)
    assert "-var hostname=..." in error.value.hint
    destroyed(cloud, "-var", "hostname=h")


def test_nor_is_it_stood_in_for(cloud: Cloud) -> None:
    cloud.disk.write("src/app/tenant/provider.tf", PROVIDER)
    cloud.disk.write(f"{APP}/tenant.tfvars.j2", "")
    with pytest.raises(ConfigError, match="needs a value for hostname"):
        cloud.perform("destroy", "acme")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", set()),
        ('provider "aws" {\n  region = var.region\n  default_tags {\n    tags = { a = var.b }\n  }\n}', {"region"}),
        ('provider "aws" {\n  assume_role {\n    role_arn = "arn:${var.account}:x"\n  }\n}', {"account"}),
        ('provider "x" {\n  a = local.b\n}\nlocals {\n  b = local.c\n  c = [local.b, var.d]\n  e = var.f\n}', {"d"}),
        ('provider "x" {\n  host = data.y.z.w\n}', None),
        ('provider "x" {\n  host = module.y.w\n}', None),
    ],
)
def test_what_configures_the_providers(text: str, names: set[str] | None) -> None:
    assert configuring(hcl.parse_blocks(text, "f")) == names


def test_a_loss_of_one_layer_is_not_that_of_another(example: Disk) -> None:
    one = Cloud(example).deployer()
    said: list[str] = []
    losses, acme, globex = Losses(said.append), Layer(one.stack, "acme"), Layer(one.stack, "globex")
    losses.note(acme, ConfigError("a"), "x")
    losses.note(None, ConfigError("b"), "")
    assert [[str(e) for e, _ in losses.of(layer)] for layer in (acme, globex)] == [["b", "a"], ["b"]]
    check_providers(losses.of(globex), {"region"}, {"region"})
    with pytest.raises(ConfigError, match="b"):
        check_providers(losses.of(acme), {"x"}, {"region"})
    with pytest.raises(ConfigError, match="b"):
        check_providers(losses.of(globex), None, ())


TYPES = """\
variable "a" { type = string }
variable "b" { type = number }
variable "c" { type = object({ d = bool, e = optional(string), f = list(string), g = tuple([number, any]) }) }
variable "h" { type = map(string) }
variable "i" {}
variable "known" {}
variable "j" { default = 1 }
"""


def test_an_empty_value_fits_its_type() -> None:
    declared = declarations([("f", b) for b in hcl.parse_blocks(TYPES.replace("{ type", "{\n type"), "f")])
    assert {n: v.value for n, v in stand_ins(declared, {"known"}).items()} == {
        "a": "",
        "b": 0,
        "c": {"d": False, "f": [], "g": [0, ""]},
        "h": {},
        "i": "",
    }
