"""The picture and the words of what a fleet costs: scaled as they say, drawn as they are, and the real figures grow with
what changed."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[3]
SIZES = (10, 24, 100, 1_000, 10_000)


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "docs/generate"))
    return importlib.import_module("fleet_figures")


@pytest.fixture
def picture(figures: ModuleType) -> Any:  # beside it: the path is set
    return importlib.import_module("fleet_picture").picture


def points(each: float = 2.0) -> dict[tuple[int, int], dict[str, float]]:
    """A tenth of a second and a thousandth a tenant; ``each`` for one that changed."""
    sizes = [(size, changed) for size in SIZES for changed in (0, 3)] + [(10, 10), (24, 24)]
    kinds = ("seconds", "cpu", "requests", "megabytes")
    return {(n, c): dict.fromkeys(kinds, 0.1 + n / 1000 + c * each) for n, c in sizes}


def test_what_was_not_measured_is_scaled_from_the_largest_that_was(figures: ModuleType) -> None:
    assert figures.each(points(), "cpu") == pytest.approx(2.0)
    assert figures.value(points(), "cpu", 1_000, 1_000) == pytest.approx(0.1 + 1 + 2_000)
    assert figures.value(points(), "cpu", 24, 24) == points()[24, 24]["cpu"]


def test_words_say_what_was_scaled_and_when_the_account_is_full(figures: ModuleType) -> None:
    text = " ".join(figures.carry(points(2.5)).split())
    assert "| 24 | 0.1 s | 0 | 0 | 7.6 s | 60.1 s |" in text
    assert "*42 min*" in text
    assert "with 3 machines or more the account's rate decides" in text


def test_the_picture_is_a_drawing_with_a_point_for_each_measurement(picture: Any) -> None:
    drawn = ElementTree.fromstring(picture(points()))
    tag = "{http://www.w3.org/2000/svg}"
    assert len(drawn.findall(f"{tag}circle")) == 3 * len(points())
    dashed = [line for line in drawn.findall(f"{tag}polyline") if "scaled" in line.attrib["class"]]
    assert len(dashed) == 3
    assert all("all" in line.attrib["class"] for line in dashed)


def test_cost_grows_with_what_changed_and_hardly_with_the_number(figures: ModuleType) -> None:
    """The figures in the repository, whatever machine they are of."""
    real = figures.load()
    assert {(n, c) for n in SIZES for c in (0, 3)} <= real.keys()
    for kind in ("cpu", "requests"):
        assert figures.each(real, kind) * 10_000 > 20 * (real[10_000, 0][kind] - real[10, 0][kind])
        assert real[10_000, 3][kind] < real[24, 24][kind]


def test_memory_grows_with_how_many_run_side_by_side(figures: ModuleType) -> None:
    """The figures in the repository: of the same tenants, more and more of them at once."""
    real = figures.by_jobs()
    assert [*real] == [1, 2, 3, 4, 6, 8]
    assert real[8] > 2 * real[2] > 2 * real[1]
    assert f"{real[4]:,.0f} MB with 4" in " ".join(figures.carry().split())
