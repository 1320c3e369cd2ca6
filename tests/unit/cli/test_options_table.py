"""Every command with every option has a line in tests/support/options.tsv: it acts, as a named test shows; it is refused; or it is
taken for old pipelines, which is -var and -input alone. A new option without a line fails."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import click
import pytest
from options_table import rows
from options_walk import TREE, arguments_of

from wrapper.cli.options import Options
from wrapper.cli.session import CliSession
from wrapper.model.errors import UsageError

TESTS = Path(__file__).resolve().parents[2]
ROWS = rows()
COMMANDS = {" ".join(words): command for words, command in TREE.items()}
TAKEN = {
    (name, next(o for o in p.opts if o.startswith("--")))
    for name, command in COMMANDS.items()
    for p in command.params
    if isinstance(p, click.Option)
}
ONE_DASH = ("-var", "-var-file", "-input")
STACKS = {"promote": ["a", "b"], "reap": []}


def pairs(*marks: str) -> set[tuple[str, str]]:
    return {(name, row.option) for row in ROWS if row.mark in marks for name in row.commands}


def test_every_pair_has_one_line() -> None:
    counted = Counter((name, row.option) for row in ROWS for name in row.commands)
    assert {pair for pair, times in counted.items() if times > 1} == set()
    options = {option for _, option in TAKEN} | set(ONE_DASH)
    assert set(counted) == {(name, option) for name in COMMANDS for option in options}


def test_what_click_takes_acts_and_nothing_else_does() -> None:
    acts = {pair for pair in pairs("acts") if pair[1] not in ONE_DASH}
    assert acts == TAKEN


def test_only_these_are_taken_for_old_pipelines() -> None:
    assert {row.mark for row in ROWS} == {"acts", "refused", "old"}
    assert {option for _, option in pairs("old")} == {"-var", "-input"}


@pytest.mark.parametrize("named", sorted({row.test for row in ROWS}))
def test_a_named_test_is_there(named: str) -> None:
    file, _, name = named.partition("::")
    assert re.search(rf"^def {name}\(", (TESTS / file).read_text(), re.MULTILINE)


VALUES = {"--jobs": "2", "--parts": "2", "--canary": "1", "--wave": "1", "--smoke-status": "200", "--smoke-tries": "2"}
FLAGS = {o for c in COMMANDS.values() for p in c.params if isinstance(p, click.Option) and p.is_flag for o in p.opts}


@pytest.mark.parametrize("name", COMMANDS)
def test_refused(name: str) -> None:
    """In a place where there is no project: what a command does not take is refused before anything is read."""
    command = COMMANDS[name]
    here = "unit/cli/test_options_table.py::test_refused"
    for option in sorted(row.option for row in ROWS if row.test == here and name in row.commands):
        words = [f"{option}=x=y"] if option in ONE_DASH else [option]
        words = [*STACKS.get(name, ["a"] if command.params[-1].name == "words" else []), *words]
        if option not in (*FLAGS, *ONE_DASH):
            words.append(VALUES.get(option, "5m"))
        session = CliSession(Options(root="/nonexistent"))
        with pytest.raises((UsageError, click.UsageError)) as error:
            command.main([*arguments_of(command), *words], name, standalone_mode=False, obj=session)
        assert option in str(error.value), (name, option, error.value)
