"""One signal stops each running session once; a time limit does the same."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import weakref
from types import FrameType

import pytest

from wrapper.model.errors import Stopped, TimeoutExpired
from wrapper.run.signals import SignalHandler


class Running:
    """A session that counts how often it was stopped."""

    def __init__(self) -> None:
        self.stops = 0
        self.stopped = threading.Event()

    def execute(self, *_: object) -> None: ...

    def stop(self) -> None:
        self.stops += 1
        self.stopped.set()


def test_a_signal_stops_each_session_once_and_the_next_says_so() -> None:
    said: list[str] = []
    one, other, handler = Running(), Running(), SignalHandler(said.append)
    with pytest.raises(Stopped) as error, handler.installed(), handler.watching(one), handler.watching(other):  # type: ignore[arg-type]
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
        assert one.stopped.wait(30) and other.stopped.wait(30)
        handler.check()
    assert (one.stops, other.stops, error.value.exit_code) == (1, 1, 143)
    assert said == [
        "stopping: Terraform gets one signal, and is waited for",
        "already stopping: Terraform is saving its state",
    ]


def test_a_signal_in_a_callback_of_pythons_own_ends_the_command_without_a_word(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As while it imports: what is raised there is dropped, and was printed as a traceback."""

    def gone(_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(1000):
            pass

    handler, one = SignalHandler(print), Running()
    reference = weakref.ref(one, gone)
    with pytest.raises(Stopped), handler.installed():
        del one
        time.sleep(30)
    assert (reference(), capsys.readouterr()) == (None, ("", ""))


@pytest.mark.parametrize("event", ["call", "return"])
def test_a_signal_while_python_says_what_it_dropped_is_heard_too(event: str) -> None:
    """What is raised there is dropped a second time. ``event``: where in it the signal comes."""

    def sent(frame: FrameType, happened: str, _: object) -> None:
        if (frame.f_code.co_name, happened) == ("_on_unraisable", event):
            sys.setprofile(None)
            os.kill(os.getpid(), signal.SIGTERM)
            for _ in range(1000):
                pass

    said: list[str] = []
    handler, one = SignalHandler(said.append), Running()
    reference = weakref.ref(one, lambda _: handler.check())
    with pytest.raises(Stopped), handler.installed():
        handler.signum = signal.SIGTERM
        sys.setprofile(sent)
        del one
        time.sleep(30)
    assert (reference(), said) == (None, ["already stopping: Terraform is saving its state"] * (event == "call"))


@pytest.mark.parametrize("ends_before_it", [False, True])
def test_an_alarm_of_something_else_rings(ends_before_it: bool) -> None:
    rung = threading.Event()
    before = signal.signal(signal.SIGALRM, lambda *_: rung.set())
    try:
        with SignalHandler(print).installed():
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            assert ends_before_it or rung.wait(30)
        assert rung.wait(30)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_shielded_command_is_not_interrupted() -> None:
    handler = SignalHandler(print)
    with pytest.raises(Stopped), handler.installed():
        handler.shield()
        os.kill(os.getpid(), signal.SIGTERM)
        assert handler.stopping
        handler.unshield()
        handler.check()


def test_within_what_is_shielded_a_part_may_be_interrupted() -> None:
    said: list[str] = []
    handler = SignalHandler(said.append)
    reached = []
    with pytest.raises(Stopped), handler.installed(), handler.shielded("the task is being stopped"):
        try:
            with handler.interruptible():
                os.kill(os.getpid(), signal.SIGTERM)
                reached.append("the rest of it")
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            reached.append("what must be done")
    assert reached == ["what must be done"]
    assert said == ["already stopping: the task is being stopped"]
    with pytest.raises(Stopped), handler.interruptible():
        reached.append("one that came before ends it at once")
    assert len(reached) == 1


def test_one_of_many_has_a_time_of_its_own() -> None:
    whole, one = SignalHandler(print), Running()
    with whole.limited(0.1) as limited, limited.watching(one):  # type: ignore[arg-type]
        assert one.stopped.wait(30)
        assert (limited.stopping, whole.stopping) == (True, False)
        with pytest.raises(TimeoutExpired, match=r"stopped after 0\.1 s"):
            limited.check()
    whole.check()


@pytest.mark.parametrize("last", [True, False])
def test_where_the_process_ends_with_the_command_a_signal_comes_too_late(last: bool) -> None:
    before = signal.getsignal(signal.SIGHUP)
    try:
        with SignalHandler(print, last=last).installed():
            pass
        assert signal.getsignal(signal.SIGHUP) == (signal.SIG_IGN if last else before)
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize("last", [True, False])
def test_under_nohup_a_closed_terminal_stops_nothing(last: bool) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with SignalHandler(print, last=last).installed() as handler, handler.watching(Running()):  # type: ignore[arg-type]
        os.kill(os.getpid(), signal.SIGHUP)
        assert not handler.stopping
        assert signal.getsignal(signal.SIGTERM) == handler._on_signal, "others stop it"
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
