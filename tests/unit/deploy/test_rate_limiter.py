"""The rate limit that processes of one machine share, and where it is wanted."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from fakes import layer
from hypothesis import given, settings
from hypothesis import strategies as st

from wrapper.aws.identity import Identity, nobody, sandbox
from wrapper.deploy.rate_limiter import RateLimiter, is_wanted, rate_limiter_of
from wrapper.model.findings import Change
from wrapper.model.stack import Settings

REGISTER = {"RegisterTaskDefinition": 1}
NEW_TASK = Change("create", "aws_ecs_task_definition")


class Clock:
    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def rate_limiter(
    folder: Path, clock: Callable[[], float] | None = None, region: str = "r", said: list[str] | None = None
) -> RateLimiter:
    return RateLimiter(folder, "1", region, notice=(said if said is not None else []).append, clock=clock or Clock())


def waits(one: RateLimiter, times: int, wanted: Mapping[str, int] = REGISTER) -> list[float]:
    return [one.take_slowest(wanted)[1] for _ in range(times)]


# -- the file -----------------------------------------------------------------------------------


def test_what_one_took_another_waits_for(tmp_path: Path) -> None:
    assert waits(rate_limiter(tmp_path), 21) == [0.0] * 20 + [1.0]
    assert waits(rate_limiter(tmp_path), 1) == [2.0]


def test_each_region_and_account_has_its_own_and_route_53_is_one_for_all(tmp_path: Path) -> None:
    waits(rate_limiter(tmp_path), 20)
    assert waits(rate_limiter(tmp_path, region="other"), 1) == [0.0]
    assert waits(RateLimiter(tmp_path, "2", "r", notice=print, clock=Clock()), 1) == [0.0]
    waits(rate_limiter(tmp_path), 50, {"Route 53": 1})
    assert waits(rate_limiter(tmp_path, region="other"), 1, {"Route 53": 1}) == [pytest.approx(0.1)]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"at": 1}', '{"at": "x", "full_at": {}}', '{"at": 1000, "full_at": {"r/RegisterTaskDefinition": "y"}}',
     '{"at": 1000, "full_at": {"r/RegisterTaskDefinition": 1e30}}', '{"at": 1000, "full_at": {"r/RegisterTaskDefinition": NaN}}'],
)  # fmt: skip
def test_a_damaged_file_counts_as_none_and_is_written_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "1.json").write_text(text)
    assert waits(rate_limiter(tmp_path), 21)[-1] == 1.0
    assert json.loads((tmp_path / "1.json").read_text())["full_at"] == {"r/RegisterTaskDefinition": 1021.0}


@settings(max_examples=20)
@given(st.lists(st.floats(-500, 500), max_size=8))
def test_a_clock_that_jumps_back_makes_nobody_wait_longer(jumps: list[float]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        one = rate_limiter(Path(folder), clock)
        waits(one, 30)
        for jump in jumps:
            clock.now = max(0.0, clock.now + jump)
            assert one.take_slowest(REGISTER)[1] <= 11 + len(jumps)


def test_after_a_restart_of_the_machine_what_was_left_to_wait_is_left(tmp_path: Path) -> None:
    waits(rate_limiter(tmp_path, Clock(90_000.0)), 25)
    assert waits(rate_limiter(tmp_path, Clock(3.0)), 1) == [6.0]


def test_a_folder_that_cannot_be_written_costs_the_sharing_and_not_the_run(tmp_path: Path) -> None:
    (tmp_path / "pace").write_text("a file stands where the folder should")
    said: list[str] = []
    one = rate_limiter(tmp_path / "pace", said=said)
    assert waits(one, 21) == [0.0] * 20 + [1.0]
    assert len(said) == 1 and "AWS's rates are kept by this process alone" in said[0]


def _take(folder: Path, times: int, results: multiprocessing.Queue[float]) -> None:
    one = RateLimiter(folder, "1", "r", notice=print)
    for _ in range(times):
        seconds = one.take_slowest(REGISTER)[1]
        results.put(time.monotonic() + seconds)


def test_two_processes_never_exceed_the_rate_together(tmp_path: Path) -> None:
    """30 registrations each, as fast as they can: what they were told is AWS's bucket, 20 at once and one a second."""
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[float] = context.Queue()
    both = [context.Process(target=_take, args=(tmp_path, 30, results)) for _ in range(2)]
    for process in both:
        process.start()
    starts = sorted(results.get(timeout=30) for _ in range(60))
    for process in both:
        process.join(30)
    for first, start in enumerate(starts):
        for last in range(first, len(starts)):
            assert last - first + 1 <= 20 + (starts[last] - start) + 0.5  # the moment between two clocks read
    assert starts[-1] - starts[0] == pytest.approx(40, abs=2), "and none is lost"


