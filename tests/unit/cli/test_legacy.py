"""Projects laid out for the older shell tools of this kind work unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cloud import tokens
from fakes import context
from project_on_disk import Disk, on_disk
from said import Said

from wrapper.cli.main import _run
from wrapper.model.errors import ConfigError
from wrapper.model.nouns import Run
from wrapper.project.project import Project
from wrapper.run import plan_run
from wrapper.run.plan_run import RunRequest
from wrapper.terraform.commands import BACKEND_FILE, VALUES_FILE, VERBS

BACKEND = """\
terraform {
  required_version = ">= 0.12"
  backend "s3" {
    bucket  = "old-states"
    key     = "team/%s.tfstate"
    region  = "eu-west-1"
    encrypt = true
    dynamodb_table = "locks"
  }
}
"""
LEGACY = {
    # A stack in a region, its backend beside its values; its modules by an absolute name.
    "config/eu-west-1/web/tf-config.tf": BACKEND % "web",
    "config/eu-west-1/web/web.tfvars": "# never read by name\n",
    "config/eu-west-1/web/variables.tfvars": '"size" = 3\n"tags" = { "team" = "web" }\n',
    "src/web/main.tf": """\
variable "size" { type = "string" }
variable "tags" { type = "map" }
module "m" { source = "/modules/m" }
""",
    # A stack without a region, its backend in its source.
    "config/global/variables.tfvars": 'users = ["a"]\n',
    "src/global/main.tf": 'variable "users" {}\n',
    "src/global/tf-config.tf": BACKEND % "global",
    "src/modules/m/main.tf": "",
}


@pytest.fixture
def legacy(tmp_path: Path) -> Disk:
    return on_disk(tmp_path / "old", LEGACY)


@pytest.fixture
def old_cli(legacy: Disk, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    monkeypatch.chdir(legacy.root)

    def run(*arguments: str) -> Said:
        capfd.readouterr()
        return Said(_run([*([] if arguments == ("stacks",) else ["--dry-run"]), *arguments]), *capfd.readouterr())

    return run


def laid_out(disk: Disk, name: str, verb: str = "plan") -> Run:
    project = Project(disk.root, disk.root / ".orchestrate")
    layer = project.layer(project.stack(name))
    declared = project.values.declared(layer.source)
    sources = project.work_files(layer)
    request = RunRequest(
        layer, VERBS[verb], tuple(tokens()), project.values.of(layer), declared, sources, "d", project.modules()
    )
    return plan_run.lay_out(request, context())


@pytest.mark.parametrize("name", ["web", "global"])
def test_the_backend_in_a_terraform_file_with_its_key(legacy: Disk, name: str) -> None:
    assert json.loads(laid_out(legacy, name).files[BACKEND_FILE]) == {
        "terraform": {
            "backend": {
                "s3": {
                    "bucket": "old-states",
                    "key": f"team/{name}.tfstate",
                    "region": "eu-west-1",
                    "encrypt": True,
                    "dynamodb_table": "locks",
                    "use_lockfile": True,
                }
            }
        }
    }


def test_a_terraform_file_beside_the_values_stands_in_the_work_directory(legacy: Disk) -> None:
    assert set(laid_out(legacy, "web").sources) == {"main.tf", "tf-config.tf"}


def test_values_of_roots_that_declare_no_region(legacy: Disk) -> None:
    assert json.loads(laid_out(legacy, "web").files[VALUES_FILE]) == {"size": 3, "tags": {"team": "web"}}
    assert json.loads(laid_out(legacy, "global").files[VALUES_FILE]) == {"users": ["a"]}


def test_modules_below_src_are_where_an_absolute_name_finds_them(legacy: Disk) -> None:
    mounts = {m.target: (m.source, m.writable) for m in laid_out(legacy, "web").mounts}
    assert mounts == {"/project/src": (legacy.root / "src", False), "/modules": (legacy.root / "src/modules", False)}


def test_a_stack_without_a_region(old_cli: Callable[..., Said]) -> None:
    said = old_cli("plan", "global")
    assert said.code == 0, said.err
    assert said.out.splitlines()[0] == "# global: plan"
    assert said.step("plan") == ["-no-color", "-input=false"]


@pytest.mark.parametrize("arguments", [("plan", "web"), ("plan", "web", "eu-west-1")])
def test_a_stack_in_a_region(old_cli: Callable[..., Said], arguments: tuple[str, ...]) -> None:
    said = old_cli(*arguments)
    assert (said.code, said.out.splitlines()[0]) == (0, "# eu-west-1/web: plan")
    assert "--env=AWS_REGION=eu-west-1" in said.out


def test_quoted_keys_are_read_with_a_word(old_cli: Callable[..., Said]) -> None:
    assert old_cli("plan", "web").err == (
        "config/eu-west-1/web/variables.tfvars:1: a quoted key; Terraform 0.12 and later write it without quotes\n"
    )


@pytest.mark.parametrize("name", ["web", "global"])
def test_force_of_an_old_pipeline_is_taken_with_a_word(old_cli: Callable[..., Said], name: str) -> None:
    said = old_cli("destroy", name, "-force")
    assert said.code == 0
    assert "-force is taken as -auto-approve" in said.err
    assert [step[1] for step in said.steps] == ["init", "plan", "apply"]
    assert "-force" not in said.out
    assert "-destroy" in said.step("plan")


def test_force_of_a_stack_with_tenants(run_cli: Callable[..., Said]) -> None:
    said = run_cli("--dry-run", "destroy", "app-test", "-force")
    assert (said.code, "-force is taken" in said.err, "-force" in said.out) == (0, True, False)


def test_a_root_without_a_tenant_layer_takes_no_tenant(old_cli: Callable[..., Said]) -> None:
    said = old_cli("plan", "web", "-var", "tenant=acme")
    assert (said.code, "stack eu-west-1/web has no tenant layer" in said.err) == (66, True)


def test_what_stacks_shows(old_cli: Callable[..., Said]) -> None:
    rows = [line.split() for line in old_cli("stacks").out.splitlines()[1:]]
    assert rows == [
        ["global", "-", "src/global", "-", "old-states", "-"],
        ["web", "eu-west-1", "src/web", "-", "old-states", "-"],
    ]


@pytest.mark.parametrize(
    ("path", "old", "new", "where", "message"),
    [
        (
            "src/global/tf-config.tf",
            "encrypt = true",
            'secret_key = "x"',
            "src/global/tf-config.tf:7",
            "credentials (secret_key)",
        ),
        (
            "config/eu-west-1/web/tf-config.tf",
            '"old-states"',
            "var.bucket",
            "config/eu-west-1/web/tf-config.tf:4",
            "bucket must be a literal value",
        ),
        (
            "src/global/tf-config.tf",
            'backend "s3"',
            'backend "gcs"',
            "src/global/tf-config.tf",
            "backend 'gcs' is not supported",
        ),
        ("src/global/tf-config.tf", 'bucket  = "old-states"', "", "src/global/tf-config.tf", "backend has no bucket"),
    ],
)
def test_a_backend_of_old_is_checked_too(
    legacy: Disk, old_cli: Callable[..., Said], path: str, old: str, new: str, where: str, message: str
) -> None:
    legacy.write(path, (legacy.root / path).read_text().replace(old, new))
    said = old_cli("plan", "global" if "global" in path else "web")
    assert (said.code, said.out) == (65, "")
    assert message in said.err
    assert f"  where: {where}\n" in said.err


def test_backend_tfvars_wins_and_its_key_is_derived(legacy: Disk) -> None:
    legacy.write("config/global/backend.tfvars", 'bucket = "new"\nregion = "r"\n')
    backend = json.loads(laid_out(legacy, "global").files[BACKEND_FILE])["terraform"]["backend"]["s3"]
    assert (backend["bucket"], backend["key"]) == ("new", "global/terraform.tfstate")


def test_two_stacks_never_share_a_state_by_a_key_in_shared_code(legacy: Disk) -> None:
    for name in ("one", "two"):
        (legacy.root / "config" / name).mkdir()
        (legacy.root / "config" / name / "stack.hcl").write_text('source = "global"\n')
    with pytest.raises(ConfigError) as error:
        Project(legacy.root, legacy.root / ".orchestrate").stack("one")
    assert error.value.message.startswith("the state team/global.tfstate is also that of config/")
    assert error.value.where == "src/global/tf-config.tf"
