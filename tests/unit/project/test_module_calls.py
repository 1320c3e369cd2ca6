"""Which modules a root calls, and where each stands."""

from __future__ import annotations

import os

import pytest
from project_on_disk import Disk

from wrapper.model.stack import Layer
from wrapper.project import module_calls
from wrapper.project.project import Project


def layer_of(disk: Disk, tenant: str = "") -> tuple[Project, Layer]:
    project = Project(disk.root, disk.root / ".orchestrate")
    return project, Layer(project.stack("app-test"), tenant)


def test_calls_in_the_root_beside_its_values_and_in_modules_of_the_project(example: Disk) -> None:
    example.write(
        "src/app/main.tf",
        'module "net" {\n  source = "../../modules/net/"\n}\nmodule "gone" {\n  source = "./gone"\n}\n',
    )
    example.write("modules/net/main.tf", 'module "vpc" {\n  source  = "org/vpc/aws"\n  version = "~> 1.0"\n}\n')
    example.write("config/ap-southeast-2/app-test/more.tf", 'module "more" { source = "git@example.com:x.git" }\n')
    project, layer = layer_of(example)
    found = {call.key: call for call in module_calls.calls(project.files, layer)}
    assert {key: (c.source, c.version, c.directory) for key, c in found.items()} == {
        "net": ("../../modules/net", "", "../../modules/net"),
        "net.vpc": ("org/vpc/aws", "~> 1.0", ""),
        "more": ("git@example.com:x.git", "", ""),
    }
    assert found["net.vpc"].where == "modules/net/main.tf:2"
    assert [c.key for c in module_calls.calls(project.files, layer_of(example, "acme")[1])] == ["service"]


def test_a_module_that_calls_itself_ends(example: Disk) -> None:
    example.write("modules/service/main.tf", 'module "again" {\n  source = "../service"\n}\n')
    project, layer = layer_of(example, "acme")
    assert [call.key for call in module_calls.calls(project.files, layer)] == ["service"]


def test_a_quick_look_meets_what_is_no_file(example: Disk) -> None:
    os.mkfifo(example.root / "src/app/pipe.tf")
    (example.root / "src/app/gone.tf").symlink_to("nowhere")
    (example.root / "src/app/round").symlink_to(".")
    assert not layer_of(example)[0].may_call_elsewhere


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ('module "x" { source = "git::https://example.com/x.git" }', True),
        ('module "x" {\n  source  = "org/x/aws"\n}', True),
        ('{"module": {"x": {"source": "git@example.com:x.git"}}}', True),
        ('datasource = "a:b"\nmodule "x" { source = "a:b" }', True),
        ('datasource = "a:b"\nmy_source = "a:b"', False),
        ('terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}', False),
        ('module "x" {\n  source = "./x"\n}\nresource "a" "b" {\n  source = "${path.module}/x"\n}', False),
    ],
)
def test_a_quick_look_misses_none(example: Disk, text: str, *, may: bool) -> None:
    example.write("src/app/main.tf.json" if text.startswith("{") else "src/app/main.tf", text)
    assert layer_of(example)[0].may_call_elsewhere is may
