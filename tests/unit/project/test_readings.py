"""The values of a layer by each rule of merging, from the project's files."""

from __future__ import annotations

from typing import Any

import pytest
from project_on_disk import APP, OUTPUTS, REGION, Disk

from wrapper.model.errors import ConfigError, OrchestrateError
from wrapper.model.fingerprint import digest
from wrapper.model.nouns import ResolvedValue, Variable
from wrapper.model.stack import Layer
from wrapper.project.project import Project
from wrapper.project.readings import alike
from wrapper.terraform.merging import DEEP, REPLACE
from wrapper.terraform.type_constraints import parse_type

STACK_MAP = 'ports = {\n  web = { port = 80, path = "/" }\n  api = { port = 81 }\n}\n'
TENANT_MAP = "ports = { web = { port = 8080 } }\n"
MERGED = {"web": {"port": 8080, "path": "/"}, "api": {"port": 81}}
REPLACED = {"web": {"port": 8080}}


@pytest.fixture
def maps(example: Disk) -> Disk:
    example.append(f"{APP}/variables.tfvars", STACK_MAP)
    example.append(f"{APP}/tenants/acme.tfvars", TENANT_MAP)
    return example


def say(disk: Disk, merge: str) -> None:
    disk.write(f"{APP}/stack.hcl", 'source = "app"\n' + (f'merge = "{merge}"\n' if merge else ""))


def read(disk: Disk, *tenants: str, **more: Any) -> list[Any]:
    project = Project(disk.root, disk.root / ".orchestrate", print)
    stack = project.stack("app-test", REGION)
    return list(project.values.of_all([Layer(stack, t) for t in tenants], OUTPUTS, **more))


@pytest.mark.parametrize(
    ("merge", "ports"), [(DEEP, MERGED), (REPLACE, REPLACED), ("", REPLACED)], ids=["deep", "replace", "nothing"]
)
def test_a_stack_says_the_rule(maps: Disk, merge: str, ports: dict[str, Any]) -> None:
    say(maps, merge)
    acme, globex = read(maps, "acme", "globex")
    assert acme["ports"].value == ports
    assert acme["ports"].origin == f"{APP}/tenants/acme.tfvars:3"
    assert globex["ports"].value == {"web": {"port": 80, "path": "/"}, "api": {"port": 81}}


def test_no_layers_have_no_values(maps: Disk) -> None:
    project = Project(maps.root, maps.root / ".orchestrate", print)
    assert list(project.values.of_all([])) == list(project.values.merge_differences([])) == []


def test_where_a_stack_says_none_it_is_asked_only_for_layers_that_differ(maps: Disk) -> None:
    say(maps, "")
    asked = []

    def decide(layer: Layer, found: Any) -> str:
        asked.append((layer.tenant, [d.key for d in found]))
        return DEEP

    acme, globex = read(maps, "acme", "globex", decide=decide)
    assert asked == [("acme", ["ports.web.path", "ports.api"])]
    assert (acme["ports"].value, len(globex["ports"].value)) == (MERGED, 2)


def test_an_error_of_the_decision_is_that_of_the_layer(maps: Disk) -> None:
    say(maps, "")

    def decide(layer: Layer, found: Any) -> str:
        raise ConfigError("choose")

    acme, globex = read(maps, "acme", "globex", decide=decide)
    assert isinstance(acme, OrchestrateError) and isinstance(globex, dict)


@pytest.mark.parametrize("file", ["variables.tfvars", "tenant.tfvars.j2", "tenants/globex.tfvars"])
@pytest.mark.parametrize("path", ["", ", path = null"])
def test_what_terraform_reads_alike_keeps_its_fingerprint(example: Disk, file: str, path: str) -> None:
    """The value of 0.1 is used as it stands, by whichever way the tool reads it."""
    example.append(f"{APP}/{file}", f"ports = {{ web = {{ port = 80{path} }} }}\n")
    digests = {}
    for merge in (REPLACE, ""):
        say(example, merge)
        [globex] = read(example, "globex")
        digests[merge] = {name: digest(value.value) for name, value in globex.items()}
    assert digests[""] == digests[REPLACE]


def test_what_both_rules_read_alike_is_one_object() -> None:
    """So a template is rendered once, and no fingerprint is made twice."""
    kind = parse_type("object({ a = optional(number), b = optional(number) })")
    declared = {n: Variable(n, kind, False, False, True, "") for n in ("same", "other")}
    older = {"same": ResolvedValue({"a": 1, "b": None}, "f"), "other": ResolvedValue({"a": 1}, "f")}
    deep = {"same": ResolvedValue({"a": 1}, "f"), "other": ResolvedValue({"a": 1, "b": 2}, "f")}
    found = alike(older, deep, declared)
    assert found[DEEP]["same"] is found[REPLACE]["same"] is older["same"]
    assert (found[DEEP]["other"], found[REPLACE]["other"]) == (deep["other"], older["other"])


