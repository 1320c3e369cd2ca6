"""What a signal or a time limit does to the Runs of a command."""

from __future__ import annotations

import contextlib
import functools
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from ..engines import Session
from ..model.errors import StateAtRisk, Stopped, TimeoutExpired

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_GLANCE = 0.2  # seconds
_AGAIN = 0.01  # seconds


class SignalHandler:
    """What a signal or a time limit does: the first one stops each running Session once; later ones
    only hear that it is being done. Where nothing runs yet, it ends the command on the spot."""

    def __init__(self, info: Callable[[str], None], timeout: float = 0.0, *, last: bool = False) -> None:
        self._say = info
        self._timeout = timeout
        self._ending = "Terraform is saving its state"
        self._last = last  # nothing but the end of the process comes after it
        self._sessions: set[Session] = set()
        self._shielded: set[int] = set()
        self._lock = threading.Lock()
        self.signum = 0
        self.timed_out = False
        self._unheard = False  # it interrupted nothing

    @contextlib.contextmanager
    def installed(self) -> Iterator[SignalHandler]:
        before = {s: signal.signal(s, self._on_signal) for s in _SIGNALS if not _stays_ignored(s)}
        alarm = signal.getsignal(signal.SIGALRM)
        signal.signal(signal.SIGALRM, functools.partial(self._on_alarm, otherwise=alarm))
        hook = sys.unraisablehook
        sys.unraisablehook = functools.partial(self._on_unraisable, otherwise=hook)
        timer = threading.Timer(self._timeout, self._on_timeout) if self._timeout else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            yield self
        except StateAtRisk:
            raise
        except Exception:
            self.check()  # libraries wrap what they do not know: what broke, broke because it was stopped
            raise
        finally:
            if timer:
                timer.cancel()
            sys.unraisablehook = hook
            if self._unheard:
                signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, alarm)
            for number, handler in before.items():
                # How the command ends is settled: by a signal, or by a result that is recorded. Another one must not change it.
                signal.signal(number, signal.SIG_IGN if self.stopping or self._last else handler)

    @contextlib.contextmanager
    def watching(self, session: Session) -> Iterator[None]:
        with self._lock:
            self._sessions.add(session)
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._sessions.discard(session)

    @contextlib.contextmanager
    def limited(self, seconds: float) -> Iterator[SignalHandler]:
        """A SignalHandler for one of many Runs: stopped with all of them, or alone when its own time is up."""
        one = _LimitedSignalHandler(self, seconds)
        timer = threading.Timer(seconds, one._on_timeout) if seconds else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            yield one
        finally:
            if timer:
                timer.cancel()

    def shield(self) -> None:
        """From here on this thread puts a Run away: a signal is remembered and interrupts nothing."""
        self._shielded.add(threading.get_ident())

    def unshield(self) -> None:
        self._shielded.discard(threading.get_ident())

    @contextlib.contextmanager
    def shielded(self, ending: str = "") -> Iterator[None]:
        """The same as long as it lasts. ``ending``: what a second signal is told, meanwhile."""
        me, before = threading.get_ident(), (self._shielded.copy(), self._ending)
        self.shield()
        self._ending = ending or self._ending
        try:
            yield
        finally:
            self._ending = before[1]
            if me not in before[0]:
                self.unshield()

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """A part of what is shielded that a signal may end; one that came before ends it at once."""
        self.unshield()
        try:
            self.check()
            yield
        finally:
            self.shield()

    @property
    def stopping(self) -> bool:
        return bool(self.signum) or self.timed_out

    def check(self) -> None:
        """Raise what was asked for, if anything was."""
        if self.timed_out:
            raise TimeoutExpired(f"stopped after {self._timeout:g} s", hint="to allow more time: --timeout 1h")
        if self.signum:
            raise Stopped(f"stopped by {signal.Signals(self.signum).name}", signum=self.signum)

    def pause(self, seconds: float) -> None:
        """Sleep, in any thread; whatever asks to stop meanwhile is raised at once."""
        end = time.monotonic() + seconds
        self.check()
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _GLANCE))
            self.check()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.signum and not self._unheard:
            self._say(f"already stopping: {self._ending}")
            return
        self.signum, self._unheard = number, _is_within(frame, SignalHandler._on_unraisable)
        if self._unheard:
            _alarm()
        elif self._sessions:
            self._stop_sessions()
        elif not self._shielded:
            self.check()

    def _on_unraisable(self, found: Any, otherwise: Callable[[Any], object]) -> None:
        """Python drops what is raised in its own callbacks (of a weak reference, while it imports), and in this one: a signal that
        came there is heard a moment later."""
        if not isinstance(found.exc_value, (Stopped, TimeoutExpired)):
            otherwise(found)
            return
        self._unheard = True
        _alarm()

    def _on_alarm(self, number: int, frame: FrameType | None, otherwise: Any) -> None:
        """Ours, or that of what has set one itself (``otherwise``: what it would have called)."""
        if self._unheard:
            self._on_signal(self.signum or signal.SIGTERM, frame)
        elif callable(otherwise):
            otherwise(number, frame)

    def _on_timeout(self) -> None:
        self.timed_out = True
        if self._sessions:
            self._stop_sessions()
        else:
            # To the main thread itself: a call it waits in would not notice a signal to this one.
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    def _stop_sessions(self) -> None:
        self._say("stopping: Terraform gets one signal, and is waited for")
        sessions = list(self._sessions)
        threading.Thread(target=_stop_each, args=(sessions,), daemon=True).start()


class _LimitedSignalHandler(SignalHandler):
    """The part of a SignalHandler that one of many Runs sees."""

    def __init__(self, whole: SignalHandler, seconds: float) -> None:
        super().__init__(whole._say, seconds)
        self._whole = whole

    @contextlib.contextmanager
    def watching(self, session: Session) -> Iterator[None]:
        with self._whole.watching(session), super().watching(session):
            yield

    def shield(self) -> None:
        self._whole.shield()

    def unshield(self) -> None:
        self._whole.unshield()

    @property
    def stopping(self) -> bool:
        return self.timed_out or self._whole.stopping

    def check(self) -> None:
        self._whole.check()
        super().check()

    def _on_timeout(self) -> None:
        self.timed_out = True
        if self._sessions:
            self._stop_sessions()


def _stays_ignored(number: int) -> bool:
    """Under nohup a closed terminal is no reason to stop (pubs.opengroup.org/onlinepubs/9799919799/utilities/nohup.html)."""
    return number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN


def _alarm() -> None:
    """No thread: to start one takes time, in which the alarm would be lost."""
    signal.setitimer(signal.ITIMER_REAL, _AGAIN)


def _is_within(frame: FrameType | None, function: Callable[..., object]) -> bool:
    while frame and frame.f_code is not function.__code__:
        frame = frame.f_back
    return frame is not None


def _stop_each(sessions: list[Session]) -> None:
    for session in sessions:
        session.stop()
