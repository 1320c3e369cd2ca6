"""``orchestrate promote``: to one stack exactly the builds that run in the one before it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import click

from ...deploy import build_files, builds
from ...deploy.builds import Build
from ...deploy.prepared import LayerOverrides
from ...deploy.promotion import check_fits, check_source
from ...fleet.fleet import Fleet
from ...model.errors import OrchestrateError, RefusedError, UsageError
from ...model.naming import capital
from ...model.report import LayerResult
from ...model.stack import Layer, Stack
from ...project import promotion_order
from ...state import index, layer_state
from ...state.history import HistoryEntry, in_words
from ...state.index import LayerStatus
from ...state.record import DeploymentRecord
from ...state.store import Store
from ...terraform.build_variables import has_builds
from ...terraform.commands import APPLY
from ...terraform.suggested import suggest
from .. import run_fleet
from ..build_options import build_options, declared, no_hooks_option
from ..command import Command
from ..fleet_options import fleet_options
from ..given_values import value_options
from ..invocation import Form, Invocation, parse, without_first
from ..options import DEPLOYS, takes
from ..session import CliSession
from .rollback import report_lost_vars

_FORM = Form("promote", APPLY, picks_builds=True)


@click.command(
    "promote",
    cls=Command,
    help="Deploy to stack TO exactly the builds that run in stack FROM, as promotes_from in its stack.hcl allows.",
    context_settings={"ignore_unknown_options": True},
)
@takes(*DEPLOYS, "all_tenants", "jobs")
@fleet_options
@build_options
@no_hooks_option
@value_options
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="FROM TO [REGION] [-var tenant=NAME]")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    name, rest = without_first(words)
    if not name:
        raise UsageError("promote needs two stacks", hint="./orchestrate promote FROM TO [REGION] -var tenant=NAME")
    one = parse(session, _FORM, rest)
    source = session.project.upstream(one.stack, name)
    promotion_order.check_step(source.name, one.stack.name, session.project.way(one.stack))
    if not one.many and not one.tenant and one.stack.tenant_source is not None:
        raise UsageError("promote needs a tenant", hint="name it: -var tenant=NAME; or add --all-tenants")
    promotion = Promotion(session, source, one.stack, _expected(session, source))
    one = replace(one, reason={"promoted_from": source.label})
    return _many(session, promotion, one) if one.many else _one(session, promotion, one)


def _expected(session: CliSession, source: Stack) -> dict[str, Build]:
    """``--builds``: what the caller believes to run in FROM."""
    found = build_files.read(session.project.files, [session.directory / path for path in session.options.builds])
    return builds.assign(found, declared(session, source), source.label)


@dataclass(frozen=True)
class Promotion:
    """From where, to where; ``expected``: builds that must run there, by variable."""

    session: CliSession
    source: Stack
    stack: Stack
    expected: Mapping[str, Build]

    def take(self, layer: Layer, status: LayerStatus, store: Store) -> LayerOverrides:
        """What a layer of the other stack is given: what runs in this one. RefusedError where that is not known."""
        if status.error:
            raise status.error
        if status.record.damaged:
            raise layer_state.damaged_record(store, layer)
        held = index.lock_of(store, layer) if status.locked else None
        check_source(status.record, status.tag, held.who if held else "", layer.label, suggest("apply", layer))
        for name, build in self.expected.items():
            running = next((v for n, v in status.record.builds.items() if capital(n) == capital(name)), "")
            if running != build.number and (running or layer.tenant):
                raise RefusedError(
                    f"{layer.label} runs {name} {running or 'of no number'}, not {build.number}",
                    where=build.where,
                    hint="another build was deployed there since; see builds and history, then promote what runs there now",
                )
        numbers = self._here(Layer(self.stack, layer.tenant), status.record.builds)
        self._check_fits(Layer(self.stack, layer.tenant), numbers)
        how = HistoryEntry(reason={"promoted_from": self.source.label}).reason_text
        return LayerOverrides(tuple(builds.tokens(numbers)), numbers, how=how)

    def _here(self, layer: Layer, numbers: Mapping[str, str]) -> dict[str, str]:
        """The builds by the names that this stack's root has for them, in whichever spelling."""
        known = builds.renamed(numbers, self.session.project.values.declared(layer.source))
        return {known.get(n, n): number for n, number in numbers.items()}

    def _check_fits(self, layer: Layer, numbers: Mapping[str, str]) -> None:
        declared = self.session.project.values.declared
        other = self.stack.source if layer.tenant else self.stack.tenant_source
        check_fits(numbers, declared(layer.source), declared(other) if other else (), layer.label)

    def stack_layer_has_builds(self) -> bool:
        found = self.session.project.values.declared(self.stack.source)
        return self.stack.tenant_source is not None and has_builds(found)


def _one(session: CliSession, promotion: Promotion, one: Invocation) -> int:
    from ..run_verb import on_layer

    layer, source = session.project.layer(one.stack, one.tenant), Layer(promotion.source, one.tenant)
    store = session.store(promotion.source)
    overrides = {one.tenant: promotion.take(source, index.layer_status(store, source), store)}
    if promotion.stack_layer_has_builds():
        above = Layer(promotion.source)
        overrides[""] = promotion.take(above, index.layer_status(store, above), store)
    with contextlib.suppress(OrchestrateError):
        record = index.layer_status(session.store(one.stack), layer).record
        report_lost_vars(session, one, record)
        _tell_builds(session, layer, overrides[one.tenant], record)
    on_layer(session, one, overrides)
    return 0


def _tell_builds(session: CliSession, layer: Layer, overrides: LayerOverrides, record: DeploymentRecord) -> None:
    now = f"runs {in_words(record.builds)}" if record.builds else "runs nothing yet"
    session.console.info(f"{layer.label}: promoting {in_words(overrides.builds or {})} (it {now})")
    for name, brought in record.brought.items():
        if reason := brought.get("unpromoted"):
            session.console.info(
                f"{layer.label}: ! it runs {name} {record.builds.get(name)}, unpromoted {brought.get('at', '')[:10]} ({reason})"
            )


def _many(session: CliSession, promotion: Promotion, one: Invocation) -> int:
    """Each tenant in scope, with its own builds; one whose builds are not known fails, and the others go on."""

    def run(fleet: Fleet, request: run_fleet.FleetRequest) -> list[LayerResult]:
        store, here = session.store(promotion.source), fleet.detector.read_index()
        there = index.read(store, promotion.source)
        names = list(fleet.detector.choose(here, request.tenant_filter, deployed_only=False).chosen)
        stack_has_builds = promotion.stack_layer_has_builds()
        fleet.overrides = {
            n: _taken(promotion, n, there.of(n), store) for n in [*names, *([""] if stack_has_builds else [])]
        }
        for name, overrides in fleet.overrides.items():
            if isinstance(overrides, LayerOverrides) and not here.of(name).error:
                _tell_builds(session, Layer(one.stack, name), overrides, here.of(name).record)
        tenant_filter = replace(
            request.tenant_filter, stack_layer=stack_has_builds and request.tenant_filter.stack_layer
        )
        return fleet.perform(one.verb, one.tokens, tenant_filter)

    words = ("promote", promotion.source.name, one.stack.name, one.stack.region)
    return run_fleet.perform(session, one, run_fleet.FleetAction(run, words))


def _taken(promotion: Promotion, name: str, status: LayerStatus, store: Store) -> LayerOverrides | OrchestrateError:
    try:
        return promotion.take(Layer(promotion.source, name), status, store)
    except OrchestrateError as error:
        return error
