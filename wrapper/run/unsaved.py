"""A state that could not be saved: it stands in the way of every change of its layer until it is pushed, or put aside.

Knows the file in the run directory, and what to say of it; what it is worth :mod:`wrapper.terraform.unsaved_state` says.
"""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path

from ..engines import rescued_state, simulated_states
from ..engines.run_directory import RunDirectory
from ..model.errors import NotFoundError, StateAtRisk
from ..model.nouns import Outcome, Run
from ..terraform.commands import ERRORED_STATE
from ..terraform.failures import unreleased_lock
from ..terraform.suggested import suggest
from ..terraform.unsaved_state import damage, misfit, named


def check(run: Run, directory: RunDirectory) -> None:
    """StateAtRisk for a Run that would change the layer while a state of it waits. Its lock may be released, and the state
    itself pushed; where the file is damaged, another one in its stead."""
    file = directory.errored_state
    if file is None:
        if run.pushes == ERRORED_STATE:
            raise _none(run, directory)
        return
    if not run.mutates or run.unlocks:
        return
    data = _read(file)
    broken, other = damage(data), misfit(data, run.saved)
    if run.pushes == ERRORED_STATE and not (broken or other):
        rescued_state.bring(file)
        return
    if run.pushes and run.pushes != ERRORED_STATE and broken:
        return
    raise _useless(run, file, broken or other) if broken or other else _waits(run, file)


def ended(run: Run, directory: RunDirectory, outcome: Outcome) -> None:
    """A Step that changes the layer has ended: StateAtRisk where it left a state; one that was pushed is removed."""
    if outcome and run.pushes:
        directory.recovered()
    elif outcome.unsaved:
        raise _printed(run, directory, outcome)
    elif (file := directory.errored_state) and not (run.pushes or run.unlocks):
        raise not_saved(run, file, outcome)


def _printed(run: Run, directory: RunDirectory, outcome: Outcome) -> StateAtRisk:
    """The disk of the run directory is full as well."""
    file = rescued_state.keep(directory.work / ERRORED_STATE, outcome.unsaved)
    if file is None:
        return StateAtRisk(
            f"{run.layer.label}: Terraform could not save the state, and no folder has room for it: it follows\n"
            f"{outcome.unsaved.decode(errors='replace')}",
            hint=f"copy it into a file, then: {suggest('state', run.layer, 'push', 'FILE')}",
        )
    return not_saved(run, file, outcome)


def not_saved(run: Run, file: Path, outcome: Outcome) -> StateAtRisk:
    """Terraform has just failed to save it."""
    data = _read(file)
    with contextlib.suppress(OSError):  # the disk may be full
        simulated_states.mark(run)
    error = StateAtRisk(
        f"{run.layer.label}: Terraform could not save the state",
        where=str(file),
        hint=_aside(run, file) if damage(data) else f"change nothing before it is pushed: {_way_out(run, outcome)}",
    )
    error.unsaved = {"file": str(file), **named(data)}
    return error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:  # a link to nothing
        return b""


def _way_out(run: Run, outcome: Outcome) -> str:
    push = suggest("state", run.layer, "push", ERRORED_STATE)
    if lock := unreleased_lock(outcome):
        return f"{suggest('force-unlock', run.layer, '-force', lock)} && {push}"
    return push


def _waits(run: Run, file: Path) -> StateAtRisk:
    return StateAtRisk(
        f"{run.layer.label}: an earlier run could not save its state",
        where=str(file),
        hint=f"push it first: {suggest('state', run.layer, 'push', ERRORED_STATE)}",
    )


def _useless(run: Run, file: Path, fault: str) -> StateAtRisk:
    return StateAtRisk(
        f"{run.layer.label}: an earlier run left a state that cannot be pushed: it {fault}",
        where=str(file),
        hint=_aside(run, file),
    )


def _aside(run: Run, file: Path) -> str:
    """The folder of the run, not the work directory: there each run removes what it does not know."""
    free = next(p for n in range(1, 10_000) if not (p := run.home / f"errored-{n}.tfstate").exists())
    return (
        f"put it aside: mv {shlex.quote(str(file))} {shlex.quote(str(free))} ; what that run created or changed is then in "
        f"no state: `import` takes in what exists, and this shows what is missing: {suggest('plan', run.layer)}"
    )


def _none(run: Run, directory: RunDirectory) -> NotFoundError:
    return NotFoundError(
        f"{run.layer.label}: no state waits here to be pushed",
        where=str(directory.work / ERRORED_STATE),
        hint=f"it is on the machine whose run could not save it; for a file of yours: "
        f"{suggest('state', run.layer, 'push', './' + ERRORED_STATE)}",
    )
