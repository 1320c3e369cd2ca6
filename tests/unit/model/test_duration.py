"""One grammar of durations, for every option."""

from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from options_walk import TREE, arguments_of
from said import Said

from wrapper.cli.options import Duration
from wrapper.model import duration
from wrapper.model.errors import TimeoutExpired, UsageError

Run = Callable[..., Said]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("5m", 300),
        ("1h30m", 5400),
        ("1.5s", 1.5),
        ("250ms", 0.25),
        ("2d", 172_800),
        ("1d12h", 129_600),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert duration.parse(text) == duration.parse_or_zero(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "5m!", "-5m", "five", "12x", "12h later", "1e3s", "\u0661s"])
def test_no_duration(text: str) -> None:
    for parse in (duration.parse, duration.parse_or_zero):
        with pytest.raises(UsageError, match=r"--wait .* is not a duration"):
            parse(text, "--wait")


def test_a_time_that_no_timer_takes() -> None:
    for text in ("367d", "999999999h", "999999999d999999999d"):
        with pytest.raises(UsageError, match="is more than a year"):
            duration.parse(text)


@pytest.mark.parametrize("text", ["0", "0s", "0h0m"])
def test_nothing(text: str) -> None:
    assert duration.parse_or_zero(text) == 0
    with pytest.raises(UsageError, match=r"is 0|is not"):
        duration.parse(text)


def test_every_option_that_is_a_time_has_this_grammar(run_cli: Run) -> None:
    """It is refused before anything runs, in the same words, whichever command takes it."""
    met = set()
    for words, command in TREE.items():
        for option in (p for p in command.params if isinstance(p, click.Option) and p.metavar == "TIME"):
            if option.name in ("until", "since"):  # a moment; --since also a duration
                continue
            assert isinstance(option.type, Duration), (words, option.name)
            said = run_cli(*words, *arguments_of(command), option.opts[0], "2x")
            assert (said.code, f"error: {option.opts[0]} '2x' is not a duration" in said.err) == (64, True), said
            met.add(option.name)
    assert met == {
        "timeout",
        "rollout_timeout",
        "tenant_timeout",
        "smoke_timeout",
        "older_than",
        "lock_timeout",
        "start_timeout",
        "ttl",
        "warn",
    }


def test_a_pause_that_is_bounded_raises_when_its_time_has_passed() -> None:
    now, paused = [0.0], list[float]()

    def pause(seconds: float) -> None:
        paused.append(seconds)
        now[0] += seconds

    wait = duration.bounded(pause, 3.0, lambda: TimeoutExpired("late"), lambda: now[0])
    wait(2.0)
    wait(2.0)
    with pytest.raises(TimeoutExpired, match="late"):
        wait(2.0)
    assert paused == [2.0, 2.0]
