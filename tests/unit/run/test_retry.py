"""Trying again: how often, after how long, and that it is said."""

from __future__ import annotations

import pytest

from wrapper.model.errors import BusyError, LockedError, OrchestrateError, Stopped, TerraformFailed
from wrapper.run.retry import LockPatience, RetryClock, backoff, is_alive, with_retries

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


def locked(who: str = "jenkins-deploy-7") -> LockedError:
    error = LockedError(f"acme is locked by {who}", hint="wait")
    error.who, error.unlock = who, "./orchestrate force-unlock app -force ID"
    return error


class Locks(Attempts):
    """Time passes by sleeping alone; process 4711 has ended."""

    def waiting(self, seconds: float) -> str:
        patience = LockPatience(seconds, "build.host", lambda pid: pid != 4711, lambda: sum(self.slept))
        return with_retries("acme", self.attempt, RetryClock(self.sleep, lambda: 1.0, self.said.append, patience))


def test_a_lock_is_waited_for_and_said_once() -> None:
    attempts = Locks(locked(), locked())
    assert (attempts.waiting(300), attempts.made, attempts.slept) == ("well", 3, [5.0, 5.0])
    assert attempts.said == ["acme is locked by jenkins-deploy-7; waiting for it, at most 300 s"]


@pytest.mark.parametrize(("seconds", "made"), [(0, 1), (12, 4)])
def test_not_longer_than_that(seconds: float, made: int) -> None:
    attempts = Locks(*[locked()] * 99)
    with pytest.raises(LockedError, match="jenkins-deploy-7") as error:
        attempts.waiting(seconds)
    assert (attempts.made, sum(attempts.slept), error.value.hint) == (made, seconds, "wait")


def test_what_follows_a_lock_is_tried_as_ever() -> None:
    attempts = Locks(locked(), THROTTLED)
    assert attempts.waiting(300) == "well" and attempts.slept == [5.0, 5.0]


def test_a_stop_ends_the_wait() -> None:
    attempts = Locks(locked(), sleep_raises=Stopped("stopped"))
    with pytest.raises(Stopped):
        attempts.waiting(300)


@pytest.mark.parametrize("seconds", [0, 300])
def test_a_holder_that_is_dead_here_is_named_and_not_waited_for(seconds: float) -> None:
    attempts = Locks(locked("me-build-host-4711"))
    with pytest.raises(LockedError) as error:
        attempts.waiting(seconds)
    assert attempts.slept == []
    assert error.value.message.endswith("and that run's process 4711 on this machine has ended")
    assert "./orchestrate force-unlock app -force ID" in error.value.hint


@pytest.mark.parametrize(
    "who",
    [
        "me-build-host-4712",  # it runs
        "me-other-host-4711",
        "jenkins-4711",
        "me@build.host",
        "m" * 47 + "-build-host-4711",  # cut: the number may be a part of one
        "",
    ],
)
def test_another_holder_is_waited_for(who: str) -> None:
    assert Locks(locked(who)).waiting(300) == "well"


def test_which_processes_are_there() -> None:
    import os
    import subprocess

    ended = subprocess.Popen(["true"])
    ended.wait()
    assert is_alive(os.getpid()) and is_alive(1) and not is_alive(ended.pid)
