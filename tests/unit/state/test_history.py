"""A layer's earlier applies: written and read back, and the way back through them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import JSON

from wrapper.model.errors import NotFoundError, RefusedError, UsageError
from wrapper.state import history
from wrapper.state.history import History, HistoryEntry
from wrapper.state.record import DeploymentRecord

FAILED = DeploymentRecord(failed={"error": "no"})


def record(build: str, **more: Any) -> DeploymentRecord:
    return DeploymentRecord(
        at=f"at {build}", by="me", builds={"s-build": build}, seconds=2.5, commit="c", build_url="j", **more
    )


def run(history: History) -> str:
    return f"run {len(history) and history[-1].number}"


def applied(*numbers: str, **more: Any) -> History:
    """A history of applies of these builds; ``91!`` was not good; ``90<2`` is a rollback to the second apply."""
    found: History = ()
    for number in numbers:
        build, _, back = number.rstrip("!").partition("<")
        reason = {"rollback_of": found[-1].number, "back_to": int(back)} if back else {}
        found = history.added(found, record(build, reason=reason, run=run(found)))
        found = history.with_failure(found, found[-1].run, "no answer") if number.endswith("!") else found
    return found


def test_what_is_written_is_read_back() -> None:
    written = applied("89", "90!", "89<1")
    assert history.parse(json.loads(json.dumps(history.as_data(written)))) == written
    assert written[0] == HistoryEntry(1, "at 89", "me", {"s-build": "89"}, "c", "j", 2.5, run="run 0")
    assert (written[1].failed, written[2].reason_text) == ("no answer", "rollback of 2 to 1")


@given(
    JSON | st.fixed_dictionaries({"applies": st.lists(JSON | st.fixed_dictionaries({"number": JSON, "builds": JSON}))})
)
def test_anything_else_is_read_as_far_as_it_goes(data: Any) -> None:
    assert history.parse(history.as_data(history.parse(data))) == history.parse(data)


def test_an_apply_is_added_once() -> None:
    once = applied("89", "90")
    assert history.added(once, record("89", run=once[0].run)) is once
    assert len(history.added(once, record("90", run="another"))) == 3
    assert len(history.added(history.added((), record("90")), record("90"))) == 2, "an older tool named no run"


def test_an_apply_that_was_overtaken_is_not_added_after_the_later_one() -> None:
    def applied(run: str, serial: int, at: str) -> DeploymentRecord:
        return DeploymentRecord(run=run, at=at, state={"serial": serial, "lineage": "l"})

    later = history.added((), applied("later", 5, "2026-01-02"))
    assert history.added(later, applied("late", 4, "2026-01-02")) == later
    put_back = history.added(later, applied("on a state that was put back", 4, "2026-01-03"))
    assert [e.number for e in put_back] == [1, 2]


def test_numbers_stay_when_the_oldest_go() -> None:
    written = applied(*(str(n) for n in range(1, 61)))
    assert (len(written), written[0].number, written[-1].number) == (50, 11, 60)
    assert written[-1].builds == {"s-build": "60"}


@pytest.mark.parametrize(
    ("applies", "now", "expected"),
    [
        ("89 90", DeploymentRecord(), 1),
        ("89 90 90", DeploymentRecord(), 1),  # the same again is nothing to go back to
        ("88 89 90", DeploymentRecord(), 2),
        ("88 89! 90", DeploymentRecord(), 1),  # what was not good is passed over
        ("89 90!", FAILED, 1),  # applied, and the smoke test failed
        ("89 90", FAILED, 2),  # a try that was not recorded: what ran before is the last that was
        ("88 89 90 89<2", DeploymentRecord(), 1),  # a second rollback goes on, and does not put 90 back
        ("88 89 90 89<2 91", DeploymentRecord(), 4),
        ("90", DeploymentRecord(), None),
        ("90 90", DeploymentRecord(), None),
        ("", DeploymentRecord(), None),
    ],
)
def test_what_ran_before(applies: str, now: DeploymentRecord, expected: int | None) -> None:
    found = history.previous(applied(*applies.split()), now)
    assert (found.number if found else None) == expected


@pytest.mark.parametrize(("wanted", "expected"), [("", 3), ("1", 1), ("s-build=90", 2), ("s-build=92", 4)])
def test_what_is_chosen(wanted: str, expected: int) -> None:
    assert history.choose(applied("89", "90", "91", "92"), DeploymentRecord(), wanted, "app").number == expected


@pytest.mark.parametrize(
    ("applies", "wanted", "kind", "message", "hint"),
    [
        ("90", "", RefusedError, "app: no earlier builds are known", "begins with what runs now"),
        (
            "89 90",
            "7",
            NotFoundError,
            "app: no apply '7' in its history",
            "the last ones: 1 (s-build 89), 2 (s-build 90)",
        ),
        ("89 90", "s-build=7", NotFoundError, "no apply 's-build=7'", "1 (s-build 89)"),
        ("89! 90", "s-build=89", NotFoundError, "no apply 's-build=89'", ""),
        ("89 90", "t-build=7", UsageError, "no build 't-build'", "did you mean s-build?"),
        ("89 90", "latest", UsageError, "--to 'latest' is neither a number", "--to 7"),
        ("89 90", "=90", UsageError, "--to =90: no build ''", "did you mean s-build?"),
        ("", "7", NotFoundError, "no apply '7'", "the last ones: none"),
    ],
)
def test_what_cannot_be_chosen(applies: str, wanted: str, kind: type, message: str, hint: str) -> None:
    with pytest.raises(kind) as error:
        history.choose(applied(*applies.split()), DeploymentRecord(), wanted, "app")
    assert message in error.value.message and hint in error.value.hint
