"""What stands at a path: a plain file, a folder, nothing; all else is an error, and no error is taken for nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from damage import DAMAGES, as_anybody, damage

from wrapper.model.errors import OrchestrateError
from wrapper.project import paths

SAID = {
    "a dangling link": "x is a symbolic link to nowhere, which is not there",
    "a loop": "a symbolic link that leads to itself",
    "a folder": "a folder where a file belongs",
    "a pipe": "a pipe where a file belongs",
    "a socket": "a socket where a file belongs",
    "a device": "a device where a file belongs",
    "a sealed file": "cannot read it: Permission denied",
    "a sealed folder": "cannot read it: Permission denied",
}


def failure(do: Callable[[Path, str], object], root: Path, name: str = "in/x") -> OrchestrateError:
    with as_anybody(root), pytest.raises(OrchestrateError) as error:
        do(root / name, "its name")
    assert error.value.where == "its name"
    return error.value


@pytest.mark.parametrize("how", DAMAGES)
def test_what_is_no_plain_file_is_not_read(tmp_path: Path, how: str) -> None:
    damage(tmp_path / "in/x", how)
    error = failure(paths.read, tmp_path)
    assert (error.exit_code, error.message) == (DAMAGES[how], SAID[how])


@pytest.mark.parametrize("how", [how for how in DAMAGES if how != "a sealed file"])
def test_what_is_no_plain_file_is_not_absent(tmp_path: Path, how: str) -> None:
    damage(tmp_path / "in/x", how)
    error = failure(paths.is_file, tmp_path)
    assert (error.exit_code, error.message) == (DAMAGES[how], SAID[how])


@pytest.mark.parametrize("how", ["a dangling link", "a loop", "a pipe", "a sealed folder"])
def test_what_is_no_folder_is_not_absent(tmp_path: Path, how: str) -> None:
    damage(tmp_path / "in/x", how)
    assert failure(paths.entries, tmp_path).message == SAID[how].replace("where a file", "where a folder")


@pytest.mark.parametrize("how", ["a sealed file"])
def test_a_folder_that_cannot_be_listed(tmp_path: Path, how: str) -> None:
    (tmp_path / "in/x").mkdir(parents=True)
    damage(tmp_path / "in/x", how)
    assert failure(paths.entries, tmp_path).message == SAID[how]


def test_a_folder_on_the_way_is_a_link_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").symlink_to("nowhere")
    error = failure(paths.is_file, tmp_path)
    assert error.message == "in is a symbolic link to nowhere, which is not there"


def test_a_folder_on_the_way_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "in").touch()
    assert failure(paths.is_file, tmp_path).message == "cannot read it: Not a directory"


def test_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "link").symlink_to("file")
    assert paths.read(tmp_path / "link", "") == b"text"
    assert [paths.is_file(tmp_path / name, "") for name in ("file", "link", "nothing", "no/thing")] == [
        True,
        True,
        False,
        False,
    ]
    assert paths.entries(tmp_path, "") == [tmp_path / "file", tmp_path / "link"]
    assert paths.entries(tmp_path / "nothing", "") == []
    assert failure(paths.read, tmp_path, "nothing").message == "cannot read it: No such file or directory"
