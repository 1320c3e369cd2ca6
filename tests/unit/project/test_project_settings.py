"""orchestrate.hcl: what is unknown or of another form is an error with its line; what it says holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from project_on_disk import Disk
from said import Said

from wrapper.model.errors import ConfigError
from wrapper.project import project_settings
from wrapper.project.files import Files
from wrapper.project.project import Project
from wrapper.project.project_settings import ProjectSettings

Run = Callable[..., Said]
VERSIONS = "terraform 1.11.4 0123456789abcdef, registry.terraform.io/hashicorp/aws 5.100.0 0123"


def load(disk: Disk, text: str) -> ProjectSettings:
    disk.write("orchestrate.hcl", text)
    return project_settings.load(Files(disk.root, disk.root / ".orchestrate/cache", print))


def test_a_project_may_say_nothing(example: Disk) -> None:
    assert Project(example.root, example.root / ".orchestrate").settings == ProjectSettings()
    found = load(example, "")
    assert found == ProjectSettings()


def test_what_it_says(example: Disk) -> None:
    found = load(example, '# ours\nterraform = "1.11.4"\nenvironment = ["GITHUB_TOKEN", "GITHUB_TOKEN", "X_1"]\n')
    assert (found.terraform, found.environment, found.containers) == ("1.11.4", ("GITHUB_TOKEN", "X_1"), False)
    found.check_terraform(VERSIONS)


def test_a_sandbox_may_have_containers(example: Disk) -> None:
    assert load(example, "containers = true\n").containers


def test_another_terraform_is_an_error_with_the_line(example: Disk) -> None:
    found = load(example, '\nterraform = "1.9.8"\n')
    with pytest.raises(ConfigError, match=r"runs Terraform 1.9.8; here 1.11.4 would run") as error:
        found.check_terraform(VERSIONS)
    assert error.value.where == "orchestrate.hcl:2"
    assert 'terraform = "1.11.4"' in error.value.hint


@pytest.mark.parametrize(
    ("line", "says", "hint"),
    [
        ('terafform = "1.11.4"', "no setting 'terafform'", "did you mean terraform?"),
        ("zzz = 1", "no setting 'zzz'", "settings: terraform, environment, containers"),
        ('terraform = "~> 1.11"', "terraform: '~> 1.11' is no version", 'terraform = "1.11.4"'),
        ("terraform = 1.11", "is no version", "for example"),
        ("contaners = true", "no setting 'contaners'", "did you mean containers?"),
        ('containers = "yes"', "containers: 'yes' is neither true nor false", "containers = true"),
        ('environment = "GITHUB_TOKEN"', "give a list of names", "for example"),
        ('environment = ["GITHUB-TOKEN"]', "give a list of names", "for example"),
        ('environment = ["AWS_PROFILE"]', "AWS_PROFILE does not pass by this file", "Credentials"),
        ('environment = ["TF_VAR_x"]', "TF_VAR_x does not pass by this file", "--var-env"),
        ('environment = ["TF_LOG"]', "TF_LOG does not pass by this file", "the tool's own"),
        ('environment = ["LD_PRELOAD"]', "LD_PRELOAD does not pass by this file", "would change what runs"),
    ],
)
def test_what_is_unknown(example: Disk, line: str, says: str, hint: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(example, f"# first\n\n{line}\n")
    assert says in error.value.message and hint in error.value.hint
    assert error.value.where == "orchestrate.hcl:3"


# -- on the command line ------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["plan", "apply", "drift", "tenants"])
def test_nothing_starts_with_another_terraform(run_cli: Run, example: Disk, command: str) -> None:
    example.write("orchestrate.hcl", 'terraform = "0.15.5"\n')
    said = run_cli(command, "app-test", *(["--dry-run"] if command != "tenants" else []))
    assert (said.code, said.out) == (65, "")
    assert "error: this project runs Terraform 0.15.5; here " in said.err and "where: orchestrate.hcl:1\n" in said.err


def test_a_variable_that_is_named_passes_and_is_not_shown(
    run_cli: Run, example: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    example.write("orchestrate.hcl", 'environment = ["ACME_LOGIN", "UNSET_ONE"]\n')
    monkeypatch.setenv("ACME_LOGIN", "cAnArY-77")
    monkeypatch.setenv("ACME_OTHER", "stays")
    said = run_cli("plan", "app-test", "--dry-run")
    assert said.code == 0, said.err
    assert "--env=ACME_LOGIN=***" in said.out
    assert not [word for word in ("cAnArY-77", "ACME_OTHER", "UNSET_ONE") if word in said.out + said.err]


def test_nothing_of_it_passes_into_the_sandbox(run_cli: Run, example: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """There AWS alone is simulated: another provider's credential would change what is real."""
    example.write("orchestrate.hcl", 'environment = ["ACME_LOGIN"]\n')
    monkeypatch.setenv("ACME_LOGIN", "cAnArY-77")
    said = run_cli("plan", "app-test", "--dry-run", "--sandbox")
    assert said.code == 0 and "ACME_LOGIN" not in said.out
