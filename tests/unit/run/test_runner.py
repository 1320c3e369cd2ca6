"""The loop over the Steps of a Run: what goes on, what ends it, who is asked, and what a signal does."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import CHANGES, DONE, FakeEngine, Listener, layer, run_of

from wrapper.engines.run_directory import RunDirectory
from wrapper.model.errors import OrchestrateError, RefusedError, StateAtRisk, Stopped, TerraformFailed, TimeoutExpired
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Settings
from wrapper.run import plan_file
from wrapper.run.runner import execute
from wrapper.run.signals import SignalHandler

INIT = Step(("terraform", "init"), stamp="abc")
PLAN = Step(("terraform", "plan"), accepts=(0, 2), last_if=0)
APPLY = Step(("terraform", "apply"), mutates=True)
STATE = '{"version": 4, "serial": 2, "lineage": "l"}'
NOTHING = Outcome(0, ok=True, tail="No changes.")


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(kind) for kind in kinds]
    yield
    for kind, handler in zip(kinds, before, strict=True):
        signal.signal(kind, handler)


def run(*steps: Step, **changes: Any) -> Run:
    return run_of(*steps, **changes)


def carry_out(
    engine: FakeEngine,
    *steps: Step,
    console: Listener | None = None,
    signals: SignalHandler | None = None,
    **changes: Any,
) -> Outcome:
    console = console or Listener()
    return execute(run(*steps, **changes), engine, console, signals or SignalHandler(console.info))


def answers(*outcomes: Outcome) -> FakeEngine:
    left = list(outcomes)
    return FakeEngine(lambda run, step: left.pop(0))


# -- the loop -----------------------------------------------------------------------------------


def test_steps_in_order_and_the_last_outcome_with_the_plans_counts() -> None:
    engine = answers(DONE, CHANGES, DONE)
    outcome = carry_out(engine, INIT, PLAN, APPLY)
    assert engine.done == [("ap-southeast-2/app/acme", verb) for verb in ("init", "plan", "apply")]
    assert (outcome.code, outcome.changes, engine.closed) == (0, (1, 0, 0), 1)


def test_a_plan_that_sees_nothing_is_the_end() -> None:
    engine = answers(NOTHING)
    outcome = carry_out(engine, PLAN, APPLY)
    assert (outcome.ok, outcome.changes, len(engine.steps)) == (True, (0, 0, 0), 1)


def test_on_paper_a_plan_is_not_the_end() -> None:
    engine = answers(Outcome(0, ok=True, skipped=True), Outcome(0, ok=True, skipped=True))
    carry_out(engine, PLAN, APPLY)
    assert len(engine.steps) == 2


def test_no_steps_is_well() -> None:
    assert carry_out(FakeEngine())


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Outcome(1, ok=False, tail="Error: x"), TerraformFailed),
        (Outcome(1, ok=False, stderr="Error: Failed to persist state to backend"), StateAtRisk),
        (Outcome(137, ok=False), TerraformFailed),
        (Outcome(2, ok=True, tail="Error: it was SIGQUIT"), TerraformFailed),
    ],
)
def test_a_failure_ends_the_run_and_closes_the_place(outcome: Outcome, kind: type[OrchestrateError]) -> None:
    engine = answers(outcome, DONE)
    with pytest.raises(kind):
        carry_out(engine, PLAN, APPLY)
    assert (len(engine.steps), engine.closed) == (1, 1)


def test_what_terraform_says_is_heard() -> None:
    console = Listener()
    carry_out(answers(CHANGES, DONE), PLAN, APPLY, console=console)
    assert console.heard == CHANGES.tail.encode()


# -- asking -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("protected", "wanted"), [(False, "yes"), (True, "ap-southeast-2/app/acme")])
@pytest.mark.parametrize("agrees", [True, False])
def test_somebody_must_agree_before_the_step(protected: bool, wanted: str, agrees: bool) -> None:
    console, engine = Listener(agrees), answers(CHANGES, DONE)
    of = layer("acme", settings=Settings(protected=protected))
    steps = (PLAN, replace(APPLY, confirm=True))
    if agrees:
        carry_out(engine, *steps, console=console, layer=of)
    else:
        with pytest.raises(RefusedError, match="not confirmed") as error:
            carry_out(engine, *steps, console=console, layer=of)
        assert wanted in error.value.hint
    assert [verb for _, verb in engine.done] == (["plan", "apply"] if agrees else ["plan"])
    assert console.asked == [(f"apply ap-southeast-2/app/acme? Type {wanted} to go on:", wanted)]


# -- with a run directory -----------------------------------------------------------------------


class Folder:
    """An engine whose sessions have a run directory."""

    def __init__(self, tmp_path: Path, behaviour: Any) -> None:
        self.home = tmp_path
        self.work = tmp_path / "tree/src/app"
        self.work.mkdir(parents=True)
        self.engine = FakeEngine(behaviour, RunDirectory)


def test_each_argv_is_echoed_without_secrets(tmp_path: Path) -> None:
    console, folder = Listener(), Folder(tmp_path, lambda r, s: DONE)
    step = Step(("terraform", "plan", "-var", "a=b c", "-var", "mine=hush"))
    carry_out(folder.engine, step, console=console, home=folder.home, sensitive=("mine",))
    assert console.said == ["+ terraform plan -var 'a=b c' -var 'mine=***'"]


def test_init_is_skipped_when_it_was_done(tmp_path: Path) -> None:
    folder = Folder(tmp_path, lambda r, s: (folder.work / ".terraform").mkdir(exist_ok=True) or DONE)
    for _ in range(2):
        carry_out(folder.engine, INIT, APPLY, home=folder.home)
    carry_out(folder.engine, replace(INIT, stamp="other"), home=folder.home)
    assert [verb for _, verb in folder.engine.done] == ["init", "apply", "apply", "init"]


def test_an_init_that_failed_is_done_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path, lambda r, s: Outcome(1, ok=False))
    (folder.work / ".terraform").mkdir()
    for _ in range(2):
        with pytest.raises(TerraformFailed):
            carry_out(folder.engine, INIT, home=folder.home)
    assert len(folder.engine.steps) == 2


def test_a_state_that_was_not_saved_is_at_risk(tmp_path: Path) -> None:
    folder = Folder(tmp_path, lambda r, s: (folder.work / "errored.tfstate").write_text(STATE) and DONE)
    with pytest.raises(StateAtRisk, match="could not save the state") as error:
        carry_out(folder.engine, APPLY, home=folder.home)
    assert "state app ap-southeast-2 -var tenant=acme push errored.tfstate" in error.value.hint
    with pytest.raises(StateAtRisk, match="an earlier run could not save"):
        carry_out(folder.engine, APPLY, home=folder.home)
    carry_out(FakeEngine(lambda r, s: DONE, RunDirectory), PLAN, home=folder.home, verb="plan")
    pushes = "errored.tfstate"
    carry_out(FakeEngine(lambda r, s: DONE, RunDirectory), APPLY, home=folder.home, verb="state", pushes=pushes)
    assert not (folder.work / "errored.tfstate").exists()
    assert len(folder.engine.steps) == 1


def test_a_plan_for_the_caller_is_bound_to_its_layer(tmp_path: Path) -> None:
    def behaviour(run: Run, step: Step) -> Outcome:
        (folder.work / "inputs").mkdir()
        with zipfile.ZipFile(folder.work / "inputs/0-p", "w") as archive:
            archive.writestr("tfplan", "")
        return NOTHING

    folder = Folder(tmp_path, behaviour)
    carry_out(folder.engine, PLAN, home=folder.home, collect={"inputs/0-p": tmp_path / "my.plan"})
    plan_file.check(tmp_path / "my.plan", "ap-southeast-2/app/acme")


# -- signals and time ---------------------------------------------------------------------------


class Session:
    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.stops = 0

    def stop(self) -> None:
        self.stops += 1
        self.stopped.set()


@pytest.mark.parametrize(("kind", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_where_nothing_runs_a_signal_ends_the_command_on_the_spot(kind: signal.Signals, code: int) -> None:
    signals, before = (
        SignalHandler(lambda _: None),
        signal.signal(kind, signal.SIG_DFL),
    )  # nohup may have told the tests to ignore it
    try:
        with pytest.raises(Stopped, match=kind.name) as error, signals.installed():
            signal.raise_signal(kind)
            pytest.fail("it went on")
    finally:
        signal.signal(kind, before)
    assert error.value.exit_code == code


def test_a_running_session_is_stopped_once_and_waited_for() -> None:
    said: list[str] = []
    signals, session = SignalHandler(said.append), Session()
    with contextlib.suppress(Stopped), signals.installed():
        with signals.watching(session):  # type: ignore[arg-type]
            signal.raise_signal(signal.SIGTERM)
            assert session.stopped.wait(30)
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)
        signals.check()
    assert (session.stops, signals.signum) == (1, signal.SIGTERM)
    assert (
        said
        == ["stopping: Terraform gets one signal, and is waited for"]
        + ["already stopping: Terraform is saving its state"] * 2
    )


def test_a_step_that_ended_well_after_a_signal_is_still_a_stop() -> None:
    console = Listener()
    signals = SignalHandler(console.info)
    engine = FakeEngine(lambda r, s: signal.raise_signal(signal.SIGINT) or DONE)
    with pytest.raises(Stopped) as error, signals.installed():
        carry_out(engine, APPLY, APPLY, console=console, signals=signals)
    assert (error.value.exit_code, len(engine.steps), engine.closed) == (130, 1, 1)


def test_nothing_starts_once_it_is_stopping() -> None:
    signals = SignalHandler(lambda _: None)
    signals.signum = signal.SIGTERM
    engine = FakeEngine()
    with pytest.raises(Stopped):
        carry_out(engine, APPLY, signals=signals)
    with pytest.raises(Stopped), signals.watching(Session()):  # type: ignore[arg-type]
        pytest.fail("it went on")
    assert engine.steps == []


def test_a_time_limit_stops_what_runs() -> None:
    session = Session()
    signals = SignalHandler(lambda _: None, timeout=0.1)
    with pytest.raises(TimeoutExpired, match=r"stopped after 0\.1 s"), signals.installed():
        with signals.watching(session):  # type: ignore[arg-type]
            assert session.stopped.wait(30)
        signals.check()
    assert session.stops == 1


def test_a_time_limit_ends_a_command_that_waits() -> None:
    signals = SignalHandler(lambda _: None, timeout=0.01)
    with pytest.raises(TimeoutExpired) as error, signals.installed():
        threading.Event().wait(30)
    assert error.value.exit_code == 124


def test_handlers_are_given_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with SignalHandler(lambda _: None, timeout=60).installed():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_pause_ends_when_the_command_is_stopped() -> None:
    signals = SignalHandler(lambda _: None)
    signals.pause(0.01)
    timer = threading.Timer(0.1, lambda: setattr(signals, "signum", signal.SIGTERM))
    timer.start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        signals.pause(30)
    assert time.monotonic() - began < 30
    timer.join()
