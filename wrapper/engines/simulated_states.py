"""Unsaved states of a simulated AWS: with its end they are no state of anything, and go too. Which run left one there is written
beside its run directory, since those of a real account are in the same place.
"""

from __future__ import annotations

from pathlib import Path

from ..model.nouns import Run
from ..project import private_folder
from ..terraform.commands import ERRORED_STATE

_MARK = "errored-at"  # the address of the AWS that did not take the state
_ADDRESS = "AWS_ENDPOINT_URL"


def mark(run: Run) -> None:
    private_folder.write(run.home / _MARK, run.container.environment.get(_ADDRESS, ""))


def forget(home: Path, address: str) -> list[str]:
    """Remove the unsaved states of the AWS at this address; the layers that they were of."""
    found = [m for m in sorted(home.glob(f"runs/*/*/*/{_MARK}")) if address and m.read_text() == address]
    return [_layer(home, m) for m in found if _removed(m)]


def _removed(mark: Path) -> bool:
    states = list(mark.parent.glob(f"tree/**/{ERRORED_STATE}"))
    for file in (*states, mark):
        if file.is_symlink():
            file.readlink().unlink(missing_ok=True)
        file.unlink()
    return bool(states)


def _layer(home: Path, mark: Path) -> str:
    return str(mark.parent.relative_to(home / "runs")).removeprefix("_/").removesuffix("/_stack")
