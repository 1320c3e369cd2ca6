"""Terraform and OpenTofu as data: each field, and what it decides. OpenTofu's words are those of its sources and its tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from project_on_disk import Disk
from said import Said

from wrapper.model.errors import ConfigError
from wrapper.terraform.binary import BINARIES, OPENTOFU, TERRAFORM, read_name

Run = Callable[..., Said]
LOCK = """
provider "registry.terraform.io/hashicorp/aws" {
  version = "5.100.0"
}

provider "registry.terraform.io/example/thing" {
  version = "1.0.0"
}

provider "registry.opentofu.org/example/thing" {
  version = "1.0.0"
}

provider "registry.example.com/example/other" {
  version = "1.0.0"
}
"""


def test_the_name_is_that_of_the_program() -> None:
    assert {name: binary.words for name, binary in BINARIES.items()} == {"terraform": "Terraform", "tofu": "OpenTofu"}


@pytest.mark.parametrize(
    ("binary", "said", "version"),
    [
        (TERRAFORM, "Terraform v1.11.4\non linux_amd64", "1.11.4"),
        (OPENTOFU, "OpenTofu v4.5.6-foo\non aros_riscv64", "4.5.6-foo"),  # its internal/command/version_test.go
        (OPENTOFU, "Terraform v1.11.4", ""),
        (TERRAFORM, "OpenTofu v1.10.6", ""),
    ],
)
def test_the_version_words(binary: object, said: str, version: str) -> None:
    assert binary.version_of(said) == version  # type: ignore[attr-defined]


def test_the_registry_and_the_hosts_of_a_lock_file() -> None:
    """OpenTofu takes a version from Terraform's registry's entry, and no checksum (its internal/depsfile/locks.go)."""
    assert OPENTOFU.unhashed(LOCK) == ["registry.terraform.io/hashicorp/aws"]
    assert TERRAFORM.unhashed(LOCK) == []
    assert (TERRAFORM.registry, OPENTOFU.registry) == (TERRAFORM.locks[0], OPENTOFU.locks[0])


def test_which_one_is_proved() -> None:
    assert [name for name, binary in BINARIES.items() if not binary.proved] == ["tofu"]


@pytest.mark.parametrize(("value", "name"), [("tofu", "tofu"), ("terraform", "")])
def test_the_setting(value: str, name: str) -> None:
    assert read_name(value, "orchestrate.hcl:1") == name


@pytest.mark.parametrize("value", ["opentofu", "", 1, ["tofu"], None])
def test_a_setting_that_is_none(value: object) -> None:
    with pytest.raises(ConfigError, match="is no program that runs a root") as error:
        read_name(value, "orchestrate.hcl:1")
    assert (error.value.where, error.value.hint) == ("orchestrate.hcl:1", 'write "terraform" or "tofu"')


def test_none_is_found(run_cli: Run, example: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no folder on PATH with such a program; the image has Terraform alone."""
    example.write("orchestrate.hcl", '\nbinary = "tofu"\n')
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    for engine, says in (("host", "there is none on PATH"), ("docker", "the image has none")):
        said = run_cli("plan", "app-test", "--engine", engine)
        assert said.code == 69, said.err
        assert f"this project runs tofu, and {says}" in said.err and "orchestrate.hcl:2" in said.err


def test_a_dry_run_names_it(run_cli: Run, example: Disk) -> None:
    example.write("orchestrate.hcl", 'binary = "tofu"\n')
    said = run_cli("--dry-run", "plan", "app-test", "--engine", "host")
    assert said.code == 0, said.err
    assert "tofu plan" in said.out and "terraform plan" not in said.out


def test_a_version_of_terraform_is_refused_beside_it(run_cli: Run, example: Disk) -> None:
    example.write("orchestrate.hcl", 'binary = "tofu"\nterraform = "1.11.4"\n')
    said = run_cli("--dry-run", "plan", "app-test", "--engine", "host")
    assert said.code == 65 and "orchestrate.hcl:2" in said.err and "tofu runs here (orchestrate.hcl:1)" in said.err
