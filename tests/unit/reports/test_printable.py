"""Text from outside, made harmless before it is shown."""

from __future__ import annotations

import re
import sys

import pytest

from wrapper.reports import printable


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\x00b\x08c\x0bd\x1fe\ufffef\ud800g", "abcdefg"),
        ("acme\u202egpj.exe\u2066", "acmegpj.exe"),
        ("\x7f\x80\x9b31m\x85", "31m\x85"),
        ("\x1b[31mred\x1b[0m \x1b[2Kline", "red line"),
        ("tab\tline\nend\r é 🙂 </failure> ]]>", "tab\tline\nend\r é 🙂 </failure> ]]>"),
    ],
)
def test_what_would_be_acted_on_is_taken_out(text: str, cleaned: str) -> None:
    assert printable.clean(text) == cleaned


def test_in_one_line() -> None:
    assert printable.line(" a\r\n b\x1b[2J\tc ") == "a b c"


def test_what_a_terminal_acts_on_is_written_out_and_nothing_else() -> None:
    """Each character there is: Python's own word on what can be printed decides only where there is nothing to do."""
    every = [chr(number) for number in range(sys.maxunicode + 1)]
    for shown, pattern in (
        (printable.visible, printable._ACTED_ON),
        (printable.visible_line, f"[\t\n]|{printable._ACTED_ON}"),
    ):
        assert [c for c in every if shown(c) != c] == re.findall(pattern, "".join(every))
