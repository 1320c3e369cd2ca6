"""``orchestrate promote``: to one stack exactly the builds that run in the one before it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import click

from ...deploy import build_files, builds, deployer, promotion
from ...deploy.builds import Build
from ...deploy.prepared import LayerOverrides
from ...fleet.fleet import Fleet
from ...model.errors import OrchestrateError, RefusedError, UsageError
from ...model.nouns import Layer, Stack
from ...project import promotion_order
from ...reports.model import LayerResult
from ...state import index
from ...state.history import in_words
from ...state.index import LayerStatus
from ...state.store import Store
from ...terraform import arguments, commands
from ...terraform.commands import Token
from ...terraform.variables import is_build
from .. import run_fleet
from ..build_options import build_options, declared
from ..command import Command
from ..fleet_options import many_options
from ..layer_argument import check_arguments, store_of
from ..options import DEPLOYS, Options, takes
from ..terraform_verb import place
from .rollback import say_not_typed

_VERB = commands.VERBS["apply"]


@click.command(
    "promote",
    cls=Command,
    help="Deploy to stack TO exactly the builds that run in stack FROM, as promotes_from in its stack.hcl allows.",
    context_settings={"ignore_unknown_options": True},
)
@takes(*DEPLOYS, "all_tenants", "jobs")
@many_options
@build_options
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="FROM TO [REGION] [-var tenant=NAME]")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> int:
    options: Options = ctx.obj.merged(given)
    source, stack, tokens = _stacks(options, words)
    promotion_order.check_step(source.name, stack.name, options.project.way(stack))
    tenant, tokens = arguments.split_tenant(check_arguments(options, tokens, "promote"), options.tenant)
    is_many = run_fleet.is_for_many(options, _VERB, tenant, stack)
    if not is_many and not tenant and stack.tenant_source is not None:
        raise UsageError("promote needs a tenant", hint="name it: -var tenant=NAME; or say --all-tenants")
    one = Promotion(options, source, stack, _expected(options, source))
    options = replace(options, why={"promoted_from": source.label})
    return _many(options, one, tokens) if is_many else _one(options, one, tenant, tokens)


def _stacks(options: Options, words: Sequence[str]) -> tuple[Stack, Stack, list[Token]]:
    """FROM, TO and the other arguments. REGION is TO's; FROM is the stack of that name in it, or the only one."""
    tokens = list(commands.tokenize(words))
    bare = [t for t in tokens if not t.flag and not str(t.value).startswith("-")]
    if len(bare) < 2:
        raise UsageError("promote needs two stacks", hint="./orchestrate promote FROM TO [REGION] -var tenant=NAME")
    rest = [word for t in tokens if t is not bare[0] for word in t.words]
    name, region, tokens = place(options, replace(commands.VERBS["plan"], name="promote"), rest)
    stack = options.project.stack(name, region)
    return options.project.upstream(stack, str(bare[0].value)), stack, tokens


def _expected(options: Options, source: Stack) -> dict[str, Build]:
    """``--builds``: what the caller believes to run in FROM."""
    found = build_files.read(options.project.files, [options.directory / path for path in options.builds])
    return builds.assign(found, declared(options, source), source.label)


@dataclass(frozen=True)
class Promotion:
    """From where, to where; ``expected``: builds that must run there, by variable."""

    options: Options
    source: Stack
    stack: Stack
    expected: Mapping[str, Build]

    def take(self, layer: Layer, status: LayerStatus, store: Store) -> LayerOverrides:
        """What a layer of the other stack is given: what runs in this one. RefusedError where that is not known."""
        if status.error:
            raise status.error
        held = index.lock_of(store, layer) if status.locked else None
        command = f"./orchestrate apply {layer.stack.name} {layer.stack.region}".rstrip()
        command += f" -var tenant={layer.tenant}" if layer.tenant else ""
        promotion.check_source(status.record, status.tag, held.who if held else "", layer.label, command)
        for name, build in self.expected.items():
            running = status.record.builds.get(name, "")
            if running != build.number and (running or layer.tenant):
                raise RefusedError(
                    f"{layer.label} runs {name} {running or 'of no number'}, not {build.number}",
                    where=build.where,
                    hint="something else was deployed there since; look with builds and history, then promote that",
                )
        self._check_fits(Layer(self.stack, layer.tenant), status.record.builds)
        return LayerOverrides(tuple(builds.tokens(status.record.builds)), status.record.builds)

    def _check_fits(self, layer: Layer, numbers: Mapping[str, str]) -> None:
        declared = self.options.project.values.declared
        other = self.stack.source if layer.tenant else self.stack.tenant_source
        promotion.check_fits(numbers, declared(layer.source), declared(other) if other else (), layer.label)

    def own_layer_has_builds(self) -> bool:
        found = self.options.project.values.declared(self.stack.source)
        return self.stack.tenant_source is not None and any(is_build(n) for n in found)


def _one(options: Options, one: Promotion, tenant: str, tokens: Sequence[Token]) -> int:
    from ..run_verb import on_layer

    layer, source = deployer.layer_of(options.project, one.stack, _VERB, tenant), Layer(one.source, tenant)
    store = store_of(options, one.source)
    given = {tenant: one.take(source, index.layer_status(store, source), store)}
    if one.own_layer_has_builds():
        above = Layer(one.source)
        given[""] = one.take(above, index.layer_status(store, above), store)
    with contextlib.suppress(OrchestrateError):
        record = index.layer_status(store_of(options, one.stack), layer).record
        say_not_typed(options, layer, record, list(tokens))
        _say(options, layer, given[tenant], record.builds)
    on_layer(options, _VERB, layer, tokens, given)
    return 0


def _say(options: Options, layer: Layer, given: LayerOverrides, running: Mapping[str, str]) -> None:
    now = f"runs {in_words(running)}" if running else "runs nothing yet"
    options.console.info(f"{layer.label}: promoting {in_words(given.builds or {})} (it {now})")


def _many(options: Options, one: Promotion, tokens: Sequence[Token]) -> int:
    """Everyone in scope, each with its own builds; one whose builds are not known fails, and the others go on."""

    def run(fleet: Fleet, request: run_fleet.FleetRequest) -> list[LayerResult]:
        store, here = store_of(options, one.source), fleet.detector.read_index()
        there = index.read(store, one.source)
        names = list(fleet.detector.choose(here, request.tenant_filter, deployed_only=False).chosen)
        own = one.own_layer_has_builds()
        fleet.given = {n: _taken(one, n, there.of(n), store) for n in [*names, *([""] if own else [])]}
        for name, given in fleet.given.items():
            if isinstance(given, LayerOverrides) and not here.of(name).error:
                _say(options, Layer(one.stack, name), given, here.of(name).record.builds)
        return fleet.perform(
            request.verb, request.tokens, replace(request.tenant_filter, own=own and request.tenant_filter.own)
        )

    words = ("promote", one.source.name, one.stack.name, one.stack.region)
    return run_fleet.perform(options, _VERB, one.stack, tokens, run_fleet.FleetAction(run, words))


def _taken(one: Promotion, name: str, status: LayerStatus, store: Store) -> LayerOverrides | OrchestrateError:
    try:
        return one.take(Layer(one.source, name), status, store)
    except OrchestrateError as error:
        return error
