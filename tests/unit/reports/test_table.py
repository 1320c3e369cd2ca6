"""A report in a terminal."""

from __future__ import annotations

import pytest
from reports_of_many import BEGAN, layer_result, report

from wrapper.model.findings import BuildChange
from wrapper.model.nouns import Diagnostic
from wrapper.model.report import Changes, ErrorDetails
from wrapper.reports import table

MIXED = report(
    layer_result("", changes=Changes(1, 0, 0), seconds=8.25),
    layer_result("acme", changes=Changes(0, 1, 2), seconds=61, url="https://acme.example.com"),
    layer_result("globex", "unchanged", reason="its inputs are those of its last apply"),
    layer_result(
        "initech",
        "failed",
        exit_code=1,
        error=ErrorDetails("terraform apply failed", "main.tf:1", "look"),
        diagnostics=(
            Diagnostic("error", "Access\ndenied", "first\n\nsecond", "aws_x.y", "main.tf:7"),
            Diagnostic("warning", "old"),
        ),
        log="logs/initech.log",
        builds=(BuildChange("a-build", "90", "91", "-var a-build"), BuildChange("b-build", "7", "7", "f:1")),
    ),
    layer_result("hooli", "stopped", exit_code=143, reason="stopped before it began"),
)


def test_rows() -> None:
    assert table.rows(MIXED) == [
        ("initech", "failed", "", "", "", "0.0", "", "Access denied"),
        ("hooli", "stopped", "", "", "", "0.0", "", "stopped before it began"),
        ("(the stack)", "succeeded", "1", "0", "0", "8.2", "", ""),
        ("acme", "succeeded", "0", "1", "2", "61.0", "https://acme.example.com", ""),
        ("globex", "unchanged", "", "", "", "0.0", "", "its inputs are those of its last apply"),
    ]
    assert all(len(row) == len(table.HEAD) for row in table.rows(MIXED))


def test_a_long_why_is_cut() -> None:
    (row,) = table.rows(report(layer_result(reason="x" * 101)))
    assert row[-1] == "x" * 99 + "…"


def test_nothing_reaches_the_terminal_that_it_would_act_on() -> None:
    evil = "\x1b[2J\x1b]0;owned\x07a\rb\u202e"
    said = (Diagnostic("error", evil, evil, evil, evil),)
    fault = ErrorDetails(evil, evil, evil, evil)
    moved = (BuildChange(evil, evil, None, evil),)
    made = report(
        layer_result(evil, "failed", exit_code=65, url=evil, log=evil, error=fault, diagnostics=said, builds=moved)
    )
    shown = "".join([*table.troubles(made), *("".join(row) for row in table.rows(made))])
    assert "owned" in shown
    assert not set(shown) & set("\x1b\x07\r\u202e")


def test_the_last_words_of_one_without_a_diagnostic() -> None:
    made = report(
        layer_result("acme", "failed", exit_code=1, error=ErrorDetails("it failed", said="one\n  two"), log="l")
    )
    assert list(table.troubles(made))[1:] == ["  its last words:", "    one", "      two", "  log: l"]


def test_troubles_in_full() -> None:
    assert list(table.troubles(MIXED)) == [
        "ap-southeast-2/appcluster-test/initech: failed, exit code 1: Access denied",
        "  builds: a-build 90 -> 91 (-var a-build)",
        "  where: main.tf:1",
        "  to do: look",
        "  error: Access denied (aws_x.y, main.tf:7)",
        "    first",
        "",
        "    second",
        "  warning: old",
        "  log: logs/initech.log",
        "1 layer never began, exit code 143: stopped before it began",
    ]


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (
            MIXED,
            "apply ap-southeast-2/appcluster-test: 1 failed, 1 stopped, 2 succeeded, 1 unchanged; +1 ~1 -2; 1 min; exit code 143",
        ),
        (report(finished=BEGAN), "apply ap-southeast-2/appcluster-test: nothing to do; +0 ~0 -0; 0 s; exit code 0"),
        (
            report(layer_result(), shard="2/8"),
            "apply ap-southeast-2/appcluster-test (shard 2/8): 1 succeeded; +0 ~0 -0; 1 min; exit code 0",
        ),
        (
            report(layer_result(), missing=("1/8", "2/8")),
            "apply ap-southeast-2/appcluster-test: 1 succeeded, 2 shards missing; +0 ~0 -0; 1 min; exit code 75",
        ),
    ],
)
def test_the_last_line_says_it_all(made: object, line: str) -> None:
    assert table.last_line(made) == line  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0, "0 s"), (0.04, "0 s"), (0.4, "0.4 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min")),
        *((61, "1 min 1 s"), (3599, "59 min 59 s"), (3599.6, "1 h"), (7260, "2 h 1 min"), (90000, "25 h")),
    ],
)
def test_lengths(seconds: float, words: str) -> None:
    assert table.length(seconds) == words


def runs(before: str | None, after: str | None) -> tuple[BuildChange, ...]:
    return (BuildChange("a-build", before, after), BuildChange("b-build", "7", "7"))


def test_of_a_build_that_runs_in_two_numbers_it_is_told() -> None:
    made = report(
        *(layer_result(f"t{n}", builds=runs("90", "91")) for n in range(2)),
        layer_result("bad", "failed", builds=runs("90", "91")),
        *(layer_result(f"u{n}", "stopped", builds=runs("90", "91")) for n in range(3)),
        layer_result("new", "failed", builds=runs(None, "91")),
    )
    assert list(table.mixed(made)) == ["a-build: 91 in 2, 90 in 4"]
    assert list(table.mixed(report(layer_result(builds=runs("90", "91"))))) == []
    many = report(*(layer_result(f"t{n}", builds=runs(None, str(n))) for n in range(9)))
    assert list(table.mixed(many)) == ["a-build: 3 in 1, 2 in 1, 1 in 1, 0 in 1, 5 more numbers"]
