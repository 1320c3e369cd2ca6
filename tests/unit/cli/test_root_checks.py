"""What a root requires is compared with what it would get, before a container is made."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import thing_provider
from project_on_disk import Disk
from said import Said

from wrapper.cli import installation

Run = Callable[..., Said]
LOCK = "src/global/.terraform.lock.hcl"


def plan(run_cli: Run) -> Said:
    return run_cli("plan", "global", "--dry-run")


def test_what_the_image_does_not_hold(run_cli: Run, example: Disk) -> None:
    """Two roots lock 1.0 and 1.1; a third without a lock file asks for 2.0."""
    example.write("src/app/.terraform.lock.hcl", thing_provider.lock("1.0.0", "h1:a"))
    example.write("src/app/tenant/.terraform.lock.hcl", thing_provider.lock("1.1.0", "h1:b"))
    example.write("src/global/versions.tf", thing_provider.root("2.0.0"))
    said = plan(run_cli)
    assert (said.code, said.out) == (65, "")
    assert "requires example.com/tests/thing 2.0.0; the image holds 1.0.0, 1.1.0" in said.err
    assert "where: src/global/versions.tf:4\n" in said.err
    assert "./orchestrate providers lock --upgrade src/global" in said.err
    example.write("src/global/versions.tf", thing_provider.root("~> 1.0"))
    assert plan(run_cli).code == 0


def test_a_lock_file_that_its_root_does_not_take(run_cli: Run, example: Disk) -> None:
    example.write("src/global/versions.tf", thing_provider.root("2.0.0"))
    example.write(LOCK, "# first\n" + thing_provider.lock("1.0.0", "h1:a"))
    said = plan(run_cli)
    assert said.code == 65 and "the lock file has 1.0.0" in said.err and f"where: {LOCK}:2\n" in said.err


def test_another_terraform(run_cli: Run, example: Disk) -> None:
    example.write("src/global/versions.tf", 'terraform {\n  required_version = ">= 99.0"\n}\n')
    said = plan(run_cli)
    assert said.code == 65 and "where: src/global/versions.tf:2\n" in said.err
    assert f"requires Terraform >= 99.0; here {installation.pins().terraform} would run" in said.err


@pytest.mark.parametrize(
    "text",
    [
        'thing = { source = "other.example.com/x/thing", version = "9.9" }',
        'aws = { source = "hashicorp/aws", version = ">= 5.100, < 7" }',
        'aws = ">= 5.0"',
        'aws = {\n  source = "hashicorp/aws"\n  version = "~> 5.0"\n  configuration_aliases = [aws.other]\n}',
    ],
    ids=["what the image does not hold is Terraform's to find", "AWS", "the old form", "aliases"],
)
def test_what_may_be_had_passes(run_cli: Run, example: Disk, text: str) -> None:
    example.write("src/global/versions.tf", f"terraform {{\n  required_providers {{\n    {text}\n  }}\n}}\n")
    assert plan(run_cli).code == 0


def test_a_root_below_aws_5(run_cli: Run, example: Disk) -> None:
    text = 'aws = {\n  source  = "hashicorp/aws"\n  version = "~> 4.67"\n  configuration_aliases = [aws.other]\n}'
    example.write("src/global/versions.tf", f"terraform {{\n  required_providers {{\n    {text}\n  }}\n}}\n")
    said = plan(run_cli)
    assert (
        said.code == 65 and "requires registry.terraform.io/hashicorp/aws ~> 4.67; the image holds 5.100.0" in said.err
    )
