"""Each code that a command ends with stands in docs/command-line.md and in --help, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from wrapper.cli.main import cli
from wrapper.model.errors import OrchestrateError
from wrapper.run.signals import _SIGNALS

PAGE = (Path(__file__).resolve().parents[3] / "docs/command-line.md").read_text()
OF_A_RESULT = {0, 2, 3}  # done, changes, another form
OF_THE_SHELL = {141}  # SIGPIPE


def below(kind: type[OrchestrateError]) -> set[type[OrchestrateError]]:
    return {kind, *(one for child in kind.__subclasses__() for one in below(child))}


CODES = {kind.exit_code for kind in below(OrchestrateError)} | {128 + s for s in _SIGNALS} | OF_A_RESULT | OF_THE_SHELL


def numbers(text: str) -> set[int]:
    return {int(n) for n in re.findall(r"\b\d{1,3}\b", text)}


def test_the_page_has_each_code() -> None:
    cells = re.findall(r"^\| ([\d, ]+) \|", PAGE.partition("## Exit codes")[2], re.MULTILINE)
    assert {n for cell in cells for n in numbers(cell)} == CODES


def test_the_page_orders_each_code_of_a_layer() -> None:
    """A layer writes no standard output of its own, so it meets no reader that ends."""
    (order,) = re.findall(r"in the order ([\d, and]+)\.", PAGE)
    assert numbers(order) == CODES - OF_THE_SHELL


def test_the_help_has_each_code() -> None:
    text = CliRunner().invoke(cli, ["--help"]).output.partition("Exit codes:")[2]
    assert numbers(text) == CODES
