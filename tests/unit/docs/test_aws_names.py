"""AWS's names of the modules' inputs: each input has a line, and each line an input."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
MODULES = sorted(folder for folder in (ROOT / "modules").iterdir() if folder.is_dir())


@pytest.fixture
def aws_names(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "docs/generate"))
    return importlib.import_module("aws_names")


def test_each_input_has_a_name_or_is_said_to_have_none(aws_names: ModuleType) -> None:
    asked = [(folder.name, path) for folder in MODULES for path in aws_names.inputs(folder)]
    assert len(asked) > 300
    assert [(module, path) for module, path in asked if aws_names.found(module, path) is None] == []


def test_each_name_is_of_an_input(aws_names: ModuleType) -> None:
    found = {aws_names.found(folder.name, path) for folder in MODULES for path in aws_names.inputs(folder)}
    assert [name for name in aws_names.names() if name not in found] == []


def test_a_line_has_three_columns_or_none(aws_names: ModuleType) -> None:
    assert [name for name in aws_names.names() if bool(name.api) != bool(name.field)] == []


def test_the_table_has_what_a_caller_gives(aws_names: ModuleType) -> None:
    rows = aws_names.table(ROOT / "modules/tenant-service").splitlines()
    assert rows[0] == "| input | AWS calls it | in |"
    assert "| `containers.<name>.memory_reservation` | memoryReservation | ECS ContainerDefinition |" in rows
    assert (
        "| `task.egress.<name>.to` | CidrIp, CidrIpv6, PrefixListId, GroupId | EC2 AuthorizeSecurityGroupEgress |"
        in rows
    )
    assert not [row for row in rows if "`load_balancer.mode`" in row]  # the module's own
