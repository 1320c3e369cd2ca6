"""A protected stack loses nothing, whatever the command: the real Terraform's plans, looked at before they are applied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from harness import REGION, Project, tiny

pytestmark = pytest.mark.terraform

ROOT = """
variable "name" {
  type    = string
  default = "one"
}
resource "terraform_data" "named" {
  input            = var.name
  triggers_replace = var.name
}
resource "terraform_data" "other" {
  count = var.name == "none" ? 0 : 1
}
output "shared" { value = "s" }
"""
TENANT = 'variable "tenant" { type = string }\n' + ROOT
MEANT = ("--confirm", f"{REGION}/tiny")
ACME = ("-var", "tenant=acme", "--confirm", f"{REGION}/tiny/acme")
REFUSED = "is protected, and this plan deletes or replaces terraform_data."


def test_a_protected_stack_loses_nothing_whatever_the_command(
    tmp_path: Path, made: Callable[[Project], Project]
) -> None:
    project = made(tiny(tmp_path, None, "host"))
    project.write("src/tiny/main.tf", ROOT)
    project.write("src/tiny/tenant/main.tf", TENANT)
    project.write(f"config/{REGION}/tiny/stack.hcl", "ephemeral = true\nprotected = true\n")
    project.write(f"config/{REGION}/tiny/tenants/acme.tfvars", "")
    project.run("apply", "tiny", "--all-tenants", *MEANT)
    before = states(tmp_path)
    assert len(before) == 2

    for words in (
        ("destroy", "tiny"),
        ("destroy", "tiny", "-target=terraform_data.named"),
        ("destroy", "tiny", REGION, "-var", "tenant=acme"),
        ("apply", "tiny", "-destroy", *MEANT),
        ("apply", "tiny", "--all-tenants", "-destroy", *MEANT),
    ):
        done = project.run(*words, codes=(77,))
        assert "is protected and is not destroyed" in done.err, str(done)
    project.run("plan", "tiny", "-destroy", "-out=all.tfplan")
    for words in (
        ("apply", "tiny", "-var", "name=two", *MEANT),
        ("apply", "tiny", "-replace=terraform_data.other[0]", *MEANT),
        ("apply", "tiny", "-var", "name=none", "-target=terraform_data.other", *MEANT),
        ("apply", "tiny", REGION, "-var", "name=two", *ACME),
        ("apply", "tiny", "--tenants", "a*", "-var", "name=two", *MEANT),
        ("apply", "tiny", REGION, "all.tfplan", *MEANT),
    ):
        done = project.run(*words, codes=(77,))
        assert REFUSED in done.err and "--allow-delete" in done.err, str(done)
    assert "stays: protected" in project.run("reap", "--yes").err
    assert states(tmp_path) == before, "refused after a plan, before anything changed"

    # Named, it goes; what was not named still does not.
    named = ("--allow-delete", "terraform_data.named")
    done = project.run("apply", "tiny", "-var", "name=none", *MEANT, *named, codes=(77,))
    assert "replaces terraform_data.other[0]" in done.err and states(tmp_path) == before
    project.run("apply", "tiny", "-var", "name=two", *MEANT, *named)
    assert states(tmp_path) != before


def states(folder: Path) -> dict[str, bytes]:
    return {str(f): f.read_bytes() for f in sorted((folder / "project/.states").rglob("*.tfstate"))}
