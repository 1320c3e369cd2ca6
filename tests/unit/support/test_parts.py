"""The parts of `make test`: what stands on another begins after it, and the end says how all of it went."""

from __future__ import annotations

import re
from pathlib import Path

import parts
from parts import Ended, Part

ROOT = Path(__file__).resolve().parents[3]
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
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    names = [part.name for part in parts.PARTS]
    assert set(names) <= set(targets)
    assert {name for part in parts.PARTS for name in part.after} <= set(names)


def test_what_waits_is_where_its_part_looks() -> None:
    marked = [file for file in (ROOT / "tests/unit").rglob("*.py") if "pytest.mark." + "long" in file.read_text()]
    assert marked == []
