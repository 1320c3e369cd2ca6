"""The project's files: inside the project, in UTF-8, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from wrapper.model.errors import ConfigError, RefusedError
from wrapper.project.files import Files


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def files(tmp_path: Path, said: list[str]) -> Files:
    (tmp_path / "p").mkdir()
    return Files(tmp_path / "p", tmp_path / "cache", said.append)


def test_a_file_is_called_as_in_the_project(files: Files, tmp_path: Path) -> None:
    assert files.short(files.root / "config/a.tfvars") == "config/a.tfvars"
    assert files.short(tmp_path / "mine.tfvars") == str(tmp_path / "mine.tfvars")


def test_text_is_utf_8(files: Files) -> None:
    (files.root / "a").write_bytes(b"ab\xff")
    with pytest.raises(ConfigError, match=r"not UTF-8 text \(byte 2\)") as error:
        files.read(files.root / "a")
    assert error.value.where == "a"


def test_a_link_out_of_the_project_is_not_read(files: Files, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("x")
    (files.root / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(ConfigError, match="leads out of the project") as error:
        files.read(files.root / "link")
    assert error.value.where == "link"


@pytest.mark.parametrize("path", ["link", "folder/secret", "inner/../../outside/secret", "inner/../.."])
def test_nor_beside_one_that_is_read(files: Files, tmp_path: Path, path: str) -> None:
    """Where a folder is, is asked once; what is a link is asked each time."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret").write_text("x")
    (files.root / "inner").mkdir()
    (files.root / "inner/plain").write_text("x")
    (files.root / "plain").write_text("x")
    (files.root / "link").symlink_to(tmp_path / "outside/secret")
    (files.root / "folder").symlink_to(tmp_path / "outside")
    assert {files.read(files.root / name) for name in ("plain", "inner/plain", "inner/../plain")} == {"x"}
    with pytest.raises(ConfigError, match="leads out of the project"):
        files.read(files.root / path)


def test_a_new_file_replaces_none(files: Files) -> None:
    file = files.root / "tenants/acme.tfvars"
    files.create(file, "a = 1\n")
    with pytest.raises(RefusedError, match="it is there already"):
        files.create(file, "a = 2\n")
    assert file.read_text() == "a = 1\n"
    assert [f.name for f in file.parent.iterdir()] == ["acme.tfvars"], "nothing half written"


def test_a_quoted_key_is_said_once(files: Files, said: list[str]) -> None:
    (files.root / "a.tfvars").write_text('"size" = 1\n')
    assert [files.source(files.root / "a.tfvars").values["size"][0] for _ in range(2)] == [1, 1]
    assert len(said) == 1 and said[0].startswith("a.tfvars:1: a quoted key")


@pytest.mark.parametrize(("text", "message"), [("{", "this is not JSON"), ("[]", "this is not a JSON object")])
def test_a_var_file_in_json_is_an_object(files: Files, text: str, message: str) -> None:
    (files.root / "a.json").write_text(text)
    with pytest.raises(ConfigError, match=message):
        files.caller_source("a.json", files.root)
    (files.root / "a.json").write_text('{"size": 2}')
    assert files.caller_source("a.json", files.root).values == {"size": (2, 0)}
