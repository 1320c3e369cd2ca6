"""The notes of a release, and the versions that the changelog names (docs/promise.md)."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

from wrapper import __version__

ROOT = Path(__file__).resolve().parents[3]
TEXT = "# Changelog\n\n## 0.3.0 (in development)\n\n- new\n\n## 0.2.0 (2026-01-02)\n\n### Fixed\n\n- old\n\n## 0.1.0\n\nfirst\n"


@pytest.fixture
def release_notes(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "docs/generate"))
    return importlib.import_module("release_notes")


def test_the_part_of_a_version(release_notes: ModuleType) -> None:
    assert release_notes.notes(TEXT, "0.2.0") == "### Fixed\n\n- old\n"
    assert release_notes.notes(TEXT, "0.1.0") == "first\n"


@pytest.mark.parametrize(
    ("version", "says"), [("0.3.0", "not released"), ("0.4.0", "has no 0.4.0"), ("0.2", "has no 0.2")]
)
def test_a_version_without_notes(release_notes: ModuleType, version: str, says: str) -> None:
    with pytest.raises(LookupError, match=says):
        release_notes.notes(TEXT, version)


def test_each_release_of_ours_has_notes(release_notes: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    for version in release_notes.versions(release_notes.CHANGELOG.read_text())[1:]:
        assert release_notes.main([version]) == 0
        assert "- " in capsys.readouterr().out
    assert release_notes.main([]) == 1 and "release_notes.py 0.1.1" in capsys.readouterr().err


def test_versions_are_semantic_and_newest_first(release_notes: ModuleType) -> None:
    """That of the tool is the first, which its development leads to."""
    found = release_notes.versions(release_notes.CHANGELOG.read_text())
    assert [v for v in found if not re.fullmatch(r"\d+\.\d+\.\d+", v)] == []
    numbers = [tuple(map(int, v.split("."))) for v in found]
    assert numbers == sorted(numbers, reverse=True)
    assert found[0] == __version__.removesuffix(".dev0")
