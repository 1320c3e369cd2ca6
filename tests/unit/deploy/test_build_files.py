"""Files of builds: one, or all in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from wrapper.deploy import build_files
from wrapper.model.errors import NotFoundError, UsageError
from wrapper.project.files import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    (tmp_path / "builds/empty").mkdir(parents=True)
    (tmp_path / "builds/a.env.groovy").write_text("env.A_BUILD='1'")
    (tmp_path / "builds/b.json").write_text('{"B_BUILD": 2}')
    (tmp_path / "builds/README.md").write_text("no builds")
    return Files(tmp_path, tmp_path / "cache", print)


def numbers(files: Files, *names: str) -> dict[str, str]:
    return {n: b.number for n, b in build_files.read(files, [files.root / name for name in names]).items()}


def test_a_folder_and_a_file(files: Files) -> None:
    assert numbers(files, "builds") == {"A_BUILD": "1", "B_BUILD": "2"}
    assert numbers(files, "builds/b.json") == {"B_BUILD": "2"}


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("nothing", NotFoundError, "no such file or folder of builds"),
        ("builds/empty", NotFoundError, "no file of builds in this folder"),
        ("builds/README.md", UsageError, "its name says no form"),
    ],
)
def test_no_file_of_builds(files: Files, name: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        numbers(files, name)
