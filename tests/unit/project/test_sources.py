"""The files of a root or of the modules: each is taken along, or refused with its path."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from damage import as_anybody
from project_on_disk import Disk, on_disk

from wrapper.model.errors import OrchestrateError
from wrapper.project import sources
from wrapper.project.files import Files


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return on_disk(tmp_path / "p", {"modules/a/main.tf": "", "modules/a/.tool": "", "modules/.b/x.tf": ""})


def below(disk: Disk) -> dict[str, bool]:
    files = Files(disk.root, disk.root / ".orchestrate", print)
    return {str(f.path.relative_to(disk.root)): f.more for f in sources.below(files, disk.root / "modules")}


def test_files_of_a_folder_come_before_those_of_its_folders(disk: Disk) -> None:
    disk.write("modules/z.tf", "")
    disk.write("modules/a/.terraform.lock.hcl", "")
    assert below(disk) == {
        "modules/z.tf": False,
        "modules/.b/x.tf": True,
        "modules/a/.terraform.lock.hcl": False,
        "modules/a/.tool": True,
        "modules/a/main.tf": False,
    }


@pytest.mark.parametrize(
    "name",
    [
        "x.tfstate",
        "x.tfplan",
        "x.tfvars",
        ".terraform",
        ".git",
        ".idea",
        ".main.tf.swp",
        ".#main.tf",
        ".nfs0001",
        ".DS_Store",
    ],
)
def test_what_belongs_to_a_program_is_left_out(disk: Disk, name: str) -> None:
    before = below(disk)
    if name == ".#main.tf":
        disk.link(f"modules/a/{name}", "nobody@nowhere.1")
    elif name in (".terraform", ".git", ".idea"):
        disk.write(f"modules/a/{name}/x.tf", "")
    else:
        disk.write(f"modules/a/{name}", "")
    assert below(disk) == before


def test_a_link_to_a_folder_is_that_folder(disk: Disk) -> None:
    disk.write("lib/main.tf", "")
    disk.link("modules/lib", "../lib")
    disk.link("lib/again", "../lib")
    disk.link("lib/above", "../modules")
    assert below(disk)["modules/lib/main.tf"] is True
    assert "modules/lib/above/lib/main.tf" not in below(disk)


@pytest.mark.parametrize("name", ["x", ".x", "x.tf", "x.tf.json"])
@pytest.mark.parametrize("what", ["a pipe", "a socket"])
def test_what_is_no_file_is_refused(disk: Disk, name: str, what: str) -> None:
    place = disk.root / "modules/a" / name
    if what == "a pipe":
        os.mkfifo(place)
    else:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(os.path.relpath(place))
    with pytest.raises(OrchestrateError, match=f"{what} where a file belongs") as error:
        below(disk)
    assert (error.value.exit_code, error.value.where) == (65, f"modules/a/{name}")


@pytest.mark.parametrize("mode", [0o000, 0o111, 0o444])
@pytest.mark.parametrize("folder", ["modules", "modules/a", "modules/.b"])
def test_a_folder_without_permission_is_named(disk: Disk, folder: str, mode: int) -> None:
    (disk.root / folder).chmod(mode)
    with as_anybody(disk.root), pytest.raises(OrchestrateError, match="Permission denied") as error:
        below(disk)
    assert error.value.exit_code == 66
    assert error.value.where.startswith(folder)