def _hold(folder: Path, holds: multiprocessing.synchronize.Event) -> None:  # type: ignore[name-defined]
    with rate_limiter(folder)._kept():
        holds.set()
        time.sleep(60)


def test_a_process_killed_while_it_holds_the_file_harms_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    holds = context.Event()
    process = context.Process(target=_hold, args=(tmp_path, holds))
    waits(rate_limiter(tmp_path), 20)
    process.start()
    assert holds.wait(30) and process.pid
    os.kill(process.pid, signal.SIGKILL)
    assert waits(rate_limiter(tmp_path), 1) == [1.0]
    process.join(30)


# -- waiting ------------------------------------------------------------------------------------


class Slept:
    def __init__(self, clock: Clock, stops: bool = False) -> None:
        self.clock, self.stops, self.slept = clock, stops, list[float]()

    def __call__(self, seconds: float) -> bool:
        self.slept.append(seconds)
        self.clock.now += seconds
        return self.stops


def test_each_rate_is_waited_for_the_longest_first_and_a_long_wait_is_said(tmp_path: Path) -> None:
    clock, said = Clock(), list[str]()
    one, slept = rate_limiter(tmp_path, clock, said=said), Slept(clock)
    waits(one, 31)
    waits(one, 26, {"load balancer changes": 1})
    assert one.before("acme", {NEW_TASK: 1, Change("create", "aws_lb_listener"): 3}, slept)
    assert said == ["acme: waits 12 s for AWS's rate of RegisterTaskDefinition (1 a second)"]
    assert slept.slept == [12.0], "meanwhile the other came back"


def test_a_short_wait_is_nobodys_business(tmp_path: Path) -> None:
    clock, said = Clock(), list[str]()
    one = rate_limiter(tmp_path, clock, said=said)
    waits(one, 20)
    assert one.before("acme", {NEW_TASK: 1}, Slept(clock)) and said == []


def test_whoever_is_stopped_waits_for_nothing_more(tmp_path: Path) -> None:
    clock = Clock()
    one, slept = rate_limiter(tmp_path, clock), Slept(clock, stops=True)
    waits(one, 30)
    assert not one.before("acme", {NEW_TASK: 1, Change("create", "aws_ecs_service"): 99}, slept)
    assert len(slept.slept) == 1


# -- where it is wanted -------------------------------------------------------------------------

REAL = Identity(account="123456789012", method="env")


@pytest.mark.parametrize(
    ("setting", "identity", "layers", "wanted"),
    [
        (None, REAL, 2, True),
        (None, REAL, 1, False),
        (None, sandbox("http://127.0.0.1:1"), 100, False),
        (None, Identity(), 100, False),
        (None, nobody(), 100, False),
        (True, nobody(), 100, False),
        (True, REAL, 1, True),
        (True, sandbox("http://127.0.0.1:1"), 1, True),
        (False, REAL, 100, False),
    ],
)
def test_where_a_pace_is_kept(setting: bool | None, identity: Identity, layers: int, wanted: bool) -> None:
    assert is_wanted(layer(settings=Settings(rate_limit=setting)).stack, identity, layers) is wanted


def test_the_pace_of_a_stack_is_its_accounts_and_regions(tmp_path: Path) -> None:
    one = rate_limiter_of(layer().stack, REAL, tmp_path, print)
    assert one.take_slowest(REGISTER)[1] == 0
    kept = json.loads((tmp_path / "pace/123456789012.json").read_text())["full_at"]
    assert list(kept) == ["ap-southeast-2/RegisterTaskDefinition"]
