"""What tenant-service and tenant-load-balancer refuse, and what they say then: every validation, by a value that breaks it and no
other."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import refusals
from balancer_refused import BALANCER, CASES_OF_THE_LOAD_BALANCER
from service_refused import CASES_OF_THE_SERVICE
from service_refused_account import CASES_OF_THE_ACCOUNT
from service_refused_beside import CASES_BESIDE, RIGHT
from service_values import GOOD, assignments
from terraform_in import ROOT, Terraform

Values = dict[str, Any]
Cases = dict[str, tuple[Values, str]]
MODULES: dict[str, tuple[Values, tuple[Cases, ...]]] = {
    "tenant-service": (GOOD, (CASES_OF_THE_SERVICE, CASES_OF_THE_ACCOUNT, CASES_BESIDE)),
    "tenant-load-balancer": (BALANCER, (CASES_OF_THE_LOAD_BALANCER,)),
}

pytestmark = pytest.mark.terraform


def variables(module: str, folder: Path) -> Terraform:
    """The variables alone are a module too, with what they look up: without a provider all cases take seconds."""
    for path in files(module):
        shutil.copy(path, folder)
    return Terraform(folder)


def files(module: str) -> list[Path]:
    return [
        path for glob in ("variables*.tf", "lookups.tf", "clock.tf") for path in (ROOT / "modules" / module).glob(glob)
    ]


@pytest.mark.parametrize("module", MODULES)
def test_every_validation_says_what_to_do(tmp_path: Path, module: str) -> None:
    good, lists = MODULES[module]
    cases = {re.sub(r"\W+", "_", name): case for one in lists for name, case in one.items()}
    assert len(cases) == sum(map(len, lists))
    said = refusals.said(as_runs(good, cases), variables(module, tmp_path))
    wrong = {name: said[name] for name, (_, begins) in cases.items() if not alone(said[name], begins)}
    assert wrong == {}
    everything = {message for messages in said.values() for message in messages}
    declared = {message for path in files(module) for message in refusals.messages_of(path)}
    assert declared == everything


def test_the_clock_is_understood(tmp_path: Path) -> None:
    (tmp_path / "right.tfvars").write_text(assignments(GOOD | RIGHT))
    terraform = variables("tenant-service", tmp_path)
    assert terraform.run("console", "-var-file=right.tfvars", stdin="local.front\n").strip() == '"web"'


def as_runs(good: Values, cases: Cases) -> refusals.Refusals:
    bodies = {
        name: f"  command = plan\n  variables {{\n{assignments(values)}  }}\n" for name, (values, _) in cases.items()
    }
    says = {name: says for name, (_, says) in cases.items()}
    return refusals.Refusals(f"variables {{\n{assignments(good)}}}\n", says, bodies)


def alone(messages: list[str], begins: str) -> bool:
    return len(messages) == 1 and messages[0].startswith(begins)
