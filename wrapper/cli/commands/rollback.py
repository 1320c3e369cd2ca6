"""``orchestrate rollback``: an apply of the builds that ran before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from ...deploy import builds, deployer
from ...deploy.prepared import LayerOverrides
from ...model.nouns import Layer
from ...state import history, layer_state
from ...state.record import DeploymentRecord
from ...terraform import arguments, commands
from ..build_options import smoke_options
from ..command import Command
from ..fleet_options import one_options
from ..layer_argument import check_arguments, store_of
from ..options import DEPLOYS, Options, takes
from ..terraform_verb import place

_VERB = commands.VERBS["apply"]


@click.command(
    "rollback",
    cls=Command,
    help="Put back the builds that ran before, or those of an earlier apply.",
    context_settings={"ignore_unknown_options": True},
)
@takes(*DEPLOYS)
@one_options
@smoke_options
@click.option("--to", metavar="N|NAME=BUILD", help="An apply by its number in history, or the newest with a build.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [-var tenant=NAME]")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], to: str | None, **given: Any) -> int:
    from ..run_verb import on_layer

    options: Options = ctx.obj.merged(given)
    name, region, tokens = place(options, replace(commands.VERBS["plan"], name="rollback"), words)
    tokens = check_arguments(options, tokens, "rollback")
    tenant, tokens = arguments.split_tenant(tokens, options.tenant)
    layer = deployer.layer_of(options.project, options.project.stack(name, region), _VERB, tenant)
    store = store_of(options, layer.stack)
    applies, record = layer_state.load_history(store, layer), layer_state.load_record(store, layer)
    chosen = history.choose(applies, record, to or "", layer.label)
    options.console.info(
        f"{layer.label}: back to apply {chosen.number} ({chosen.at}, by {chosen.by}): {history.in_words(chosen.builds)}; "
        f"its last good one was {history.in_words(record.builds)}"
    )
    say_not_typed(options, layer, record, tokens)
    why = {"rollback_of": applies[-1].number, "back_to": chosen.place}
    own = LayerOverrides(tuple(builds.tokens(chosen.builds)))
    on_layer(replace(options, why=why), _VERB, layer, tokens, {tenant: own})
    return 0


def say_not_typed(options: Options, layer: Layer, record: DeploymentRecord, tokens: list[commands.Token]) -> None:
    """What was typed at the last apply, and is not now, changes too: as at every apply."""
    typed = {a.name for a in arguments.typed_values(tokens)}
    names = [n for n in record.given if n not in (*typed, *record.builds, "tenant")]
    hidden = options.project.values.hidden(layer.stack, names)  # sensitive now, if not then
    lost = [commands.redact(["-var", f"{n}={record.given[n]}"], hidden) for n in names]
    lost += [f"-var '{n}=***'" for n in record.hidden if n not in typed]
    if lost:
        options.console.info(f"{layer.label}: typed at its last apply and not now: {' '.join(lost)}")
