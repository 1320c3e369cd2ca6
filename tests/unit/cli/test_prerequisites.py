"""What the tool and a stack need. tests/e2e/test_package.py runs doctor with the real engine."""

from __future__ import annotations

from project_on_disk import Disk

from wrapper.cli import prerequisites
from wrapper.cli.options import Options
from wrapper.cli.session import CliSession

LOCK = 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.100.0"\n}\n'


def test_another_program_is_said_not_to_be_proved(example: Disk) -> None:
    example.write("orchestrate.hcl", 'binary = "tofu"\n')
    example.write("src/app/.terraform.lock.hcl", LOCK)
    session = CliSession(Options(root=str(example.root), engine="host"), environ={"PATH": "/usr/bin:/bin"})
    program, proved, lock = prerequisites._other_binary(session)
    assert (program.fine, program.needed, "none on PATH" in program.detail) == (False, True, True)
    assert (proved.detail, proved.needed) == ("this tool was never run with OpenTofu", False)
    file = "src/app/.terraform.lock.hcl"
    assert lock.detail == f"{file}: no checksums for OpenTofu: registry.terraform.io/hashicorp/aws"
    assert lock.to_do == "run tofu init in that folder, and commit the file"
    example.write("orchestrate.hcl", "")
    assert [*prerequisites._other_binary(CliSession(Options(root=str(example.root))))] == []
