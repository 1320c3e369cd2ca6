"""A state without a place in the run directory: kept elsewhere for its owner alone, and brought back."""

from __future__ import annotations

from pathlib import Path

import pytest

from wrapper.engines.rescued_state import bring, keep
from wrapper.model.errors import UnavailableError


def test_kept_in_the_first_folder_that_takes_it_and_brought_back(tmp_path: Path) -> None:
    link = tmp_path / "errored.tfstate"
    link.write_text("half")
    file = keep(link, b"state", (str(tmp_path / "none"), str(tmp_path)))
    assert file and file.stat().st_mode & 0o777 == 0o600 and link.readlink() == file and link.read_bytes() == b"state"
    bring(link)
    assert not link.is_symlink() and link.read_bytes() == b"state" and link.stat().st_mode & 0o777 == 0o600
    assert not file.exists()
    bring(link)  # it is there already
    assert link.read_bytes() == b"state"


def test_where_no_folder_takes_it_nothing_is_changed(tmp_path: Path) -> None:
    link = tmp_path / "errored.tfstate"
    assert keep(link, b"state", (str(tmp_path / "none"),)) is None and not link.exists()


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    link = tmp_path / "errored.tfstate"
    link.symlink_to(tmp_path / "gone")
    with pytest.raises(UnavailableError, match="cannot copy the state") as error:
        bring(link)
    assert error.value.where == str(tmp_path / "gone") and [f.name for f in tmp_path.iterdir()] == ["errored.tfstate"]
