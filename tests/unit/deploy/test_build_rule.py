"""Which number a build gets: each case of docs/builds.md, by its number there."""

from __future__ import annotations

from typing import Any

import pytest

from wrapper.deploy.build_rule import BuildChoice, Given, Ran, Said, Why, as_it_ran, choose, parse_said

NOTHING = Said(default=True)  # no file names it, and its default is null
N90, N95, N97 = Said("90", "f:1"), Said("95", "f:1"), Said("97", "f:1")
DEFAULT_1, DEFAULT_2 = Said("1", "v:1", default=True), Said("2", "v:1", default=True)


def by_files(number: str | None, then: Said | None) -> Ran:
    return Ran(number, then, by_files=True)


ROWS: dict[str, tuple[Ran | None, Said, dict[str, Any], str | None, Why]] = {
    "1 given": (by_files("90", N90), N90, {"given": Given("91", "-var")}, "91", Why.GIVEN),
    "1 given, and the files moved": (by_files("90", N90), N95, {"given": Given("91", "-var")}, "91", Why.GIVEN),
    "1 given in the mode pipeline": (
        by_files("90", N90),
        N95,
        {"given": Given("91", "-var"), "mode": "pipeline"},
        "91",
        Why.GIVEN,
    ),
    "2 the first apply": (None, N90, {"first": True}, "90", Why.FIRST),
    "2 the first apply in the mode pipeline": (None, N90, {"first": True, "mode": "pipeline"}, "90", Why.FIRST),
    "3 nothing moved": (by_files("90", N90), N90, {}, "90", Why.STAYS),
    "4 a pipeline gave it": (Ran("97", N90), N90, {}, "97", Why.STAYS),
    "5 a file names another": (by_files("90", N90), N95, {}, "95", Why.CHANGED),
    "5 a file names a lower one (T2)": (by_files("95", N95), N90, {}, "90", Why.CHANGED),
    "6 both moved": (Ran("97", N90), N95, {}, "95", Why.CHANGED),
    "7 git catches up": (Ran("97", N90), N97, {}, "97", Why.CAUGHT_UP),
    "8 a file names it newly": (Ran("97", NOTHING), N95, {}, "95", Why.CHANGED),
    "8 newly, where a default stood": (Ran("97", DEFAULT_1), Said("1", "f:1"), {}, "1", Why.CHANGED),
    "9 the line of a given one is deleted": (Ran("97", N90), NOTHING, {}, "97", Why.UNNAMED),
    "9 and there is a default": (Ran("97", N90), DEFAULT_1, {}, "97", Why.UNNAMED),
    "10 the line that brought it is deleted": (by_files("17", N90), NOTHING, {}, None, Why.DROPPED),
    "10 and there is a default": (by_files("17", N90), DEFAULT_1, {}, "1", Why.DROPPED),
    "10 and it is required": (by_files("17", N90), NOTHING, {"required": True}, "17", Why.UNNAMED),
    "11 null in a file": (by_files("17", N90), Said(None, "f:1"), {}, None, Why.CHANGED),
    "11 null in a file, though a pipeline gave it": (Ran("97", N90), Said(None, "f:1"), {}, None, Why.CHANGED),
    "12 the default that brought it changed": (by_files("1", DEFAULT_1), DEFAULT_2, {}, "2", Why.DEFAULT),
    "13 the default of a given one changed": (Ran("97", DEFAULT_1), DEFAULT_2, {}, "97", Why.STAYS),
    "14 declared since": (None, N90, {}, "90", Why.NEW),
    "14 declared since, with a default": (None, DEFAULT_1, {}, "1", Why.NEW),
    "16 --config-builds": (Ran("97", N90), N90, {"mode": "config"}, "90", Why.FILES),
    "16 --config-builds, and no file names it": (Ran("97", N90), NOTHING, {"mode": "config"}, None, Why.FILES),
    "17 an older tool's record": (Ran("97", None), N90, {}, "97", Why.UNKNOWN),
    "the mode pipeline: a file moves nothing": (by_files("90", N90), N95, {"mode": "pipeline"}, "90", Why.LEFT),
    "the mode pipeline: null moves nothing": (by_files("90", N90), Said(None, "f"), {"mode": "pipeline"}, "90", Why.LEFT),
    "the mode config: an older tool's record": (Ran("97", None), N90, {"mode": "config"}, "90", Why.FILES),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_the_table(row: str) -> None:
    ran, now, more, number, why = ROWS[row]
    found = choose(ran, more.get("given"), now, **{n: v for n, v in more.items() if n != "given"})
    assert (found.number, found.why) == (number, why)


@pytest.mark.parametrize(
    ("before", "now", "given", "expected"),
    [
        (by_files("90", N90), N95, None, True),  # 5: a file brings it
        (Ran("97", N90), N97, None, False),  # 7: it is still the pipeline's
        (by_files("90", N90), N90, None, True),  # 3
        (by_files("90", N90), N90, Given("90", "-var"), False),  # given again: now somebody stands for it
        (Ran("90", N90), Said("95", "f"), None, True),  # 6
        (None, N90, None, True),  # 2
    ],
)
def test_where_a_number_came_from_is_kept_until_it_changes(
    before: Ran | None, now: Said, given: Given | None, expected: bool
) -> None:
    assert choose(before, given, now).by_files is expected


def test_where_a_number_stands_is_no_change() -> None:
    """A line that moves from one file to another."""
    assert choose(Ran("97", N90), None, Said("90", "another:7")).why is Why.STAYS
    assert not choose(Ran("97", N90), None, Said("90", "another:7")).moved


def test_git_that_catches_up_moves_what_the_files_said() -> None:
    found = choose(Ran("97", N90), None, N97)
    assert (found.before, found.number, found.moved) == ("97", "97", True)


def test_rollback_holds_until_a_file_names_another() -> None:
    """T3: git says 97, 97 is bad, 90 was put back; what was recorded of the files is what they said at the rollback."""
    after = Ran("90", N97)
    assert choose(after, None, N97).number == "90"
    assert choose(after, None, Said("98", "f")).number == "98"


def test_a_revert_in_git_is_followed_once_an_apply_has_seen_the_number() -> None:
    """T4: promoted 97, git 90 -> 97, git reverted."""
    assert choose(Ran("97", N97), None, N90).number == "90"
    assert choose(Ran("97", N90), None, N90).number == "97"  # it never was seen


@pytest.mark.parametrize(("ran", "number"), [(Ran("97", N90), "97"), (Ran(None, N90), None), (None, "95")])
def test_a_command_that_means_what_runs(ran: Ran | None, number: str | None) -> None:
    assert as_it_ran(ran, None, N95).number == number
    assert as_it_ran(ran, Given("3", "-var"), N95).number == "3"


@pytest.mark.parametrize("said", [N90, NOTHING, DEFAULT_1, Said(None, "f:1")])
def test_what_the_files_say_survives_the_record(said: Said) -> None:
    assert parse_said(said.as_data()) == said


@pytest.mark.parametrize("data", [None, 7, {}, {"said": 90}, ["said"]])
def test_what_is_not_readable_is_not_known(data: object) -> None:
    assert parse_said(data) is None


def test_a_choice_is_what_the_table_says() -> None:
    assert choose(None, None, N90, first=True) == BuildChoice("90", Why.FIRST, N90)
