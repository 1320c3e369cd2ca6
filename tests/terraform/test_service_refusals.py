"""What tenant-service refuses, and what it says then: every validation, by a value that breaks it and no other."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import refusals
from service_refused import CASES_OF_THE_SERVICE
from service_refused_account import CASES_OF_THE_ACCOUNT
from service_refused_beside import CASES_BESIDE, RIGHT
from service_values import GOOD, assignments
from terraform_in import ROOT, Terraform

MODULE = ROOT / "modules/tenant-service"
ALL = (CASES_OF_THE_SERVICE, CASES_OF_THE_ACCOUNT, CASES_BESIDE)
CASES = {re.sub(r"\W+", "_", name): case for cases in ALL for name, case in cases.items()}

pytestmark = pytest.mark.terraform


@pytest.fixture
def variables(tmp_path: Path) -> Terraform:
    """The variables alone are a module too, with what they look up: without a provider all cases take seconds."""
    for path in (*MODULE.glob("variables*.tf"), MODULE / "lookups.tf", MODULE / "clock.tf"):
        shutil.copy(path, tmp_path)
    return Terraform(tmp_path)


def test_every_validation_says_what_to_do(variables: Terraform) -> None:
    assert len(CASES) == sum(map(len, ALL))
    said = refusals.said(cases(), variables)
    wrong = {name: said[name] for name, (_, begins) in CASES.items() if not alone(said[name], begins)}
    assert wrong == {}
    everything = {message for messages in said.values() for message in messages}
    declared = {message for path in MODULE.glob("variables*.tf") for message in refusals.messages_of(path)}
    assert declared == everything


def test_the_clock_is_understood(variables: Terraform) -> None:
    (variables.folder / "right.tfvars").write_text(assignments(GOOD | RIGHT))
    assert variables.run("console", "-var-file=right.tfvars", stdin="local.front\n").strip() == '"web"'


def cases() -> refusals.Refusals:
    bodies = {
        name: f"  command = plan\n  variables {{\n{assignments(values)}  }}\n" for name, (values, _) in CASES.items()
    }
    return refusals.Refusals(
        f"variables {{\n{assignments(GOOD)}}}\n", {name: says for name, (_, says) in CASES.items()}, bodies
    )


def alone(messages: list[str], begins: str) -> bool:
    return len(messages) == 1 and messages[0].startswith(begins)
