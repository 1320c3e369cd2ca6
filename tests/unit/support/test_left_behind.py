"""What earlier versions left is as it was made: never again, and without a word of the machine that made it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import left_behind
import pytest

PRIVATE_PLACES = re.compile(rb"/(home|root|work|opt|Users)/|@[a-z0-9-]+\.local")


@pytest.fixture(params=left_behind.VERSIONS)
def kept(request: pytest.FixtureRequest) -> Path:
    return left_behind.KEPT / str(request.param)


def test_it_is_as_it_was_made(kept: Path) -> None:
    lines = (kept / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    found = {name: hashlib.sha256(data).hexdigest() for name, data in left_behind.kept_files(kept)}
    assert {n: d for n, d in found.items() if n != "SHA256SUMS"} == sums
    assert len(sums) > 100


def test_it_is_small_and_names_no_machine(kept: Path) -> None:
    files = left_behind.kept_files(kept)
    assert sum(len(data) for _, data in files) < 200_000
    assert [name for name, data in files if PRIVATE_PLACES.search(data)] == []


def test_it_is_never_made_again() -> None:
    from upgrade import make

    before = {name: file for name, file in left_behind.kept_files(make.KEPT)}
    with pytest.raises(SystemExit, match="made once, and never again"):
        make.main()
    assert {name: file for name, file in left_behind.kept_files(make.KEPT)} == before
