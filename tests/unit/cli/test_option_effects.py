"""An option that a command takes acts: with it another result than without it. Which pairs there are says
tests/support/options.tsv."""

from __future__ import annotations

import pytest
from effects import Bench, Case, Copy, prepared
from option_cases import case, changed
from options_table import GENERAL, rows

PAIRS: dict[str, list[str]] = {}
for row in rows():
    if row.test == GENERAL:
        for name in row.commands:
            PAIRS.setdefault(name, []).append(row.option)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    folder = tmp_path_factory.mktemp("effects")
    return Copy(prepared(folder / "original").root, folder / "project")


@pytest.fixture
def bench(copy: Copy, capfd: pytest.CaptureFixture[str]) -> Bench:
    return Bench(copy, capfd)


@pytest.mark.parametrize(
    "line", ["apply app-test --all-tenants --jobs 1", "reap --yes", "tenants app-test", "keep --list"]
)
def test_without_an_option_nothing_differs(bench: Bench, line: str) -> None:
    """What the other test sees is the option's, not the clock's."""
    one = Case(line, change=changed)
    first, second = bench.run(one, line), bench.run(one, line)
    assert first == second


@pytest.mark.parametrize("command", PAIRS)
def test_acts(bench: Bench, command: str) -> None:
    for option in PAIRS[command]:
        one = case(command, option)
        without, with_it = bench.both(one)
        assert 64 not in (without.code, with_it.code), (option, one, without, with_it)
        assert without != with_it, (option, one, without)
