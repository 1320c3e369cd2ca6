"""What the README of tenant-service says to write can be written: its examples and every row of its table."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from service_values import CLUSTER, GOOD, PLACE, assignments
from terraform_in import ROOT, Terraform

from wrapper.terraform import hcl
from wrapper.terraform.type_constraints import mismatch
from wrapper.terraform.variables import declarations

MODULE = ROOT / "modules/tenant-service"
FILES = tuple(MODULE.glob("variables*.tf"))
ABOVE = (MODULE / "README.md").read_text().split("<!-- BEGIN TERRAFORM -->")[0]
CALL, MORE = re.findall(r"^```hcl\n(.*?)^```$", ABOVE, re.MULTILINE | re.DOTALL)
ROWS = dict(re.findall(r"^\| ([^|`]+) \| (`.*`) \|$", ABOVE, re.MULTILINE))

pytestmark = pytest.mark.terraform


@pytest.fixture
def variables(tmp_path: Path) -> Terraform:
    for path in (*FILES, MODULE / "lookups.tf", MODULE / "clock.tf"):
        shutil.copy(path, tmp_path)
    return Terraform(tmp_path)


def accepted(variables: Terraform, *texts: str) -> str:
    """Later texts win. Terraform refuses what is wrong, and drops in silence what it does not know: so we look first."""
    declared = declarations([("", block) for path in FILES for block in hcl.parse_blocks(path.read_text(), path.name)])
    for number, text in enumerate(texts):
        for name, (value, _) in hcl.parse_values(text, "README.md").values.items():
            assert mismatch(value, declared[name].type, name) == ""
        (variables.folder / f"{number}.auto.tfvars").write_text(text)
    return variables.run("console", stdin="var.tenant\n")


def test_the_example_and_more_of_everything(variables: Terraform) -> None:
    inside = re.search(r'^module "service" \{\n  source = [^\n]+\n(.*)^\}', CALL, re.MULTILINE | re.DOTALL)
    assert inside
    call = inside[1].replace("var.cluster", json.dumps(CLUSTER))
    assert accepted(variables, call, MORE) == '"acme"\n'


@pytest.mark.parametrize("wanted", ROWS)
def test_each_row(variables: Terraform, wanted: str) -> None:
    said = "\n".join(re.findall(r"`([^`]+)`", ROWS[wanted]))
    said = said.replace("shared = {...}", f"shared = {json.dumps(PLACE)}").replace('"ns-..."', '"ns-1"')
    assert "..." not in said
    accepted(variables, assignments(GOOD), said)


def test_there_are_rows() -> None:
    assert len(ROWS) >= 10
