"""``orchestrate rollback``: an apply of the builds that ran before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from ...deploy import builds
from ...deploy.prepared import LayerOverrides
from ...state import history, layer_state
from ...state.record import DeploymentRecord
from ...terraform import commands
from ...terraform.caller_values import named
from .. import build_options
from ..build_options import hooks_option, smoke_options
from ..command import Command
from ..fleet_options import layer_options
from ..given_values import value_options
from ..invocation import Form, Invocation, parse
from ..options import DEPLOYS, takes
from ..session import CliSession

_FORM = Form("rollback", commands.APPLY, picks_builds=True, declared=True)


@click.command(
    "rollback",
    cls=Command,
    help="Put back the builds that ran before, or those of an earlier apply.",
    context_settings={"ignore_unknown_options": True},
)
@takes(*DEPLOYS)
@layer_options
@smoke_options
@hooks_option
@value_options
@click.option(
    "--to", metavar="N|NAME=BUILD", help="The apply with this number in history, or the newest with this build."
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [-var tenant=NAME]")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], to: str | None, **options: Any) -> int:
    from ..run_verb import on_layer

    session: CliSession = ctx.obj.merged(options)
    one = parse(session, _FORM, words)
    layer, store = one.layer, session.store(one.stack)
    applies, record = layer_state.load_history(store, layer), layer_state.load_record(store, layer)
    chosen = history.choose(applies, record, to or "", layer.label)
    session.console.info(
        f"{layer.label}: back to apply {chosen.number} ({chosen.at}, by {chosen.by}): {history.in_words(chosen.builds)}; "
        f"its last good one was {history.in_words(record.builds)}"
    )
    report_lost_vars(session, one, record)
    reason = {"rollback_of": applies[-1].number, "back_to": chosen.place}
    overrides = LayerOverrides(tuple(builds.tokens(_still_declared(session, one, chosen.builds))), how=_how(reason))
    on_layer(session, replace(one, reason=reason), {one.tenant: overrides})
    return 0


def _how(reason: Mapping[str, Any]) -> str:
    return history.HistoryEntry(reason=reason).reason_text


def _still_declared(session: CliSession, one: Invocation, numbers: Mapping[str, str]) -> dict[str, str]:
    """Of an earlier apply's builds those that a root declares now; the others are named, and left out."""
    kept = builds.renamed(numbers, build_options.declared(session, one.stack))
    for name in sorted(numbers.keys() - kept.keys()):
        session.console.info(f"{one.layer.label}: {name} {numbers[name]} is left out: no root declares {name} now")
    return {kept[name]: numbers[name] for name in kept}


def report_lost_vars(session: CliSession, one: Invocation, record: DeploymentRecord) -> None:
    """What was typed at the last apply, and is not now, changes too: as at every apply."""
    cli_vars = named(one.tokens)
    names = [n for n in record.cli_vars if n not in (*cli_vars, *record.builds, "tenant")]
    sensitive_names = session.project.values.sensitive_names(one.stack, names)  # sensitive now, if not then
    lost = [commands.redact(["-var", f"{n}={record.cli_vars[n]}"], sensitive_names) for n in names]
    lost += [f"-var '{n}=***'" for n in record.sensitive_names if n not in cli_vars]
    if lost:
        session.console.info(f"{one.layer.label}: typed at its last apply and not now: {' '.join(lost)}")
