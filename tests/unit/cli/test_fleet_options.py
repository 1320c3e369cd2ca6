"""The files of a report, as they were typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from cloud import on_fakes
from fakes import FakeEngine
from project_on_disk import Disk

from wrapper.cli.fleet_options import targets
from wrapper.model.errors import UsageError


def test_paths_are_the_callers(example: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = targets(on_fakes(example.root, FakeEngine(), report="new/r.json", html=str(tmp_path / "r.html")))
    assert found.wanted == {"json": tmp_path / "new/r.json", "html": tmp_path / "r.html"}
    assert (tmp_path / "new").is_dir(), "tried before anything runs"
    assert not targets(on_fakes(example.root, FakeEngine()))


def test_two_forms_do_not_share_a_file(example: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="in one file"):
        targets(on_fakes(example.root, FakeEngine(), report="r", junit="./r"))
