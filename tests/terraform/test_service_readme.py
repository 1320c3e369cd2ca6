"""What the READMEs of tenant-service and tenant-load-balancer say to write can be written: their examples, and every row of
their tables."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from balancer_refused import BALANCER, SHARED
from service_values import GOOD, NODES, TARGET, assignments
from terraform_in import ROOT, Terraform

from wrapper.terraform import hcl
from wrapper.terraform.type_constraints import mismatch
from wrapper.terraform.variables import declarations


def above(module: str) -> str:
    return (ROOT / "modules" / module / "README.md").read_text().split("<!-- BEGIN TERRAFORM -->")[0]


def code(module: str) -> list[str]:
    return re.findall(r"^```hcl\n(.*?)^```$", above(module), re.MULTILINE | re.DOTALL)


def inside(call: str, module: str) -> str:
    """What the call gives, with values for what it takes from elsewhere."""
    found = re.search(
        r'^module "\w+" \{\n(?:  for_each = [^\n]+\n)?  source +=[^\n]+\n(.*)^\}', call, re.MULTILINE | re.DOTALL
    )
    assert found
    text = found[1]
    for written, stands_for in STAND_FOR[module].items():
        assert written in text
        text = text.replace(written, stands_for)
    return text


STAND_FOR = {
    "tenant-service": {
        "var.cluster": json.dumps(NODES),
        "module.load_balancer.targets.service1": json.dumps(TARGET),
        "module.load_balancer.first": '{ way_in = "x", service = "y", discovery = null }',
    },
    "tenant-load-balancer": {
        "var.cluster": json.dumps(BALANCER["cluster"]),
        "{ for name, service in module.service : name => service.serving }": '{ service1 = "first" }',
    },
}
GIVEN: dict[str, dict[str, Any]] = {"tenant-service": GOOD, "tenant-load-balancer": BALANCER}
ROWS = {
    f"{module}: {wanted}": (module, said)
    for module in GIVEN
    for wanted, said in re.findall(r"^\| ([^|`]+?(?: \(`[^|]+`\))?) \| (`.*`) \|$", above(module), re.MULTILINE)
}

pytestmark = pytest.mark.terraform


def files(module: str) -> list[Path]:
    return sorted((ROOT / "modules" / module).glob("variables*.tf"))


def accepted(folder: Path, module: str, *texts: str) -> str:
    """Later texts win. Terraform refuses what is wrong, and drops in silence what it does not know: so we look first."""
    lookups = [path for name in ("lookups.tf", "clock.tf") for path in (ROOT / "modules" / module).glob(name)]
    for path in (*files(module), *lookups):
        shutil.copy(path, folder)
    parsed = [("", block) for path in files(module) for block in hcl.parse_blocks(path.read_text(), path.name)]
    declared = declarations(parsed)
    for number, text in enumerate(texts):
        for name, (value, _) in hcl.parse_values(text, "README.md").values.items():
            assert mismatch(value, declared[name].type, name) == ""
        (folder / f"{number}.auto.tfvars").write_text(text)
    return Terraform(folder).run("console", stdin="var.tenant\n")


def test_the_example_and_more_of_everything(tmp_path: Path) -> None:
    call, more = code("tenant-service")
    assert accepted(tmp_path, "tenant-service", inside(call, "tenant-service"), more) == '"acme"\n'


def test_the_example_of_the_load_balancer(tmp_path: Path) -> None:
    module = "tenant-load-balancer"
    call, other_half = code(module)
    assert accepted(tmp_path, module, inside(call, module)) == '"acme"\n'
    given = re.findall(r"^  (\w+) += ", other_half, re.MULTILINE)
    declared = [
        name for path in files("tenant-service") for name in re.findall(r'^variable "(\w+)"', path.read_text(), re.M)
    ]
    assert sorted(set(given) - set(declared)) == ["for_each", "source"]


@pytest.mark.parametrize("wanted", ROWS)
def test_each_row(tmp_path: Path, wanted: str) -> None:
    module, row = ROWS[wanted]
    said = "\n".join(re.findall(r"`([^`]+)`", row))
    said = said.replace("shared = {...}", f"shared = {json.dumps(SHARED)}").replace('"ns-..."', '"ns-1"')
    assert "..." not in said
    accepted(tmp_path, module, assignments(GIVEN[module]), said)


def test_there_are_rows() -> None:
    assert len(ROWS) >= 20
