"""A layer's turn: it waits until no other command changes the layer; then what was chosen is held against what is recorded.
now.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..model.errors import BusyError, RefusedError
from ..model.stack import Layer, state_key
from ..state import history, layer_state
from ..state.record import DeploymentRecord, moment
from ..state.store import Store
from ..terraform import commands
from . import build_words
from .build_rule import Why
from .prepared import PreparedLayer
from .recorder import Before

_LOOK_AGAIN = 5.0  # seconds until it is looked again whether another command has ended


@dataclass(frozen=True)
class Turn:
    """Of one command. ``run`` names it among those that try; ``pause`` sleeps so many seconds, and raises when the command is
    being stopped; ``asks``: a person will be asked; ``from_files``: the files' builds are to be deployed; ``commit``: the files are
    of that one; ``is_older``: whether they are older than those of another one; ``lock_wait``: as of RunContext."""

    store: Callable[[], Store]
    run: str
    pause: Callable[[float], None]
    asks: bool = False
    from_files: bool = False
    dry: bool = False
    commit: str = ""
    is_older: Callable[[str], bool] = lambda _: False
    lock_wait: float = 0.0

    def wait(self, prepared: PreparedLayer, look: Callable[[], Before], info: Callable[[str], None]) -> Before:
        """The layer when no other command is changing it, as far as that is noted; waited for as long as for Terraform's lock."""
        verb, layer, waits = prepared.verb, prepared.layer, commands.lock_timeout(prepared.tokens, self.lock_wait)
        found, end, told = look(), time.monotonic() + waits, False
        while verb.compares and not self.dry and found.record.tries_at(moment(time.time()), self.run):
            trying = found.record.trying
            by, builds = trying.get("by", "another command"), history.in_words(trying.get("builds") or {})
            if time.monotonic() >= end:
                raise BusyError(
                    f"{layer.label} is being changed by {by} ({builds})",
                    hint="wait for its end, or let the command wait: -lock-timeout=10m",
                )
            if not told:
                info(f"{layer.label}: waiting for {by}, which is changing it ({builds})")
            told = True
            self.pause(min(_LOOK_AGAIN, max(0.1, end - time.monotonic())))
            found = look()
        return found

    def take(self, prepared: PreparedLayer, found: Before) -> PreparedLayer:
        """The layer as its record is now: another command may have deployed a build since this one began, or since it was
        agreed to. A build that stays stays as it runs now; one that this command moves is not moved from elsewhere."""
        if prepared.planned and prepared.verb.applies:
            self._check_planned(prepared.layer, prepared.planned, found.record)
        if not prepared.choices or not prepared.verb.on_state or self.dry:
            return prepared
        state, tag = found.state or (None, "")
        record = layer_state.trusted(self.store(), prepared.layer, found.record, state, tag)
        again = prepared.asked_again(record)
        if state is not None and not record.at:
            self._check_lost(again)
        self._check_age(again, found.record)
        for name, one in again.choices.items():
            known = prepared.choices[name]
            if one.before not in (known.before, known.number) and known.before != known.number:
                raise BusyError(
                    f"{prepared.layer.label}: {name} was {build_words.shown(known.before)} when this command began, and is "
                    f"{build_words.shown(one.before)} now: another command deployed it meanwhile",
                    hint="look at it again: run the same command once more",
                )
        return again

    def commits(self, prepared: PreparedLayer, record: DeploymentRecord) -> list[str]:
        """Where files move a build: the commits that they are of, and were of at the last apply."""
        if not self._by_other_files(prepared, record):
            return []
        older = ": these files are older than those of the last apply" if self.is_older(record.commit) else ""
        return [f"{prepared.layer.label}: {build_words.commits(record.commit, self.commit)}{older}"]

    def _by_other_files(self, prepared: PreparedLayer, record: DeploymentRecord) -> bool:
        if not record.commit or record.commit == self.commit or not self.commit:
            return False
        return any(c.by_other_files for c in prepared.choices.values())

    def _check_age(self, prepared: PreparedLayer, record: DeploymentRecord) -> None:
        """RefusedError where older files would move a build of a protected stack, in a command that asks no person."""
        alone = prepared.layer.stack.settings.protected and prepared.verb.applies and not self.asks
        if not alone or not self._by_other_files(prepared, record) or not self.is_older(record.commit):
            return
        name, one = next((n, c) for n, c in prepared.choices.items() if c.by_other_files)
        raise RefusedError(
            f"{prepared.layer.label}: {name} {build_words.step(one)}, and these files are older than those of the last apply "
            f"({build_words.commits(record.commit, self.commit)})",
            where=one.now.where,
            hint=f"check out that commit, or a later one; or give the build: -var {name}={one.before}; or, if these files are "
            "meant: --config-builds",
        )

    def _check_planned(self, layer: Layer, planned: DeploymentRecord, record: DeploymentRecord) -> None:
        """BusyError where another apply was recorded since a plan file was made, as far as the file says that."""
        if planned.files and planned.run != record.run and not self.dry:
            raise BusyError(
                f"{layer.label} was applied by {record.by or 'another command'} since this plan was made",
                hint="nothing was changed; make a new plan",
            )

    def _check_lost(self, prepared: PreparedLayer) -> None:
        """RefusedError where something runs that nothing says the builds of, and a protected stack would get the files' ones in a
        command that asks no person."""
        unknown = [n for n, one in prepared.choices.items() if one.why is Why.FIRST and one.number is not None]
        alone = prepared.layer.stack.settings.protected and prepared.verb.applies and not self.asks
        if unknown and alone and not self.from_files:
            raise RefusedError(
                f"{prepared.layer.label} has a state and no record: which builds run is not known",
                where=state_key(prepared.layer),
                hint=f"give every build (-var {unknown[0]}=...), or deploy what the files say: --config-builds",
            )
