"""Trying again: how often, after how long, and that it is said."""

from __future__ import annotations

import pytest

from wrapper.model.errors import BusyError, OrchestrateError, Stopped, TerraformFailed
from wrapper.run.retry import RetryClock, backoff, with_retries

THROTTLED = TerraformFailed("acme: terraform apply failed", said="Error: Rate exceeded")
NO_HOST = TerraformFailed("acme: terraform plan failed", said="Error: dial tcp: lookup sts.x: no such host")
DENIED = TerraformFailed("acme: terraform apply failed", said="Error: AccessDenied")


class Attempts:
    """Fails as told, then succeeds; and remembers what was waited for and said."""

    def __init__(self, *failures: OrchestrateError, sleep_raises: OrchestrateError | None = None) -> None:
        self.failures = list(failures)
        self.made = 0
        self.slept: list[float] = []
        self.said: list[str] = []
        self._sleep_raises = sleep_raises

    def attempt(self) -> str:
        self.made += 1
        if self.failures:
            raise self.failures.pop(0)
        return "well"

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self._sleep_raises:
            raise self._sleep_raises

    def run(self) -> str:
        return with_retries("acme", self.attempt, RetryClock(self.sleep, lambda: 1.0, self.said.append))


def test_what_goes_well_is_tried_once_and_nothing_is_said() -> None:
    attempts = Attempts()
    assert (attempts.run(), attempts.made, attempts.said) == ("well", 1, [])


def test_what_passes_is_tried_again_later_and_later_and_said() -> None:
    attempts = Attempts(THROTTLED, THROTTLED, THROTTLED)
    assert (attempts.run(), attempts.made, attempts.slept) == ("well", 4, [5.0, 10.0, 20.0])
    assert attempts.said[0] == "acme: throttled (the provider asked 25 times and gave up): try 2 in 5 s"
    assert [text.rpartition(": ")[2] for text in attempts.said] == ["try 2 in 5 s", "try 3 in 10 s", "try 4 in 20 s"]


@pytest.mark.parametrize(
    ("failures", "made", "last"),
    [
        ([THROTTLED] * 9, 4, "acme: throttled again, after 3 more tries: given up"),
        ([NO_HOST] * 9, 2, "acme: name not found again, after 1 more tries: given up"),
        (
            [NO_HOST, THROTTLED, THROTTLED, THROTTLED, THROTTLED],
            4,
            "acme: throttled again, after 3 more tries: given up",
        ),
    ],
)
def test_not_for_ever(failures: list[OrchestrateError], made: int, last: str) -> None:
    attempts = Attempts(*failures)
    with pytest.raises(TerraformFailed):
        attempts.run()
    assert (attempts.made, attempts.said[-1]) == (made, last)


@pytest.mark.parametrize("error", [DENIED, BusyError("locked"), Stopped("by SIGTERM")])
def test_what_does_not_pass_is_raised_at_once(error: OrchestrateError) -> None:
    attempts = Attempts(error)
    with pytest.raises(type(error)):
        attempts.run()
    assert (attempts.made, attempts.said, attempts.slept) == (1, [], [])


def test_a_denial_after_a_throttle_is_the_end() -> None:
    attempts = Attempts(THROTTLED, DENIED)
    with pytest.raises(TerraformFailed) as error:
        attempts.run()
    assert error.value is DENIED and attempts.made == 2


def test_a_signal_ends_the_pause_and_nothing_is_tried() -> None:
    attempts = Attempts(THROTTLED, sleep_raises=Stopped("by SIGINT"))
    with pytest.raises(Stopped):
        attempts.run()
    assert attempts.made == 1


def test_half_of_the_pause_is_chance_and_it_has_an_end() -> None:
    assert [backoff(n, 0.0) for n in (1, 2, 3)] == [2.5, 5.0, 10.0]
    assert backoff(99, 1.0) == 60.0