def test_maps_are_merged_from_the_first_file_to_the_last(maps: Disk) -> None:
    say(maps, DEEP)
    maps.append(
        "src/app/tenant/variables.tf", 'variable "tags" {\n  type    = map(string)\n  default = { never = "x" }\n}\n'
    )
    files = {
        "src/app/tenant/terraform.tfvars": "1",
        "config/common.tfvars": "2",
        f"config/{REGION}/common.tfvars": "3",
        f"{APP}/variables.tfvars": "4",
        f"{APP}/tenant.tfvars.j2": "5",
        f"{APP}/tenants/acme.tfvars": "6",
    }
    for number, (file, name) in enumerate(files.items(), 1):
        text = f'tags = {{ k{name} = "{number}", last = "{number}" }}\n'
        maps.append(file, text) if (maps.root / file).exists() else maps.write(file, text)
    [acme] = read(maps, "acme")
    assert acme["tags"].value == {**{f"k{n}": n for n in "123456"}, "last": "6"}


def test_the_template_sees_what_is_merged_below_it(maps: Disk) -> None:
    say(maps, DEEP)
    maps.write(f"config/{REGION}/common.tfvars", "ports = { extra = { port = 1 } }\n")
    maps.write(f"{APP}/tenant.tfvars.j2", 'hostname = "{{ vars.ports | length }}.x"\n')
    assert read(maps, "globex")[0]["hostname"].value == "3.x"
    say(maps, "")
    seen = [read(maps, "globex", decide=lambda *_: rule)[0]["hostname"].value for rule in (DEEP, REPLACE)]
    assert seen == ["3.x", "2.x"]


def test_an_attribute_that_is_required_may_stand_in_another_file(example: Disk) -> None:
    say(example, DEEP)
    example.append(f"{APP}/variables.tfvars", 'ports = { web = { path = "/" } }\n')
    example.append(f"{APP}/tenants/acme.tfvars", TENANT_MAP)
    acme, globex = read(example, "acme", "globex")
    assert acme["ports"].value == {"web": {"path": "/", "port": 8080}}
    assert (str(globex), globex.exit_code) == (f'{APP}/variables.tfvars:3: ports["web"].port is missing', 65)
    say(example, REPLACE)
    with pytest.raises(ConfigError, match="port is missing") as error:
        read(example, "acme")
    assert error.value.hint.endswith("this map takes nothing from another file: write the whole map")


def test_a_null_that_takes_a_required_attribute_away_is_an_error(maps: Disk) -> None:
    say(maps, DEEP)
    maps.append(f"{APP}/tenants/globex.tfvars", "ports = { api = { port = null } }\n")
    [globex] = read(maps, "globex")
    assert str(globex) == f'{APP}/tenants/globex.tfvars:1: ports["api"].port is missing'
    assert "null takes a key away" in globex.hint


def test_a_destroy_goes_on_without_a_map_that_lacks_something(maps: Disk) -> None:
    say(maps, DEEP)
    maps.append(f"{APP}/tenants/globex.tfvars", "ports = { api = { port = null } }\n")
    lost = []
    [globex] = read(maps, "globex", forgive=lambda layer, error, name: lost.append((layer.tenant, name)))
    assert (lost, "ports" in globex) == ([("globex", "ports")], False)


def test_an_output_of_the_stack_replaces_what_files_say(example: Disk) -> None:
    say(example, DEEP)
    example.append("src/app/tenant/variables.tf", 'variable "net" { type = any }\n')
    example.append("src/app/variables.tf", 'variable "net" {\n  type    = any\n  default = {}\n}\n')
    example.append(f"{APP}/variables.tfvars", "net = { cidr = 1 }\n")
    example.append(f"{APP}/tenants/acme.tfvars", "net = { mine = 2 }\n")
    project = Project(example.root, example.root / ".orchestrate", print)
    layer = Layer(project.stack("app-test", REGION), "acme")
    values = project.values.of(layer, {**OUTPUTS, "net": {"id": "v", "nat": None}})
    assert values["net"].value == {"id": "v", "nat": None, "mine": 2}
    assert project.values.of(Layer(layer.stack))["net"].value == {"cidr": 1}


def test_the_differences_are_told_whichever_rule_the_stack_says(maps: Disk) -> None:
    for merge in (DEEP, REPLACE, ""):
        say(maps, merge)
        project = Project(maps.root, maps.root / ".orchestrate", print)
        stack = project.stack("app-test", REGION)
        found = list(project.values.merge_differences([Layer(stack, "acme"), Layer(stack, "globex")], OUTPUTS))
        assert [[d.key for d in one] for one in found] == [["ports.web.path", "ports.api"], []]
