"""The night's rules: a day in a zone, across a change of the clock; ages; who is spared, and by what first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import stack
from hypothesis import given
from hypothesis import strategies as st

from wrapper.model.errors import ConfigError, OrchestrateError, UsageError
from wrapper.model.stack import Settings
from wrapper.reaper import rules, time_zones
from wrapper.reaper.rules import Hold, ReapCandidate

SYDNEY = time_zones.zone("Australia/Sydney")
NOW = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
HOUR = 3600.0


def utc(text: str, zone: str = "Australia/Sydney") -> str:
    return datetime.fromtimestamp(rules.until(text, time_zones.zone(zone), NOW), UTC).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("typed", "zone", "moment"),
    [
        ("2026-12-01", "Australia/Sydney", "2026-12-01T13:00"),
        ("2026-06-01", "Australia/Sydney", "2026-06-01T14:00"),
        ("2026-12-01", "UTC", "2026-12-02T00:00"),
        ("2026-12-31", "America/New_York", "2027-01-01T05:00"),
        # the day on which summer time begins (23 hours) and the one on which it ends (25)
        ("2026-10-03", "Australia/Sydney", "2026-10-03T14:00"),
        ("2026-10-04", "Australia/Sydney", "2026-10-04T13:00"),
        ("2026-04-04", "Australia/Sydney", "2026-04-04T13:00"),
        ("2026-04-05", "Australia/Sydney", "2026-04-05T14:00"),
        # where the clock leaps over midnight itself: the moment of the leap
        ("2026-09-05", "America/Santiago", "2026-09-06T04:00"),
        (" 2026-12-01T18:00 ", "Australia/Sydney", "2026-12-01T07:00"),
        ("2026-12-01 18:00:30", "Australia/Sydney", "2026-12-01T07:00"),
        ("2026-12-01T18:00Z", "Australia/Sydney", "2026-12-01T18:00"),
        ("2026-12-01T18:00+02:00", "Australia/Sydney", "2026-12-01T16:00"),
        # a time that comes twice: the later one
        ("2026-04-05T02:30", "Australia/Sydney", "2026-04-04T16:30"),
    ],
)
def test_a_day_is_all_of_it_and_a_time_is_that_of_the_zone(typed: str, zone: str, moment: str) -> None:
    assert utc(typed, zone) == moment


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("tomorrow", "another form"),
        ("", "another form"),
        ("2026-13-01", "month must be in 1..12"),
        ("2026-02-30", "day is out of range"),
        ("2026-12-01T25:00", "hour must be in 0..23"),
        ("2026-12-01T18", "another form"),
        ("01.12.2026", "another form"),
        ("9999-12-31", "no date and no time"),
        ("2026-10-04T02:30", "the clock leaves it out"),
        ("2025-12-30", "is past: it ended 2025-12-31 00:00"),
    ],
)
def test_what_is_no_time_is_said(typed: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as error:
        rules.until(typed, SYDNEY, NOW)
    assert "2026-12-01" in error.value.hint


@given(st.dates(min_value=datetime(2026, 1, 2).date(), max_value=datetime(2037, 1, 1).date()))
def test_each_day_begins_where_the_one_before_ended_by_the_clock(day: object) -> None:
    """One second later the clock of the zone shows the next day, whatever it leapt over."""
    for name in ("Australia/Sydney", "America/Santiago", "Asia/Tehran", "Europe/London", "UTC"):
        zone = time_zones.zone(name)
        end = rules.until(str(day), zone, NOW)
        assert str(datetime.fromtimestamp(end - 1, zone).date()) == str(day)
        assert datetime.fromtimestamp(end, zone).date() - datetime.fromtimestamp(end - 1, zone).date() == timedelta(1)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (0, "0 min"),
        (-5, "0 min"),
        (59 * 60, "59 min"),
        (3 * HOUR, "3 h"),
        (3.5 * HOUR, "3 h 30 min"),
        (52 * HOUR, "2 d 4 h"),
    ],
)
def test_an_age_in_words(length: float, words: str) -> None:
    assert rules.age(length) == words


def test_a_moment_of_a_record() -> None:
    assert rules.stamp("2026-01-01T00:00:00Z") == rules.stamp("2026-01-01T00:00:00") == NOW
    assert rules.stamp("") is rules.stamp("yesterday") is None


# -- who is spared ----------------------------------------------------------------------------------

KEPT = Hold(NOW + HOUR, "2026-12-01", "Australia/Sydney", "a demo")
FOUND = ReapCandidate("r", "app", stack(settings=Settings(ephemeral=True)), ("", "acme"), last=NOW - HOUR)
PROTECTED = stack(settings=Settings(ephemeral=True, protected=True))


def test_what_spares_a_stack_and_what_wins() -> None:
    assert FOUND.spared(NOW, 0) == ""
    assert "last applied 1 h ago, and --older-than says 12 h" in FOUND.spared(NOW, 12 * HOUR)
    assert FOUND.spared(NOW, HOUR) == ""
    hold = replace(FOUND, hold=KEPT)
    assert hold.spared(NOW, 12 * HOUR) == "kept until 2026-12-01 Australia/Sydney (a demo)"
    assert hold.spared(NOW + HOUR, 0) == "", "its time is over"
    assert replace(hold, stack=PROTECTED).spared(NOW + HOUR, 0) == "protected"
    assert "no state bucket" in replace(FOUND, bucket=False).spared(NOW, 0)
    assert replace(FOUND, last=None).spared(NOW, 12 * HOUR) == "", "nothing but what stayed of a destroy"


def test_what_goes() -> None:
    assert FOUND.goes(NOW, 0)
    assert replace(FOUND, deployed=(), busy=("acme",)).goes(NOW, 0), "somebody makes it now"
    assert not replace(FOUND, deployed=()).goes(NOW, 0)
    assert not replace(FOUND, error=OrchestrateError("no")).goes(NOW, 0)
    assert FOUND.tenants == ("acme",)
    (row,) = rules.words([replace(FOUND, hold=KEPT)], NOW, 0)
    assert (row["reap"], row["why"][:10], row["kept"]["reason"], row["shared_layer"]) == (
        False,
        "kept until",
        "a demo",
        True,
    )


def test_what_is_kept_is_read_as_it_was_written() -> None:
    assert rules.parse_hold(KEPT.as_data(), "keep.json") == KEPT


@pytest.mark.parametrize("data", [None, [], {}, {"until": "soon"}, {"until": True}])
def test_a_keep_that_cannot_be_read_is_no_keep_and_no_end_of_it(data: object) -> None:
    with pytest.raises(ConfigError, match="until when") as error:
        rules.parse_hold(data, "r/app/keep.json")
    assert error.value.where == "r/app/keep.json"


# -- zones ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Australia/Sidney", "did you mean Australia/Sydney?"),
        ("Xyzzy", "use a name such as"),
        ("../etc/passwd", "use a name such as"),
        ("", "use a name such as"),
    ],
)
def test_a_zone_that_does_not_exist(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match="no time zone") as error:
        time_zones.zone(name)
    assert hint in error.value.hint


def test_this_machines_zone(tmp_path: Path) -> None:
    link = tmp_path / "localtime"
    assert time_zones.local({}, link) == (UTC, "UTC")
    link.symlink_to("/usr/share/zoneinfo/Australia/Sydney")
    assert time_zones.local({}, link) == (SYDNEY, "Australia/Sydney")
    assert time_zones.local({"TZ": ":Europe/London"}, link) == (time_zones.zone("Europe/London"), "Europe/London")
    with pytest.raises(UsageError, match="no time zone 'Nowhere'"):
        time_zones.local({"TZ": "Nowhere"}, link)
