"""What stands in a project is read or refused: no file of it is passed over because of what it has become."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from damage import DAMAGES, as_anybody, damage
from project_on_disk import APP, REGION, Disk
from said import Said

from wrapper.deploy import build_files
from wrapper.model.errors import OrchestrateError
from wrapper.project.project import Project

Run = Callable[..., Said]
FILES = [
    f"{APP}/stack.hcl",
    f"{APP}/backend.tfvars",
    f"{APP}/variables.tfvars",
    f"{APP}/tenant.tfvars.j2",
    f"{APP}/tenants/acme.tfvars",
    f"{APP}/override.tf",
    f"config/{REGION}/common.tfvars",
    "config/common.tfvars",
    "config/sandbox.hcl",
    "src/app/variables.tf",
    "src/app/terraform.tfvars",
    "src/app/more.auto.tfvars",
    "src/app/tenant/variables.tf",
    "src/app/tenant/policy.json",
    "modules/service/main.tf",
]
# What is no .tf is taken along as it is: a folder in a root is a folder of it.
CASES = [(file, how) for file in FILES for how in DAMAGES if (file[-5:], how) != (".json", "a folder")]


def read_all(root: Path) -> None:
    here = Project(root, root / ".orchestrate")
    stack = here.stack("app-test")
    layers = [here.layer(stack), *(here.layer(stack, tenant) for tenant in here.tenants(stack))]
    for layer in layers:
        here.values.of(layer, {"cluster": "c"})
        here.digests(layer)
    here.sandbox_settings()


@pytest.mark.parametrize(("file", "how"), CASES)
def test_a_damaged_file_is_named(example: Disk, file: str, how: str) -> None:
    damage(example.root / file, how)
    with as_anybody(example.root), pytest.raises(OrchestrateError) as error:
        read_all(example.root)
    assert error.value.exit_code == DAMAGES[how]
    if how == "a sealed folder":
        assert error.value.where.startswith(str(Path(file).parent))
    else:
        assert error.value.where == file


def test_what_is_not_there_is_absent(example: Disk) -> None:
    for file in FILES:
        (example.root / file).unlink(missing_ok=True)
    example.write(f"{APP}/backend.tfvars", 'path = "states"\n')
    example.write(f"{APP}/stack.hcl", 'source = "app"\n')
    with as_anybody(example.root):
        read_all(example.root)


@pytest.mark.parametrize("how", ["a dangling link", "a loop", "a pipe", "a sealed file"])
@pytest.mark.parametrize(
    "folder", ["src/app-test", "src/app", "src/app/tenant", "modules", f"{APP}/tenants", f"config/{REGION}"]
)
def test_a_damaged_folder_is_named(example: Disk, folder: str, how: str) -> None:
    place = example.root / folder
    if how == "a sealed file":
        place.mkdir(exist_ok=True)
    elif place.exists():
        place.rename(example.root / "aside")
    damage(place, how)
    with as_anybody(example.root), pytest.raises(OrchestrateError) as error:
        read_all(example.root)
    assert error.value.where.startswith(folder)


@pytest.mark.parametrize("how", DAMAGES)
def test_a_protected_stack_is_not_destroyed_because_nobody_can_read_that_it_is(
    example: Disk, run_cli: Run, how: str
) -> None:
    file = example.write("config/global/stack.hcl", "protected = true\n")
    damage(file, how)
    with as_anybody(example.root):
        done = run_cli("destroy", "global", "-auto-approve")
    assert done.code == DAMAGES[how]
    assert "config/global" in done.err and done.out == ""


TENANT = [
    ("apply", "app-test", "-var", "tenant=acme"),
    ("tenant", "show", "acme", "app-test"),
    ("tenant", "remove", "acme", "app-test"),
    ("tenant", "add", "hooli", "app-test", "--from", "acme"),
]


@pytest.mark.parametrize("how", [how for how in DAMAGES if how != "a sealed file"])
@pytest.mark.parametrize("typed", TENANT, ids=lambda typed: " ".join(typed[:2]))
def test_a_damaged_tenant_is_named(example: Disk, run_cli: Run, typed: tuple[str, ...], how: str) -> None:
    damage(example.root / APP / "tenants/acme.tfvars", how)
    with as_anybody(example.root):
        done = run_cli(*typed)
    assert done.code == DAMAGES[how]
    assert f"{APP}/tenants" in done.err and done.out == ""


@pytest.mark.parametrize("how", [how for how in DAMAGES if how != "a pipe"])
def test_a_damaged_var_file(example: Disk, run_cli: Run, how: str) -> None:
    damage(example.root / "given/x.tfvars", how)
    with as_anybody(example.root):
        done = run_cli("plan", "app-test", "-var", "tenant=acme", "-var-file=given/x.tfvars")
    assert done.code == DAMAGES[how] and "given/x.tfvars" in done.err


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_file_of_builds(example: Disk, how: str) -> None:
    """In a folder of builds no service is left out."""
    example.write("builds/service1.env.groovy", "env.SERVICE1_BUILD='90'")
    damage(example.root / "builds/service2.env.groovy", how)
    files = Project(example.root, example.root / ".orchestrate").files
    with as_anybody(example.root), pytest.raises(OrchestrateError) as error:
        build_files.read(files, [example.root / "builds"])
    assert error.value.exit_code == DAMAGES[how]
    assert error.value.where == ("builds" if how == "a sealed folder" else "builds/service2.env.groovy")
