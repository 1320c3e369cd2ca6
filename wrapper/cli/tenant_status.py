"""The status of a stack's tenants: what the index says, and what an apply would change. Changes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..fleet import selection
from ..fleet.change_detection import ChangeDetector, LayerDiff, TenantFilter
from ..model.errors import OrchestrateError
from ..model.fingerprint import Difference, first_names
from ..model.report import worst
from ..model.stack import Layer, Stack
from ..state.index import TenantIndex
from ..terraform.commands import APPLY, Token
from .session import CliSession


@dataclass(frozen=True)
class TenantStatus:
    """A stack's layers compared, and the index as it was read."""

    detector: ChangeDetector
    tenant_index: TenantIndex

    def diffs(self, names: Sequence[str], tokens: Sequence[Token] = ()) -> list[LayerDiff]:
        return list(self.detector.detect(APPLY, names, tokens, self.tenant_index))

    def names(self, tenant_filter: TenantFilter) -> tuple[str, ...]:
        return self.detector.choose(self.tenant_index, tenant_filter, deployed_only=False).chosen

    def slots(self) -> dict[str, dict[str, Any]]:
        """The slot of each tenant on a shared load balancer, as data; {} where that is not known."""
        deployer = self.detector.deployer
        try:
            return deployer.slot_allocator.places()
        except OrchestrateError as error:
            deployer.console.info(f"slots on shared load balancers are not known: {error}")
            return {}

    def report_unread(self, session: CliSession, names: Sequence[str]) -> int:
        """Print why nothing is known of the last apply of the stack and of these tenants, where that is so; returns the exit
        code."""
        errors = [e for n in ("", *names) if (e := self.tenant_index.of(n).error)]
        for error in errors:
            session.console.error(error)
        return worst(error.exit_code for error in errors)

    @cached_property
    def now(self) -> float:
        """By the clock of the states."""
        return self.detector.deployer.store.now()

    def stack_is_deployed(self) -> bool:
        return self.detector.deployer.resolver.outputs.state() is not None

    def stack_layer_changes(self) -> list[Difference]:
        """What of the stack layer differs from its last apply, with the -var of that apply; [] where that is not known."""
        if self.tenant_index.stack_layer.error:
            return []
        resolver = self.detector.deployer.resolver
        return resolver.changed(Layer(resolver.stack), self.tenant_index.stack_layer.record)


@contextlib.contextmanager
def open_status(session: CliSession, stack: Stack) -> Iterator[TenantStatus]:
    with session.signals().installed() as signals:
        detector = ChangeDetector(session.deployer(stack, signals))
        yield TenantStatus(detector, detector.read_index())


def filter_of(session: CliSession) -> TenantFilter:
    shard = selection.parse_shard(session.options.fleet.shard) if session.options.fleet.shard else None
    fleet = session.options.fleet
    return TenantFilter(selection.parse_patterns(fleet.tenants), shard, tags=selection.parse_tags(fleet.tag))


def report_caught_up(session: CliSession, diffs: Sequence[LayerDiff]) -> None:
    """Tenants that did not change, and whose files say by now what runs: an apply writes that down, and starts nothing."""
    names = [diff.layer.tenant for diff in diffs if diff.catches_up]
    if names:
        session.console.info(f"files caught up: {', '.join(names)}; an apply records it, and starts nothing")


def tell_stack_layer_changes(session: CliSession, stack: Stack, changed: Sequence[Difference]) -> None:
    """Print that the stack layer changed: the tenants alone do not show it."""
    if changed:
        session.console.info(
            f"{stack.label}: the stack layer changed too ({first_names(changed)}); an apply of it comes first, and its "
            "outputs may change more tenants"
        )
