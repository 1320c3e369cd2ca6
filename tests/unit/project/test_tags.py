"""Tags of tenants: what a tenant's file says of the tenant itself, and which command is for whom."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from cloud_fleet import Many
from project_on_disk import APP, Disk
from said import Said

from wrapper.fleet.change_detection import TenantFilter
from wrapper.model.errors import ConfigError
from wrapper.model.stack import Layer
from wrapper.project.project import Project

Run = Callable[..., Said]


def project(disk: Disk) -> Project:
    return Project(disk.root, disk.root / ".orchestrate")


def test_a_tag_is_no_value_and_changes_no_tenant(example: Disk) -> None:
    stack = project(example).stack("app-test")
    before = project(example).values.of(Layer(stack, "acme"))
    example.append(f"{APP}/tenants/acme.tfvars", 'tags = ["gold", "eu-1"]\n')
    found = project(example)
    assert found.values.of(Layer(stack, "acme")) == before
    assert found.values.tags(stack, "acme") == ("gold", "eu-1")
    assert found.values.tags(stack, "globex") == found.values.tags(stack, "absent") == ()


def test_where_the_root_has_such_a_variable_it_is_its_value(example: Disk) -> None:
    example.append("src/app/tenant/variables.tf", 'variable "tags" {\n  type    = list(string)\n  default = []\n}\n')
    example.append(f"{APP}/tenants/acme.tfvars", 'tags = ["gold"]\n')
    found = project(example)
    stack = found.stack("app-test")
    assert found.values.of(Layer(stack, "acme"))["tags"].value == ["gold"]
    assert found.values.tags(stack, "acme") == ()


@pytest.mark.parametrize("text", ['"gold"', "[1]", '["Gold"]', '[""]', '["a b"]', "{ gold = true }"])
def test_tags_of_another_form(example: Disk, text: str) -> None:
    example.append(f"{APP}/tenants/acme.tfvars", f"tags = {text}\n")
    found = project(example)
    for read in (lambda s: found.values.tags(s, "acme"), lambda s: found.values.of(Layer(s, "acme"))):
        with pytest.raises(ConfigError, match="tags: give a list of names") as error:
            read(found.stack("app-test"))
        assert (
            error.value.where.startswith(f"{APP}/tenants/acme.tfvars:") and 'tags = ["gold", "eu"]' in error.value.hint
        )


@pytest.fixture
def tagged(made: Many, example: Disk) -> Disk:
    """All of it applied, and two of its tenants tagged."""
    example.append(f"{APP}/tenants/acme.tfvars", 'tags = ["gold"]\n')
    example.append(f"{APP}/tenants/globex.tfvars", 'tags = ["silver"]\n')
    return example


def test_which_tenants_are_listed(run_cli: Run, tagged: Disk) -> None:
    for words, names in ((["--tag", "gold"], ["acme"]), (["--tag", "gold,silver", "--tenants", "g*"], ["globex"])):
        said = run_cli("tenants", "app-test", *words, "--json")
        assert [row["tenant"] for row in json.loads(said.out)] == names, said.err
    said = run_cli("tenants", "app-test", "--tag", "glod")
    assert said.code == 66 and "did you mean gold?" in said.err


def test_one_tenant_and_a_tag(run_cli: Run, tagged: Disk) -> None:
    said = run_cli("plan", "app-test", "--tenant", "acme", "--tag", "gold")
    assert said.code == 64 and "one tenant (acme) and --tag" in said.err


def test_a_destroy_of_some_leaves_the_others_and_the_stack(made: Many, tagged: Disk) -> None:
    """As `destroy STACK --tag gold` asks for it."""
    gold = TenantFilter(tags=("gold",), stack_layer=False)
    assert made.run("destroy", tenant_filter=gold) == [("acme", "succeeded", 0)]
