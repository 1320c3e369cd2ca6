"""What modules/ecs-cluster refuses, message by message; and its examples, really applied in a simulated AWS."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import refusals
from terraform_in import REGION, ROOT, Terraform
from test_modules_apply import left

MODULE = "modules/ecs-cluster"
TESTS = ROOT / MODULE / "tests"

pytestmark = pytest.mark.terraform


def test_every_validation_says_what_to_do(tmp_path: Path) -> None:
    """The variables alone are a module too: without a provider sixty cases take a second."""
    shutil.copy(ROOT / MODULE / "variables.tf", tmp_path)
    cases = refusals.read(TESTS / "refused/variables.tftest.hcl")
    said = refusals.said(refusals.without_provider(cases), Terraform(tmp_path))
    assert {run: len(messages) for run, messages in said.items()} == dict.fromkeys(cases.says, 1), said
    assert [run for run, says in cases.says.items() if not said[run][0].startswith(says)] == []
    everything = {message for messages in said.values() for message in messages}
    assert set(refusals.messages_of(ROOT / MODULE / "variables.tf")) == everything


def test_what_aws_says_of_an_image_is_believed(code: Path, tmp_path: Path) -> None:
    shutil.copytree(code / MODULE, tmp_path / "module", ignore=shutil.ignore_patterns(".terraform*", "tests"))
    cases = refusals.read(TESTS / "machine-image.tftest.hcl")
    said = refusals.said(cases, Terraform(tmp_path / "module").init())
    assert [run for run, says in cases.says.items() if not any(each.startswith(says) for each in said[run])] == []
