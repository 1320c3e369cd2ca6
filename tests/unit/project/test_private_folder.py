"""The private folder is its owner's alone, and no link in it leads out of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wrapper.model.errors import ConfigError
from wrapper.project import private_folder


@pytest.fixture
def _open_to_all() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("_open_to_all")
def test_each_folder_that_is_made_is_the_owners_alone(tmp_path: Path) -> None:
    private_folder.make(tmp_path / "home/runs/r")
    private_folder.write(tmp_path / "home/runs/r/f", "é")
    made = [tmp_path / "home", tmp_path / "home/runs", tmp_path / "home/runs/r"]
    assert [mode(folder) for folder in made] == [0o700] * 3
    assert (mode(tmp_path / "home/runs/r/f"), (tmp_path / "home/runs/r/f").read_text("utf-8")) == (0o600, "é")


@pytest.mark.usefixtures("_open_to_all")
def test_what_an_earlier_umask_left_open_is_shut(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    private_folder.close(tmp_path / "home")
    private_folder.close(tmp_path / "none")
    assert mode(tmp_path / "home") == 0o700 and not (tmp_path / "none").exists()


def test_a_link_on_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home/runs").symlink_to(tmp_path / "victim")
    with pytest.raises(ConfigError) as error:
        private_folder.make(tmp_path / "home/runs/r")
    assert error.value.where == str(tmp_path / "home/runs") and "ORCHESTRATE_HOME" in error.value.hint
    assert [*(tmp_path / "victim").iterdir()] == []


def append(path: Path) -> None:
    with open(path, "a", opener=private_folder.open_file) as file:
        file.write("x")


@pytest.mark.parametrize("do", [append, lambda path: private_folder.write(path, "x")], ids=["open", "write"])
def test_a_file_that_is_a_link_is_refused(tmp_path: Path, do: Callable[[Path], None]) -> None:
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "f").symlink_to(tmp_path / "victim")
    with pytest.raises(ConfigError, match="a symbolic link") as error:
        do(tmp_path / "f")
    assert (error.value.where, (tmp_path / "victim").read_text()) == (str(tmp_path / "f"), "mine")


def test_what_stands_in_the_way_is_the_systems_word(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        private_folder.make(tmp_path / "home")
    with pytest.raises(FileNotFoundError):
        private_folder.open_file(tmp_path / "none/f", os.O_RDONLY)
