"""In which order the sources of values come, tried out and written down once."""

from __future__ import annotations

from pathlib import Path

import pytest
from project_on_disk import APP, REGION, Disk

from wrapper.model.errors import ConfigError
from wrapper.model.stack import Layer
from wrapper.project.project import Project
from wrapper.project.variable_files import ORIGINS

FILES = [  # in the order of ORIGINS
    "src/app/tenant/terraform.tfvars",
    "src/app/tenant/x.auto.tfvars",
    "config/common.tfvars",
    f"config/{REGION}/common.tfvars",
    f"{APP}/variables.tfvars",
    f"{APP}/tenant.tfvars.j2",
    f"{APP}/tenants/acme.tfvars",
]


def test_a_later_source_wins(example: Disk) -> None:
    for file in FILES:
        example.append(file, 'rank = "x"\n') if (example.root / file).exists() else example.write(file, 'rank = "x"\n')
    example.append("src/app/tenant/variables.tf", 'variable "rank" {\n  type    = string\n  default = "d"\n}\n')
    example.append("src/app/variables.tf", 'variable "rank" {\n  type    = string\n  default = "d"\n}\n')

    def origin(outputs: dict[str, str]) -> str:
        project = Project(example.root, example.root / ".orchestrate", print)
        layer = Layer(project.stack("app-test", REGION), "acme")
        found = project.values.of(layer, outputs).get("rank")
        return found.origin.partition(":")[0] if found else ""

    for file in reversed(FILES):
        assert origin({}) == file
        if file == f"{APP}/variables.tfvars":
            assert origin({"rank": "x"}) == f"output of {REGION}/app-test"
        text = (example.root / file).read_text()
        (example.root / file).write_text(text.replace('rank = "x"\n', ""))
    assert origin({}) == "", "the root's own default, which Terraform knows"


def test_the_docs_say_the_same() -> None:
    page = Path(__file__).resolve().parents[3] / "docs/configuration.md"
    listed = "\n".join(f"{number}. {origin}" for number, origin in enumerate(ORIGINS, 1))
    assert f"a later one wins:\n\n{listed}\n\n" in page.read_text()


def names(example: Disk, stack: str, region: str = REGION) -> set[str]:
    project = Project(example.root, example.root / ".orchestrate", print)
    return {*project.values.of(Layer(project.stack(stack, region)))}


@pytest.mark.parametrize("file", ["config/common.tfvars", f"config/{REGION}/common.tfvars"])
@pytest.mark.parametrize("root", ["src/global", "src/app/tenant", "src/other/tenant", "config/other"])
def test_a_key_of_a_common_file_is_for_the_roots_that_declare_it(example: Disk, file: str, root: str) -> None:
    example.write(f"{root}/colour.tf", 'variable "colour" {\n  type    = string\n  default = "red"\n}\n')
    example.append(file, 'colour = "blue"\n')
    assert "colour" not in names(example, "app-test")
    assert ("colour" in names(example, "global", "")) == (root == "src/global" and file == "config/common.tfvars")


def test_a_key_that_no_root_declares_is_an_error_also_beside_a_root_that_cannot_be_read(example: Disk) -> None:
    example.write("src/other/broken.tf", 'variable "colour" {')
    example.append("config/common.tfvars", 'colour = "blue"\n')
    with pytest.raises(ConfigError, match="declares no variable 'colour'") as error:
        names(example, "app-test")
    assert error.value.where == "config/common.tfvars:2"


@pytest.mark.parametrize(("name", "meant"), [("coluor", "colour"), ("zoen", "zone")])
def test_a_misspelt_key_of_a_common_file_gets_the_nearest_name_of_any_root(
    example: Disk, name: str, meant: str
) -> None:
    example.write("src/other/colour.tf", 'variable "colour" { type = string }\n')
    example.append("config/common.tfvars", f'{name} = "blue"\n')
    with pytest.raises(ConfigError) as error:
        names(example, "app-test")
    assert (error.value.where, error.value.exit_code) == ("config/common.tfvars:2", 65)
    assert error.value.hint == f"did you mean {meant}?"


def test_a_key_of_a_stack_is_not_for_another_stacks_root(example: Disk) -> None:
    example.write("src/global/colour.tf", 'variable "colour" {\n  type    = string\n  default = "red"\n}\n')
    example.append(f"{APP}/variables.tfvars", 'colour = "blue"\n')
    with pytest.raises(ConfigError, match="declares no variable 'colour'"):
        names(example, "app-test")


@pytest.mark.parametrize("text", ['service1_build = "5"', 'builds = { service1 = "5" }'])
@pytest.mark.parametrize(
    "other", ['variable "builds" {\n  type = map(string)\n}\n', 'variable "service1_build" {\n  type = string\n}\n']
)
def test_a_build_of_a_common_file_is_taken_however_another_root_spells_it(example: Disk, text: str, other: str) -> None:
    example.write("src/other/builds.tf", other)
    example.append("config/common.tfvars", f"{text}\n")
    project = Project(example.root, example.root / ".orchestrate", print)
    found = project.values.of(Layer(project.stack("app-test", REGION), "acme"))
    assert any(v.origin.startswith("config/common.tfvars:") for n, v in found.items() if n.endswith("build")), found


def test_the_variables_of_a_root_are_read_once_in_a_command(example: Disk) -> None:
    project = Project(example.root, example.root / ".orchestrate")
    first = project.values.declared(example.root / "src/app")
    example.remove("src/app/variables.tf")
    assert project.values.declared(example.root / "src/app") is first
