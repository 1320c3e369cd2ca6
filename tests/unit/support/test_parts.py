"""The parts of `make test`: what stands on another begins after it, and the end says how all of it went."""

from __future__ import annotations

import os
import re
from pathlib import Path

import parts
import pytest
from parts import Ended, Part

ROOT = Path(__file__).resolve().parents[3]
MAKEFILE = (ROOT / "Makefile").read_text()
ONE, TWO, THREE = Part("one"), Part("two", ("one",)), Part("three", ("two",))


def test_a_part_begins_when_what_it_stands_on_ended_well() -> None:
    begun: list[str] = []

    def make(part: Part) -> Ended:
        begun.append(part.name)
        return Ended(part, 0)

    assert [one.part for one in parts.run([THREE, TWO, ONE], make)] == [ONE, TWO, THREE]
    assert begun == ["one", "two", "three"]


def test_what_stands_on_one_that_failed_does_not_begin() -> None:
    ended = parts.run([ONE, TWO, THREE], lambda part: Ended(part, 2, 3.0))
    assert ended == [Ended(ONE, 2, 3.0), Ended(TWO, None), Ended(THREE, None)]
    assert [line.split(maxsplit=2) for line in parts.times(ended, 1)] == [
        ["engine", "1", "s"],
        ["one", "3", "s  failed with 2"],
        ["two", "0", "s  did not begin"],
        ["three", "0", "s  did not begin"],
    ]


def test_the_closing_lines_are_one() -> None:
    ended = [
        Ended(ONE, 0, out="..\n==== 3998 passed, 276 deselected in 50.10s ====\n"),
        Ended(TWO, 1, out="FAILED x - 9 passed\n=== 1 failed, 7 passed, 2 skipped in 400.00s (0:06:40) ==="),
        Ended(THREE, 0, out="All checks passed!\n"),
    ]
    assert parts.total(ended, 500) == "=== 1 failed, 4005 passed, 2 skipped in 500.00s ==="
    assert parts.total([], 1) == "=== no tests in 1.00s ==="


def test_each_part_is_a_target_and_stands_on_parts() -> None:
    targets = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)
    names = [part.name for part in parts.PARTS]
    assert set(names) <= set(targets)
    assert {name for part in parts.PARTS for name in part.after} <= set(names)


def marked(folder: str, *markers: str) -> set[str]:
    """Files of tests that name one of the markers."""
    named = re.compile(rf"pytest\.mark\.({'|'.join(markers)})\b")
    files = (ROOT / "tests" / folder).rglob("*.py")
    return {str(file.relative_to(ROOT)) for file in files if named.search(file.read_text())}


def test_what_waits_is_where_its_part_looks() -> None:
    assert marked("unit", "long") == set()


def test_each_test_is_where_a_part_looks() -> None:
    """`unit` leaves out the folder in which each file has a marker, and `computing` those files of tests/unit that have none."""
    folders = {file.relative_to(ROOT / "tests").parts[0] for file in (ROOT / "tests").rglob("test_*.py")}
    assert folders == {"unit", "sandbox", "terraform", "e2e"}
    bare, real, markers = (
        re.search(rf"^{name} := (.*)$", MAKEFILE, re.MULTILINE)[1].split()  # type: ignore[index]
        for name in ("bare_files", "real_files", "real_marks")
    )
    assert {f"tests/{name}" for name in folders - {"e2e"}} == {*bare}
    assert {f"tests/{name}" for name in folders - {"unit"}} < {*real} and "tests/unit)" in real
    assert marked("e2e", *markers, "containers") >= {
        str(f.relative_to(ROOT)) for f in (ROOT / "tests/e2e").glob("test_*.py")
    }


def test_the_markers_are_those_that_the_guard_and_the_pages_know(request: pytest.FixtureRequest) -> None:
    said = {line.split(":")[0].split("(")[0] for line in request.config.getini("markers")}
    (real,) = re.findall(r"^real_marks := (.*)$", MAKEFILE, re.MULTILINE)
    assert {*real.split()} <= said


def test_a_part_steps_back_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Makefile").write_text("niceness:\n\t@nice\n")
    monkeypatch.chdir(tmp_path)
    ours = os.nice(0)
    ended = [parts.make(Part("niceness", nice=n)) for n in (0, 3)]
    assert [one.out.strip() for one in ended] == [str(min(ours + n, 19)) for n in (0, 3)]
