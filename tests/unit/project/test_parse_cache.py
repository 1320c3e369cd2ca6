"""Each text is parsed once, ever; a lost or damaged memory costs time and nothing else."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from wrapper.model.errors import ConfigError
from wrapper.project.parse_cache import Parses
from wrapper.terraform import hcl

VALUES = 'a = 1\n"b" = { c = [true, null, 1.5] }\n'
BLOCKS = (
    'variable "x" {\n  type = map(string)\n  default = { "=" = "é" }\n  validation {\n    condition = true\n  }\n}\n'
)


def rows(folder: Path) -> int:
    with sqlite3.connect(folder / "parses.sqlite") as database:
        return int(database.execute("select count(*) from parse").fetchone()[0])


def test_a_remembered_parse_is_the_same_as_a_fresh_one(tmp_path: Path) -> None:
    fresh = (hcl.parse_values(VALUES, "f"), hcl.parse_blocks(BLOCKS, "f"))
    for _ in range(2):
        parses = Parses(tmp_path)
        for _ in range(2):
            assert (parses.values(VALUES, "f"), parses.blocks(BLOCKS, "f")) == fresh
    assert rows(tmp_path) == 2


def test_a_plain_file_is_read_at_once_and_not_kept(tmp_path: Path) -> None:
    assert Parses(tmp_path).values('a = "b" # c\n', "f") == hcl.parse_values('a = "b" # c\n', "f")
    assert [*tmp_path.iterdir()] == []


def test_values_and_blocks_of_one_text_are_two_things(tmp_path: Path) -> None:
    parses = Parses(tmp_path)
    assert parses.values("", "f") == hcl.Assignments({})
    assert parses.blocks("", "f") == ()


def test_texts_are_kept_as_they_are(tmp_path: Path) -> None:
    Parses(tmp_path).keep_text("key \ud800", "é\ud800\n")
    assert Parses(tmp_path).text("key \ud800") == "é\ud800\n"
    assert Parses(tmp_path).values('a = "\udcff"', "f").values == {"a": ("\udcff", 1)}
    assert Parses(tmp_path).text("other") is None


def test_errors_are_not_remembered(tmp_path: Path) -> None:
    for where in ("f", "g"):
        with pytest.raises(ConfigError, match=f"{where}:1"):
            Parses(tmp_path).values("a = [", where)


def test_a_batch_is_written_at_its_end(tmp_path: Path) -> None:
    parses = Parses(tmp_path)
    with parses.batch():
        parses.values("a = [1]", "f")
        parses.values("a = [2]", "f")
    assert rows(tmp_path) == 2
    with pytest.raises(ConfigError), parses.batch():
        parses.values("a = [3]", "f")
        parses.values("a = [", "f")
    assert rows(tmp_path) == 3


@pytest.mark.parametrize("damage", [b"", b"not a database at all, just some text\n" * 100])
def test_a_damaged_memory_costs_only_time(tmp_path: Path, damage: bytes) -> None:
    Parses(tmp_path).values(VALUES, "f")
    (tmp_path / "parses.sqlite").write_bytes(damage)
    assert Parses(tmp_path).values(VALUES, "f") == hcl.parse_values(VALUES, "f")


def test_a_row_that_is_no_json_costs_only_time(tmp_path: Path) -> None:
    Parses(tmp_path).values(VALUES, "f")
    with sqlite3.connect(tmp_path / "parses.sqlite") as database:
        database.execute("update parse set result = '[1,'")
    assert Parses(tmp_path).values(VALUES, "f") == hcl.parse_values(VALUES, "f")


def test_a_folder_that_cannot_be_made_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Parses(tmp_path / "file" / "cache").values(VALUES, "f") == hcl.parse_values(VALUES, "f")


def test_the_memory_is_its_owners_alone(tmp_path: Path) -> None:
    Parses(tmp_path / "cache").values(VALUES, "f")
    assert (tmp_path / "cache/parses.sqlite").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
