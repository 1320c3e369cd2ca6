"""What is printed where: Terraform's voice and JSON to stdout, all else to stderr; colours only where they show."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from typing import Any

import pytest

from wrapper.cli.console import TerminalConsole, error_data, open_console
from wrapper.model.errors import BusyError, ConfigError

PLAIN = TerminalConsole(color_out=False, color_err=False)
COLOURED = TerminalConsole(color_out=True, color_err=True, width=80)
NARROW = TerminalConsole(color_out=False, color_err=False, width=12)
Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("do", "out", "err"),
    [
        (lambda c: c.output(b"made\n", False), "made\n", ""),
        (lambda c: c.output(b"oh\n", True), "", "oh\n"),
        (lambda c: c.info("a word"), "", "a word\n"),
        (lambda c: c.info("+ terraform plan"), "", "+ terraform plan\n"),
        (lambda c: c.print("a url"), "a url\n", ""),
        (lambda c: c.print("half \ud800"), "half \\ud800\n", ""),
        (lambda c: c.json({"é": None, "a": 1}), '{\n  "é": null,\n  "a": 1\n}\n', ""),
        (lambda c: c.json({"é": "\x9b", "a": 1}, in_a_line=True), '{"é": "\\u009b", "a": 1}\n', ""),
        (lambda c: c.error(ConfigError("bad")), "", "error: bad\n"),
        (
            lambda c: c.error(ConfigError("bad", where="f:1", hint="mend it")),
            "",
            "error: bad\n  where: f:1\n  to do: mend it\n",
        ),
        (
            lambda c: c.table(("name", "n"), [("long one", 1), ("b", None)]),
            "NAME      N\nlong one  1\nb         None\n",
            "",
        ),
        (lambda c: c.table(("name",), []), "NAME\n", ""),
    ],
)
def test_without_colours(capfd: Capture, do: Any, out: str, err: str) -> None:
    do(PLAIN)
    assert tuple(capfd.readouterr()) == (out, err)


@pytest.mark.parametrize(
    ("do", "out", "err"),
    [
        (lambda c: c.info("a word"), "", "a word\n"),
        (lambda c: c.info("+ terraform"), "", "\x1b[2m+ terraform\x1b[0m\n"),
        (lambda c: c.error(ConfigError("bad")), "", "\x1b[31merror:\x1b[0m bad\n"),
        (lambda c: c.table(("result",), [("failed",)]), "\x1b[1mRESULT\x1b[0m\n\x1b[31mfailed\x1b[0m\n", ""),
    ],
)
def test_with_colours(capfd: Capture, do: Any, out: str, err: str) -> None:
    do(COLOURED)
    assert tuple(capfd.readouterr()) == (out, err)


def test_a_table_that_is_too_wide_goes_on_below(capfd: Capture) -> None:
    NARROW.table(("name", "value"), [("size", "0123456789")])
    assert capfd.readouterr().out == "NAME  VALUE\nsize  012345\n      6789\n"


def test_where_stdout_is_for_data_terraform_speaks_on_stderr(capfd: Capture) -> None:
    TerminalConsole(color_out=False, color_err=False, data_only=True).output(b"words\n", False)
    assert tuple(capfd.readouterr()) == ("", "words\n")


@pytest.mark.parametrize(
    ("environ", "terminal", "colour"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "xterm"}, True, True),
    ],
)
def test_colours_only_where_they_show(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], terminal: bool, colour: bool
) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    monkeypatch.setattr(sys, "stdout", Stream())
    monkeypatch.setattr(sys, "stderr", Stream())
    made = open_console(environ)
    assert (made.color_out, made.color_err) == (colour, colour)


@pytest.mark.parametrize(
    ("typed", "agreed"), [("yes\n", True), (" yes \n", True), ("y\n", False), ("", False), ("YES\n", False)]
)
def test_only_the_wanted_word_agrees(capfd: Capture, monkeypatch: pytest.MonkeyPatch, typed: str, agreed: bool) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert PLAIN.confirm("Go on?", "yes") is agreed
    assert tuple(capfd.readouterr()) == ("", "Go on? ")


def test_a_reader_that_went_away_ends_nothing(capfd: Capture) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    kept = os.dup(1)
    try:
        os.dup2(writer, 1)
        PLAIN.print("into the void")
        PLAIN.info("still here")
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(writer)
    assert capfd.readouterr().err == "still here\n"


def test_what_prints_for_ever_ends_with_its_reader(capfd: Capture) -> None:
    """Seen before a line is printed, and after one was."""
    console = TerminalConsole(color_out=False, color_err=False)
    console.check_read()
    kept, (reader, writer) = os.dup(1), os.pipe()
    os.dup2(writer, 1)
    os.close(writer)
    try:
        console.check_read()
        os.close(reader)
        with pytest.raises(BrokenPipeError):
            console.check_read()
        assert not console.unread
        console.print("x")
    finally:
        os.dup2(kept, 1)
        os.close(kept)
    assert console.unread
    with pytest.raises(BrokenPipeError):
        console.check_read()


def test_an_error_as_data() -> None:
    data = error_data(BusyError("held", where="r/s", hint="wait"))
    assert json.loads(json.dumps(data)) == {
        "error": {"message": "held", "where": "r/s", "hint": "wait", "exit_code": 75}
    }


def test_an_error_as_data_suggests_what_the_message_suggests() -> None:
    data = error_data(BusyError("held by x", hint="./x"), lambda text: text.replace("x", "y"))
    assert data["error"] == {"message": "held by y", "where": "", "hint": "./y", "exit_code": 75}


# Of each kind that a terminal acts on: C0, DEL, 8-bit C1, a return over the line, direction, ends of lines.
ACTED_ON = "\x1b[2J\x07\x7f\x9b2J\x90q\x9c\r\u202e\u2066\u200f\u061c\u2028\x85\x00"
WRITTEN_OUT = "\\x1b[2J\\x07\\x7f\\x9b2J\\x90q\\x9c\\r\\u202e\\u2066\\u200f\\u061c\\u2028\\x85\\x00"


@pytest.mark.parametrize("console", [PLAIN, COLOURED, NARROW], ids=["plain", "coloured", "narrow"])
@pytest.mark.parametrize(
    "do",
    [
        lambda c: c.info(ACTED_ON),
        lambda c: c.info(f"+ terraform {ACTED_ON}"),
        lambda c: c.print(ACTED_ON),
        lambda c: c.error(ConfigError(ACTED_ON, where=ACTED_ON, hint=ACTED_ON)),
        lambda c: c.confirm(ACTED_ON, "yes"),
        lambda c: c.table((ACTED_ON, "result"), [(ACTED_ON, ACTED_ON)]),
        lambda c: c.json({ACTED_ON: ACTED_ON}),
    ],
    ids=["info", "echo", "print", "error", "confirm", "table", "json"],
)
def test_nothing_that_a_terminal_acts_on_is_printed(
    capfd: Capture, monkeypatch: pytest.MonkeyPatch, console: TerminalConsole, do: Any
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    do(console)
    said = re.sub("\x1b\\[(31|[012])m", "", "".join(capfd.readouterr()))
    assert [c for c in said if c in ACTED_ON and c not in "[2Jq"] == []
    assert "2J" in said.replace("\n", "").replace(" ", ""), "what stood there is seen"


def test_it_is_written_out_and_json_stays_the_same_data(capfd: Capture) -> None:
    PLAIN.info(ACTED_ON + "\n\tmore é")
    assert capfd.readouterr().err == WRITTEN_OUT + "\n\tmore é\n", "lines stay lines"
    PLAIN.table(("a",), [("x\ny\tz",)])
    assert capfd.readouterr().out == "A\nx\\ny\\tz\n", "a cell makes no row of its own"
    PLAIN.json([ACTED_ON])
    assert json.loads(capfd.readouterr().out) == [ACTED_ON]
