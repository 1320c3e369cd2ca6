"""The one-line faults that a suite is measured with (tests/support/faults): each has its place in the source, and they are
drawn, not chosen."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
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
    first = [draw(package, seed=n) for n in range(10)]
    assert first == [draw(package, seed=n) for n in range(10)]
    assert {(one.id, one.module) for faults in first for one in faults} == {("f01", "some"), ("f02", "some")}
    assert len({tuple(faults) for faults in first}) > 1


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
    with pytest.raises(LookupError, match=r"no module other\.py .* faults\.json"):
        fault.apply(replace(one, module="other"), package)


# -- which tests find them ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("F\n=== short\nFAILED tests/test_a.py::test_b - assert 1 == 2\n1 failed in 0.1s", "tests/test_a.py::test_b"),
        ("FAILED tests/test_a.py::test_b[65 'a b'-c]\n1 failed", "tests/test_a.py::test_b[65 'a b'-c]"),
        ("ERROR tests/test_a.py - ImportError: x\n1 error", "tests/test_a.py"),
        ("ImportError while loading conftest\nE   no such thing", "pytest ended 4: E   no such thing"),
    ],
)
def test_the_first_failing_test_is_named(load: Load, said: str, name: str) -> None:
    assert load("suite").named(said, 4) == name


def test_the_tests_near_a_module_have_its_name(load: Load, tmp_path: Path) -> None:
    for name in ("test_deploy.py", "unit/cli/test_deploy_long.py", "test_run.py", "deploy.py"):
        (tmp_path / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tests" / name).touch()
    near = load("suite").near
    assert near("cli/deploy", tmp_path) == ["tests/test_deploy.py", "tests/unit/cli/test_deploy_long.py"]
    assert near("deploy/__init__", tmp_path) == near("deploy", tmp_path)
    assert near("answers", tmp_path) == []


def test_only_a_test_that_passes_without_the_fault_has_found_it(load: Load) -> None:
    failing = {"faulty": ["a::always", "a::right"], "clean": ["a::always"]}

    def fails(root: Path, tests: Sequence[str]) -> str:
        left = [one for one in failing[str(root)] if f"--deselect={one}" not in tests]
        return next((one for one in left if "all" in tests or one in tests), "")

    first = load("suite").first_failing
    assert first(Path("faulty"), Path("clean"), ["all"], fails) == "a::right"
    assert first(Path("faulty"), Path("clean"), ["a::always"], fails) == ""


def test_what_does_not_end_is_found_by_its_time(load: Load, tmp_path: Path) -> None:
    assert load("suite").failing_in(tmp_path, [], 0.01) == "no end within 0.01 s"


# -- what is kept -------------------------------------------------------------------------------


def test_nothing_is_run_twice_nor_after_it_was_found(load: Load, tmp_path: Path) -> None:
    rows, ran, file = load("rows"), [], tmp_path / "rows.json"

    def find(tests: list[str]) -> str:
        ran.extend(tests)
        return "a::b" if tests == ["y"] else ""

    selections = {name: [name] for name in "xyz"}
    for row in rows.measured(rows.Row("f01", tried=("x",)), selections, find):
        rows.write(file, {"f01": row})
    assert ran == ["y"]
    assert rows.read(file) == {"f01": rows.Row("f01", True, "a::b", ("x", "y"))}
    assert list(rows.measured(rows.read(file)["f01"], selections, find)) == []


def test_what_was_found_and_is_not_now_is_lost(load: Load, tmp_path: Path) -> None:
    row, lost = load("rows").Row, load("rows").lost
    before = {id: row(id, id != "f03", "a::b") for id in ("f01", "f02", "f03", "f04")}
    now = {"f01": row("f01", True, "c::d"), "f02": row("f02")}
    assert [one.id for one in lost(before, now)] == ["f02", "f04"]
    assert load("rows").read(tmp_path / "none") == {}
