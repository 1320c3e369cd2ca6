"""What tenant-service says of a first apply that failed: to whom no version before serves, and what to type without the tool."""

from __future__ import annotations

import re

import pytest
from terraform_in import ROOT

MODULE = ROOT / "modules/tenant-service"
TEXT = {file.name: file.read_text() for file in MODULE.glob("*.tf")}
README = (MODULE / "README.md").read_text()


def message(file: str) -> str:
    (found,) = re.findall(r'postcondition \{.*?error_message = "(.*?)"\n', TEXT[file], re.DOTALL)
    return str(found)


@pytest.mark.parametrize("file", ["service.tf", "workers.tf"])
def test_a_rollback_is_named_only_where_an_earlier_deployment_completed(file: str) -> None:
    before, completed, rest = message(file).partition("If an earlier deployment had COMPLETED, ECS rolled back")
    there, none, nothing = rest.partition("If none had, no earlier version serves")
    assert completed and none and "the version before serves on" in there
    assert "rolled back" not in before and "version before" not in before + nothing


def test_what_the_readme_untaints_is_in_the_module() -> None:
    lines = re.findall(r"^ +terraform untaint '?module\.service\.(\w+)\.(\w+)", README, re.MULTILINE)
    assert {("aws_ecs_service", "this"), ("aws_ecs_service", "worker")} <= {*lines}
    assert [one for one in lines if f'resource "{one[0]}" "{one[1]}"' not in "\n".join(TEXT.values())] == []
