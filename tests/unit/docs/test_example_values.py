"""What docs/configuration.md says to write can be written: its table, against the types of the example's roots. And what the
example's protected stacks say of their machines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wrapper.terraform import hcl
from wrapper.terraform.type_constraints import mismatch
from wrapper.terraform.variables import declarations

ROOT = Path(__file__).resolve().parents[3]
TABLE = (ROOT / "docs/configuration.md").read_text().split("## What the example's values control")[1].split("\n## ")[0]
ROOTS = (ROOT / "src/appcluster/variables.tf", ROOT / "src/appcluster/tenant/variables.tf")
SAID = [said for said in re.findall(r"`([a-z_]+ = [^`]+)`", TABLE) if not re.search(r"\{\.\.\.|, \.\.\.", said)]
PROTECTED = [
    settings.parent
    for settings in sorted((ROOT / "config").glob("*/*/stack.hcl"))
    if re.search(r"^protected\s*= true", settings.read_text(), re.MULTILINE)
]


def types() -> dict[str, list[str]]:
    """Variable => its type in each root that declares it."""
    found: dict[str, list[str]] = {}
    for path in ROOTS:
        for name, variable in declarations(
            [("", block) for block in hcl.parse_blocks(path.read_text(), path.name)]
        ).items():
            found.setdefault(name, []).append(variable.type)
    return found


@pytest.mark.parametrize("said", SAID)
def test_each_value_fits_its_variable(said: str) -> None:
    for name, (value, _) in hcl.parse_values(said, "configuration.md").values.items():
        assert "" in [mismatch(value, kind, name, partial=True) for kind in types()[name]], said  # maps are merged


def test_there_are_values() -> None:
    assert len(SAID) >= 15


@pytest.mark.parametrize("stack", [s for s in PROTECTED if s.name != "registry"], ids=lambda stack: stack.name)
def test_a_protected_stack_pins_its_machine_image(stack: Path) -> None:
    """Or any apply after a release of AWS would replace each of its machines."""
    values = hcl.parse_values((stack / "variables.tfvars").read_text(), "variables.tfvars").values
    image, _ = values["machine_image"]
    assert isinstance(image, dict) and re.fullmatch(r"ami-[0-9a-f]{17}", str(image["id"]))


def test_there_are_protected_stacks() -> None:
    with_machines = {"appcluster-live", "appcluster-staging", "jenkins", "jenkins-agents"}
    assert {stack.name for stack in PROTECTED} == with_machines | {"registry"}
