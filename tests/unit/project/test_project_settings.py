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
from wrapper.project.project_settings import ProjectSettings, check_terraform

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
    check_terraform(found.terraform, found.where["terraform"], VERSIONS)


def test_a_sandbox_may_have_containers(example: Disk) -> None:
    assert load(example, "containers = true\n").containers


def test_another_terraform_is_an_error_with_the_line(example: Disk) -> None:
    found = load(example, '\nterraform = "1.9.8"\n')
    with pytest.raises(ConfigError, match=r"runs Terraform 1.9.8; here 1.11.4 would run") as error:
        check_terraform(found.terraform, found.where["terraform"], VERSIONS)
    assert error.value.where == "orchestrate.hcl:2"
    assert 'terraform = "1.11.4"' in error.value.hint


@pytest.mark.parametrize(
    ("line", "says", "hint"),
    [
        ('terafform = "1.11.4"', "no setting 'terafform'", "did you mean terraform?"),
        ("zzz = 1", "no setting 'zzz'", "settings: terraform, terraform_digests, registries, packages"),
        ('terraform = "~> 1.11"', "terraform: '~> 1.11' is no version", 'terraform = "1.11.4"'),
        ("terraform = 1.11", "is no version", "for example"),
        ("contaners = true", "no setting 'contaners'", "did you mean containers?"),
        ('containers = "yes"', "containers: 'yes' is neither true nor false", "containers = true"),
        ('environment = "GITHUB_TOKEN"', "give a list of names", "for example"),
        ('environment = ["GITHUB-TOKEN"]', "give a list of names", "for example"),
        ('environment = ["AWS_PROFILE"]', "AWS_PROFILE does not pass by this file", "Credentials"),
        ('environment = ["TF_VAR_x"]', "TF_VAR_x does not pass by this file", "--var-env"),
        ('environment = ["TF_LOG"]', "TF_LOG does not pass by this file", "the tool's own"),
        ('packages = "jq"', "packages: give a list of names of Debian's packages", '["awscli", "jq"]'),
        ('packages = ["jq; rm"]', "packages: give a list", "for example"),
        ('certificates = ["/etc/ca.pem"]', "certificates: give a list of files of the project", "for example"),
        ('folders = ["../other"]', "folders: give a list of folders", "for example"),
        ('folders = [".git"]', "folders: give a list of folders", "for example"),
        ('folders = ["config"]', "folders: config/ is no further folder", "its values are variables"),
        ('registries = { providers = "http://e.com/" }', "by https alone", "for example"),
        ('registries = { other = "https://e.com/" }', "registries: give a map of URLs", "for example"),
        ("registries = { releases = 1 }", "registries: give a map of URLs", "for example"),
        ('terraform_digests = { "1.9.8" = { zip_amd64 = "x" } }', "give a map of versions", "zip_amd64, zip_arm64"),
        ('terraform_digests = { "1.9.8" = {} }', "give a map of versions", "64 signs"),
        ("options = 1", "options: give a map", 'engine = "host"'),
        ('options = { engine = "" }', "options: give a map", 'engine = "host"'),
        ('environment = ["LD_PRELOAD"]', "LD_PRELOAD does not pass by this file", "would change what runs"),
    ],
)
def test_what_is_unknown(example: Disk, line: str, says: str, hint: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(example, f"# first\n\n{line}\n")
    assert says in error.value.message and hint in error.value.hint
    assert error.value.where == "orchestrate.hcl:3"


def digests(disk: Disk) -> tuple[str, str]:
    project = Project(disk.root, disk.root / ".orchestrate")
    layer = project.layer(project.stack("app-test"))
    found = project.digests(layer)
    return found.more_files, found.sources


# -- on the command line ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("engine", "command"),
    [
        *(("docker", command) for command in ("plan", "apply", "drift", "tenants")),
        *(("host", c) for c in ("plan", "drift")),
    ],
)
def test_nothing_starts_with_another_terraform(run_cli: Run, example: Disk, command: str, engine: str) -> None:
    """The image lacks its digests; on the host another one is on PATH."""
    example.write("orchestrate.hcl", 'terraform = "0.15.5"\n')
    said = run_cli(command, "app-test", "--engine", engine, *(["--dry-run"] if command != "tenants" else []))
    assert (said.code, said.out) == (65, "")
    says = {"docker": "the digests of Terraform 0.15.5 are not known", "host": "runs Terraform 0.15.5; here "}[engine]
    assert says in said.err and "where: orchestrate.hcl:1\n" in said.err


def test_further_folders_are_seen_to_read_and_counted(run_cli: Run, example: Disk) -> None:
    example.write("orchestrate.hcl", 'folders = ["templates"]\n')
    said = run_cli("plan", "app-test", "--dry-run")
    assert said.code == 65 and "no folder templates/" in said.err and "orchestrate.hcl:1" in said.err
    example.write("templates/a.json", "{}")
    said = run_cli("plan", "app-test", "--dry-run", "--engine", "docker")
    assert f"source={example.root}/templates,target=/project/templates,readonly" in said.out
    before = digests(example)
    example.write("templates/a.json", "{ }")
    after = digests(example)
    assert before[0] != after[0] and before[1] == after[1]


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
