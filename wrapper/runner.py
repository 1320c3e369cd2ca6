"""One Run, carried out: the loop over its Steps, what a person is asked, and what a signal does.

Knows engines only by their Protocol, and Terraform only by what :mod:`wrapper.terraform` reads out of it.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Protocol

from . import planfile, plans, terraform, transcript
from .engines import Engine, Session
from .errors import RefusedError, StateAtRisk, Stopped, TimeoutExpired
from .model import Outcome, Run, Step
from .rundir import RunDirectory, collect, command_place
from .terraform import redact

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_GLANCE = 0.2  # seconds
After = Callable[[Step], None]


class Talk(Protocol):
    """Whoever is listening: Terraform's voice, our words, and a question."""

    def voice(self, data: bytes, is_error: bool) -> None: ...
    def say(self, text: str) -> None: ...
    def ask(self, question: str, wanted: str) -> bool: ...


class Stopper:
    """What a signal or a time limit does: the first one stops each running Session once; later ones
    only hear that it is being done. Where nothing runs yet, it ends the command on the spot."""

    def __init__(self, say: Callable[[str], None], timeout: float = 0.0) -> None:
        self._say = say
        self._timeout = timeout
        self._sessions: set[Session] = set()
        self._tidying: set[int] = set()
        self._lock = threading.Lock()
        self.signum = 0
        self.timed_out = False

    @contextlib.contextmanager
    def installed(self) -> Iterator[Stopper]:
        before = {s: signal.signal(s, self._on_signal) for s in _SIGNALS}
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
            for number, handler in before.items():
                # The command is ending by a signal: another one must not change how it ends.
                signal.signal(number, signal.SIG_IGN if self.stopping else handler)

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
    def limited(self, seconds: float) -> Iterator[Stopper]:
        """A Stopper for one of many Runs: stopped with all of them, or alone when its own time is up."""
        one = _Limited(self, seconds)
        timer = threading.Timer(seconds, one._on_timeout) if seconds else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            yield one
        finally:
            if timer:
                timer.cancel()

    def tidy(self) -> None:
        """From here on this thread puts a Run away: a signal is remembered and interrupts nothing."""
        self._tidying.add(threading.get_ident())

    def tidied(self) -> None:
        self._tidying.discard(threading.get_ident())

    @property
    def stopping(self) -> bool:
        return bool(self.signum) or self.timed_out

    def check(self) -> None:
        """Raise what was asked for, if anything was."""
        if self.timed_out:
            raise TimeoutExpired(f"stopped after {self._timeout:g} s", hint="give it more: --timeout 1h")
        if self.signum:
            raise Stopped(f"stopped by {signal.Signals(self.signum).name}", signum=self.signum)

    def pause(self, seconds: float) -> None:
        """Sleep, in any thread; whatever asks to stop meanwhile is raised at once."""
        end = time.monotonic() + seconds
        self.check()
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _GLANCE))
            self.check()

    def _on_signal(self, number: int, _frame: Any) -> None:
        if self.signum:
            self._say("already stopping: Terraform is saving its state")
            return
        self.signum = number
        if self._sessions:
            self._stop_sessions()
        elif not self._tidying:
            self.check()

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


class _Limited(Stopper):
    """The part of a Stopper that one of many Runs sees."""

    def __init__(self, whole: Stopper, seconds: float) -> None:
        super().__init__(whole._say, seconds)
        self._whole = whole

    @contextlib.contextmanager
    def watching(self, session: Session) -> Iterator[None]:
        with self._whole.watching(session), super().watching(session):
            yield

    def tidy(self) -> None:
        self._whole.tidy()

    def tidied(self) -> None:
        self._whole.tidied()

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


def _stop_each(sessions: list[Session]) -> None:
    for session in sessions:
        session.stop()


def execute(run: Run, engine: Engine, talk: Talk, stopper: Stopper, after: After = lambda _: None) -> Outcome:
    """Carry out a Run. Returns the last Step's Outcome; raises the error that a failure amounts to. ``after`` hears of
    each Step that has changed something."""
    with contextlib.ExitStack() as stack:
        stack.callback(stopper.tidied)
        session = stack.enter_context(engine.open(run))
        stack.callback(stopper.tidy)
        directory: RunDirectory | None = getattr(session, "directory", None)
        if directory and run.mutates and run.verb != "state":
            directory.check_recovered()
        outcome = _steps(run, session, directory, talk, stopper, after)
        if directory:
            collect(directory, lambda file: planfile.bind(file, run.layer.label, run.planned))
        return outcome


def _steps(
    run: Run, session: Session, directory: RunDirectory | None, talk: Talk, stopper: Stopper, after: After
) -> Outcome:
    outcome, changes = Outcome(0, ok=True), None
    for step in run.steps:
        stopper.check()
        if directory and directory.ready(step.stamp):
            continue
        if step.ask:
            _agree(run, talk)
        outcome = _one(run, step, session, directory, talk, stopper)
        changes = outcome.changes or changes if not step.captured else changes
        if step.mutates and not outcome.skipped:
            after(step)
        if directory and step.stamp:
            directory.mark(step.stamp)
        if step.last_if is not None and outcome.code == step.last_if and not outcome.skipped:
            return replace(outcome, changes=(0, 0, 0))
    return replace(outcome, changes=changes)


def _one(
    run: Run, step: Step, session: Session, directory: RunDirectory | None, talk: Talk, stopper: Stopper
) -> Outcome:
    if directory:
        if not step.stamp:
            directory.seal()
        talk.say("+ " + redact(step.argv, run.sensitive))
    # An init that nobody typed is no part of the answer: `output -raw` on a fresh machine says the value alone.
    voice = (lambda data, _: talk.voice(data, True)) if step.stamp or step.aside else talk.voice
    heard: list[bytes] = []
    if step.captured:
        voice = lambda data, is_error: talk.voice(data, True) if is_error else heard.append(data)  # noqa: E731
    with stopper.watching(session):
        outcome = session.execute(step, voice)
    if outcome and directory and run.verb == "state" and "push" in step.argv and terraform.ERRORED_STATE in step.argv:
        directory.recovered()
    if directory and directory.errored_state and step.mutates and run.verb != "state":
        raise StateAtRisk(
            f"{run.layer.label}: Terraform could not save the state",
            where=str(directory.errored_state),
            hint=f"push it: ./orchestrate state {command_place(run)} push {terraform.ERRORED_STATE} ; "
            "change nothing before that",
        )
    changes = transcript.change_summary(outcome.tail)
    unseen = outcome.code == 2 and changes is None  # Terraform exits 2 on SIGQUIT as well as for changes
    if not outcome or stopper.stopping or unseen:
        stopper.check()
        raise transcript.failure(
            run.layer.label, step.argv, outcome.code, outcome.tail, run.origins, command_place(run)
        )
    if step.captured and run.mutates and not outcome.skipped:
        plans.check_deletions(b"".join(heard), run.layer.label, run.deletable, _unchanged(run))
    return replace(outcome, changes=changes, captured=b"".join(heard))


def _agree(run: Run, talk: Talk) -> None:
    protected = run.layer.stack.settings.protected
    wanted = run.layer.label if protected else "yes"
    if not talk.ask(f"{run.verb} {run.layer.label}? Type {wanted} to go on:", wanted):
        raise RefusedError(f"{run.layer.label}: not confirmed", hint=f"{_unchanged(run)}; only {wanted!r} goes on")


def _unchanged(run: Run) -> str:
    """What is true of a Run that ends between its plan and its apply."""
    if not run.untaints:
        return "nothing was changed"
    return f"untainted, and left so: {', '.join(run.untaints)}; nothing else was changed"
