"""The table of options: tests/support/options.tsv, one line for an option, a mark and a test.

Marks: ``acts``, with the test that shows two results, with and without it; ``refused`` (64); ``old``, taken for old pipelines with
a word. An option with one dash is one of Terraform's that the tool itself understands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("options.tsv")
GENERAL = "unit/cli/test_option_effects.py::test_acts"


@dataclass(frozen=True)
class Row:
    option: str
    mark: str
    test: str
    commands: tuple[str, ...]


def rows() -> list[Row]:
    """A line's commands are parted by commas."""
    lines = [line.split("\t") for line in FILE.read_text().splitlines() if line and not line.startswith("#")]
    return [Row(option, mark, test, tuple(commands.split(","))) for option, mark, test, commands in lines]
