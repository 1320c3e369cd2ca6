"""A state that could not be saved: what it bars, what leads out, and what is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fakes import run_of

from wrapper.engines.run_directory import RunDirectory
from wrapper.model.errors import NotFoundError, StateAtRisk
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.run import unsaved

SAVED = {"version": 4, "serial": 5, "lineage": "l"}
GOOD = json.dumps({**SAVED, "serial": 6})
LOCK = "0b8a3e0e-5f4b-4b6b-9d1a-2f4f5b6c7d8e"
NOT_RELEASED = f"Error: Error releasing the state lock\n\nno\nLock Info:\n  ID:        {LOCK}\n"


def directory(tmp_path: Path, text: str | None, **changes: Any) -> RunDirectory:
    made = RunDirectory(run(tmp_path, **changes))
    made.work.mkdir(parents=True)
    if text is not None:
        (made.work / "errored.tfstate").write_text(text)
    return made


def run(tmp_path: Path, **changes: Any) -> Run:
    return run_of(Step(("terraform", "apply"), mutates=True), home=tmp_path, saved=SAVED, **changes)


@pytest.mark.parametrize(
    ("text", "changes", "passes"),
    [
        (None, {}, True),
        (GOOD, {}, False),
        (GOOD, {"pushes": "errored.tfstate"}, True),
        (GOOD, {"pushes": "inputs/pushed.tfstate"}, False),
        (GOOD, {"unlocks": True}, True),
        ("", {}, False),
        ("", {"pushes": "errored.tfstate"}, False),
        ("", {"pushes": "inputs/pushed.tfstate"}, True),
        ("", {"unlocks": True}, True),
        (GOOD.replace("6", "4"), {"pushes": "errored.tfstate"}, False),
    ],
)
def test_what_may_run_while_it_waits(tmp_path: Path, text: str | None, changes: dict[str, Any], passes: bool) -> None:
    here = directory(tmp_path, text, **changes)
    if passes:
        unsaved.check(here.run, here)
        return
    with pytest.raises(StateAtRisk) as error:
        unsaved.check(here.run, here)
    assert error.value.where == str(here.work / "errored.tfstate")
    good = text == GOOD
    assert ("push errored.tfstate" if good else f"{tmp_path}/errored-1.tfstate") in error.value.hint


def test_nothing_waits_to_be_pushed(tmp_path: Path) -> None:
    here = directory(tmp_path, None, pushes="errored.tfstate")
    with pytest.raises(NotFoundError, match="no state waits here"):
        unsaved.check(here.run, here)


def test_one_that_was_put_aside_before_stays(tmp_path: Path) -> None:
    here = directory(tmp_path, "")
    (tmp_path / "errored-1.tfstate").touch()
    with pytest.raises(StateAtRisk) as error:
        unsaved.check(here.run, here)
    assert f" {tmp_path}/errored-2.tfstate " in error.value.hint


@pytest.mark.parametrize(
    ("said", "words"),
    [("", "pushed: ./orchestrate state app"), (NOT_RELEASED, f"-force {LOCK} && ./orchestrate state app")],
)
def test_a_step_that_left_one(tmp_path: Path, said: str, words: str) -> None:
    here = directory(tmp_path, GOOD)
    with pytest.raises(StateAtRisk) as error:
        unsaved.ended(here.run, here, Outcome(1, ok=False, stderr=said))
    assert words in error.value.hint and "push errored.tfstate" in error.value.hint
    assert error.value.unsaved == {"file": str(here.work / "errored.tfstate"), "serial": 6, "lineage": "l"}


def test_one_that_was_printed_is_in_a_file_and_in_no_message(tmp_path: Path) -> None:
    here = directory(tmp_path, "")
    with pytest.raises(StateAtRisk) as error:
        unsaved.ended(here.run, here, Outcome(1, ok=False, unsaved=GOOD.encode()))
    file = Path(error.value.where)
    try:
        assert file.read_text() == GOOD and (here.work / "errored.tfstate").readlink() == file
        assert "lineage" not in f"{error.value}{error.value.hint}"
    finally:
        file.unlink()


def test_one_that_was_pushed_is_removed(tmp_path: Path) -> None:
    here = directory(tmp_path, GOOD, pushes="errored.tfstate")
    unsaved.ended(here.run, here, Outcome(1, ok=False))
    assert (here.work / "errored.tfstate").exists()
    unsaved.ended(here.run, here, Outcome(0, ok=True))
    assert not (here.work / "errored.tfstate").exists()
