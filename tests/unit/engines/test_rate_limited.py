"""The engine that waits for the rates that processes of one machine share."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator, Mapping

import pytest
from fakes import DONE, FakeEngine, Listener, run_of

from wrapper.engines.rate_limited import RateLimitedEngine, Sleep
from wrapper.model.errors import Stopped
from wrapper.model.findings import Change
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.run.runner import execute
from wrapper.run.signals import SignalHandler


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
