"""Tests mirror the code: where a module is, its test is too, under its name."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = [f for f in sorted((ROOT / "wrapper").rglob("*.py")) if not f.stem.startswith("__")]
LEAST = 90  # per cent; the others are tested through the modules that use them


def named_for(module: Path) -> list[Path]:
    """The tests of a module: alone, or with the simulated AWS, which the sandbox is itself."""
    name = module.relative_to(ROOT / "wrapper").with_name(f"test_{module.name}")
    places = [ROOT / "tests/unit" / name, ROOT / "tests/sandbox" / name]
    places += [ROOT / "tests" / name] if name.parts[0] == "sandbox" else []
    return [place for place in places if place.is_file()]


def test_nearly_every_module_has_a_test_of_its_name() -> None:
    without = [str(m.relative_to(ROOT)) for m in MODULES if not named_for(m)]
    share = 100 * (len(MODULES) - len(without)) / len(MODULES)
    assert share >= LEAST, f"{share:.1f} %: {', '.join(without)}"


def test_each_of_them_tests_something() -> None:
    files = [test for module in MODULES for test in named_for(module)]
    assert [str(f.relative_to(ROOT)) for f in files if "\ndef test_" not in f.read_text()] == []
