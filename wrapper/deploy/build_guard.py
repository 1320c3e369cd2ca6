"""Whether the builds that a command moves may go there. On a protected stack that takes its builds from another, a number that
is new runs there already, or a person gives the reason why not; and a pipeline displaces no build that it does not know of.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ..model.errors import OrchestrateError, RefusedError, UsageError
from ..model.naming import capital
from ..model.stack import Layer, Stack
from ..project.project import Project
from ..state import layer_state
from ..state.store import Store
from ..terraform.suggested import suggest
from . import build_words
from .argument_checks import check_reason
from .prepared import PreparedLayer

if TYPE_CHECKING:
    from ..state.index import LayerStatus, TenantIndex


@dataclass
class BuildGuard:
    """Of one command on one stack. ``unpromoted``: why its new numbers need not run in the stack before; ``exempt``: it takes
    its builds from there, or goes back to earlier ones; ``asked``: a person will be; ``refuses``: it changes something;
    ``store_of``: where a stack's states are."""

    project: Project
    stack: Stack
    store_of: Callable[[Stack], Store]
    info: Callable[[str], None]
    unpromoted: str = ""
    exempt: bool = False
    asked: bool = False
    refuses: bool = True

    @property
    def on(self) -> bool:
        return self.stack.settings.protected and bool(self.stack.settings.promotes_from)

    def check_reason(self) -> None:
        """UsageError for a reason that is none, or that nothing asks for."""
        if not self.unpromoted:
            return
        if not self.on:
            raise UsageError(
                f"--unpromoted is for a protected stack with promotes_from, and {self.stack.label} is none",
                hint="leave it out: nothing is asked here of where a build runs",
            )
        check_reason("--unpromoted", self.unpromoted)

    def check(self, prepared: PreparedLayer) -> PreparedLayer:
        """The layer, with the builds for which the reason stands. An apply is RefusedError where one may not go there; a plan
        says so, and goes on."""
        if not prepared.verb.compares or not (prepared.inputs or prepared.planned):
            return prepared
        strange = self._strange(prepared) if self.refuses else self._seen(prepared)
        for error in [*self._displaced(prepared), *self._not_there(prepared, strange)]:
            if prepared.verb.applies and self.refuses:
                raise error
            self.info(f"warning: {error.message}: an apply will end with 77; to do: {error.hint}")
        return replace(prepared, unpromoted=self.unpromoted if strange else "", strange=tuple(strange))

    # -- what runs in the stack before --------------------------------------------------------------

    def _strange(self, prepared: PreparedLayer) -> dict[str, str]:
        """Its builds that are new to it and run nowhere in the stack before."""
        if not self.on or self.exempt:
            return {}
        away = {n: v for n, v in self._new(prepared).items() if v not in self._there(prepared.layer, n)}
        if not away:
            return {}
        known = layer_state.load_history(self.store_of(self.stack), prepared.layer)
        ran = {(capital(n), number) for entry in known for n, number in entry.builds.items()}
        return {n: v for n, v in away.items() if (capital(n), v) not in ran}

    def _seen(self, prepared: PreparedLayer) -> dict[str, str]:
        """In a dry run, as far as it can be read."""
        with contextlib.suppress(OrchestrateError):
            return self._strange(prepared)
        return {}

    def _new(self, prepared: PreparedLayer) -> dict[str, str]:
        """Its builds that move to another number. Those of a plan file are compared with what runs now."""
        if not prepared.planned:
            return {n: c.number for n, c in prepared.choices.items() if c.number is not None and c.number != c.before}
        before = layer_state.load_record(self.store_of(self.stack), prepared.layer).builds
        excused = (prepared.planned.reason.get("unpromoted") or {}).get("builds", ())
        return {n: v for n, v in prepared.planned.builds.items() if before.get(n) != v and n not in excused}

    def _there(self, layer: Layer, name: str) -> set[str]:
        """The numbers of a build that run in the stack before, as far as promote would take them."""
        found = self._upstream_index
        statuses = [found.stack_layer] if not layer.tenant else list(found.tenants.values())
        return {n for s in statuses if _good(s) for b, n in s.record.builds.items() if capital(b) == capital(name)}

    @cached_property
    def _upstream(self) -> Stack:
        return self.project.upstream(self.stack, self.stack.settings.promotes_from)

    @cached_property
    def _upstream_index(self) -> TenantIndex:
        from ..state import index

        return index.read(self.store_of(self._upstream), self._upstream)

    def _not_there(self, prepared: PreparedLayer, strange: Mapping[str, str]) -> Iterator[OrchestrateError]:
        if self.unpromoted or not strange:
            return
        name, number = next(iter(strange.items()))
        runs = ", ".join(sorted(self._there(prepared.layer, name))) or "none"
        yield RefusedError(
            f"{prepared.layer.label}: {name} {number} does not run in {self._upstream.label} ({runs} runs there)",
            hint=f"take over what runs there: {suggest(f'promote {self._upstream.name}', prepared.layer)} ; or, if it is "
            'meant, give the reason: --unpromoted "WHY"',
        )

    def _displaced(self, prepared: PreparedLayer) -> Iterator[OrchestrateError]:
        """A file that would take the place of a build that did not come from the stack before, in a command that asks no person."""
        if not self.on or self.asked or self.exempt:
            return
        for name, one in prepared.choices.items():
            reason = one.ran.brought.get("unpromoted") if one.ran else None
            if reason and build_words.surprises(one):
                yield RefusedError(
                    f"{prepared.layer.label}: {name} {one.before} runs unpromoted ({reason}), and {one.now.where} says "
                    f"{build_words.shown(one.number)}",
                    hint=f"give the build that you mean: -var {name}={one.before}; or follow the files: --config-builds",
                )


def _good(status: LayerStatus) -> bool:
    """Whether promote would take what a record says for what runs."""
    record = status.record
    return status.deployed and not status.locked and not status.touched and bool(record.at) and not record.failed
