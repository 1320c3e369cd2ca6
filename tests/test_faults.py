"""The one-line faults that a suite is measured with (tests/support/faults): each has its place in the source, and they are
drawn, not chosen."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "tests/support/faults"
Load = Callable[[str], ModuleType]

SOURCE = '''"""Says nothing."""
import logging
log = logging.getLogger()


def several(a: int, b: dict[str, int]) -> list[int]:
    """Not 1."""
    log.debug("x", extra={"k": 1})
    if a < 2 and b:
        b["k"] = 3
    return sorted(b, reverse=True)


class Of:
    def nothing(self) -> None:
        """Nothing can be wrong here."""

    def twice(self, a: str) -> str:
        a += "x"
        a += "x"
        return f"{a:>1}"
'''


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    monkeypatch.syspath_prepend(str(HERE))
    return importlib.import_module


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "some").mkdir()
    (tmp_path / "some/__init__.py").write_text(SOURCE)
    return tmp_path


def _lines(load: Load, function: str) -> set[tuple[str, str, str]]:
    found = load("draw").candidates(SOURCE, "some/__init__.py", function)
    return {(fault.operator, fault.before, fault.after) for fault in found}


def test_every_fault_has_one_place_and_compiles(load: Load) -> None:
    fault = load("fault")
    faults = fault.load()
    assert len({one.id for one in faults}) == len({(one.module, one.function) for one in faults}) == 30
    for one in faults:
        source = fault.file_of(ROOT / "wrapper", one.module).read_text()
        changed = fault.faulty(source, one)
        pairs = zip(source.splitlines(), changed.splitlines(), strict=True)
        assert [(a.strip(), b.strip()) for a, b in pairs if a != b] == [(one.before, one.after)], one.id
        compile(changed, one.module, "exec")
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source)), one.id


def test_what_can_be_wrong_with_a_function(load: Load) -> None:
    condition = "if a < 2 and b:"
    assert _lines(load, "several") == {
        ("negate", condition, "if not (a < 2 and b):"),
        ("compare", condition, "if a <= 2 and b:"),
        ("off by one", condition, "if a < 3 and b:"),
        ("and/or", condition, "if a < 2 or b:"),
        ("off by one", 'b["k"] = 3', 'b["k"] = 4'),
        ("key", 'b["k"] = 3', 'b["k_"] = 3'),
        ("drop", 'b["k"] = 3', "pass"),
        ("return empty", "return sorted(b, reverse=True)", "return []"),
        ("truth", "return sorted(b, reverse=True)", "return sorted(b, reverse=False)"),
    }


def test_a_line_that_is_there_twice_is_no_place(load: Load) -> None:
    assert _lines(load, "Of.twice") == {("return empty", 'return f"{a:>1}"', 'return ""')}
    assert _lines(load, "Of.nothing") == set()


def test_the_same_seed_draws_the_same(load: Load, package: Path) -> None:
    draw = load("draw").draw
    first = draw(package, seed=1)
    assert first == draw(package, seed=1)
    assert [(one.id, one.module) for one in first] == [("f01", "some"), ("f02", "some")]
    assert len({tuple(draw(package, seed=n)) for n in range(10)}) > 1


def test_a_fault_is_put_into_its_file(load: Load, package: Path) -> None:
    fault = load("fault")
    one = fault.Fault("f01", "some", "several", "drop", 'b["k"] = 3', "pass")
    fault.apply(one, package)
    assert (package / "some/__init__.py").read_text() == SOURCE.replace('b["k"] = 3', "pass")


def test_a_fault_whose_line_is_gone_says_where_it_was(load: Load, package: Path) -> None:
    fault = load("fault")
    one = fault.Fault("f01", "some", "several", "drop", "gone()", "pass")
    with pytest.raises(LookupError, match=r"f01: some\.py, several: 0 lines `gone\(\)`, not one; .* faults\.json"):
        fault.apply(one, package)
