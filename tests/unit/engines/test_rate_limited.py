"""The pace that processes of one machine share, and the engine that waits by it."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from fakes import DONE, FakeEngine, Listener, layer, run_of
from hypothesis import given, settings
from hypothesis import strategies as st

from wrapper.aws.identity import Identity, nobody, sandbox
from wrapper.engines.rate_limited import RateLimitedEngine, RateLimiter, Sleep, is_wanted, rate_limiter_of
from wrapper.model.errors import Stopped
from wrapper.model.findings import Change
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Settings
from wrapper.run.runner import execute
from wrapper.run.signals import SignalHandler

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


# -- the engine ---------------------------------------------------------------------------------


class Noting:
    """A pace that notes what was asked of it."""

    def __init__(self, wait: float = 0.0) -> None:
        self.asked: list[tuple[str, dict[Change, int]]] = []
        self.wait = wait
        self.began = threading.Event()

    def before(self, label: str, changes: Mapping[Change, int], sleep: Sleep) -> bool:
        self.asked.append((label, dict(changes)))
        self.began.set()
        return not (self.wait and sleep(self.wait))


ANNOUNCED = Outcome(2, ok=True, tail="  # aws_lb.this will be created\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n")


PLAN = Step(("terraform", "plan"), accepts=(0, 2), last_if=0)
APPLY = Step(("terraform", "apply"), mutates=True)


def run(*steps: Step) -> Run:
    return run_of(*steps)


def engine() -> FakeEngine:
    return FakeEngine(lambda run, step: ANNOUNCED if step == PLAN else DONE)


def test_before_the_step_that_changes_it_takes_what_the_plan_announced() -> None:
    inner, noting, console = engine(), Noting(), Listener()
    execute(run(PLAN, APPLY), RateLimitedEngine(inner, noting), console, SignalHandler(console.info))
    assert noting.asked == [("ap-southeast-2/app/acme", {Change("create", "aws_lb"): 1})]
    assert [verb for _, verb in inner.done] == ["plan", "apply"] and inner.closed == 1
    assert console.heard == ANNOUNCED.tail.encode()


def test_an_apply_takes_what_the_plan_before_it_announced() -> None:
    """An apply in two stages plans again."""
    noting, console = Noting(), Listener()
    limited = RateLimitedEngine(engine(), noting)
    execute(run(PLAN, PLAN, APPLY, PLAN, APPLY), limited, console, SignalHandler(console.info))
    assert [changes for _, changes in noting.asked] == [{Change("create", "aws_lb"): 1}] * 2


def test_a_plan_alone_takes_nothing() -> None:
    noting, console = Noting(), Listener()
    execute(run(PLAN), RateLimitedEngine(engine(), noting), console, SignalHandler(console.info))
    assert noting.asked == []


def test_one_runs_plan_is_not_anothers() -> None:
    noting, console = Noting(), Listener()
    paced = RateLimitedEngine(engine(), noting)
    for _ in range(2):
        execute(run(PLAN, APPLY), paced, console, SignalHandler(console.info))
    assert noting.asked[0] == noting.asked[1]


@pytest.fixture
def handlers() -> Iterator[None]:
    before = [(kind, signal.getsignal(kind)) for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    yield
    for kind, handler in before:
        signal.signal(kind, handler)


def test_a_signal_ends_the_wait_at_once_and_nothing_is_changed(handlers: None) -> None:
    inner, noting, console = engine(), Noting(wait=60), Listener()
    signals = SignalHandler(console.info)
    started = time.monotonic()

    def interrupt() -> None:
        assert noting.began.wait(30)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    threading.Thread(target=interrupt).start()
    with pytest.raises(Stopped) as error, signals.installed():
        execute(run(PLAN, APPLY), RateLimitedEngine(inner, noting), console, signals)
    assert error.value.exit_code == 143 and time.monotonic() - started < noting.wait
    assert [verb for _, verb in inner.done] == ["plan"] and inner.closed == 1


def test_a_pause_is_ended_by_a_stop_in_any_thread() -> None:
    signals, ended = SignalHandler(lambda _: None), list[Exception]()

    def waiting() -> None:
        try:
            signals.pause(60)
        except Stopped as error:
            ended.append(error)

    thread = threading.Thread(target=waiting)
    thread.start()
    signals.signum = signal.SIGTERM
    thread.join(10)
    assert len(ended) == 1
    with contextlib.suppress(Stopped):
        signals.pause(60)
    SignalHandler(lambda _: None).pause(0.01)


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
