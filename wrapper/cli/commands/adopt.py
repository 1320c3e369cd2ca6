"""``orchestrate adopt``: an existing state becomes that of a layer."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click

from ...deploy import adoption
from ...deploy.adoption import FoundState
from ...model.errors import UsageError
from ...model.stack import Layer
from ...project import private_folder
from ...state import layer_state
from ...terraform.commands import VERBS, tokenize
from ...terraform.suggested import suggest
from .. import run_verb
from ..command import Command
from ..invocation import Form, Invocation, parse
from ..options import ASKS_AWS, takes
from ..session import CliSession

_STATE = VERBS["state"]
_FORM = Form("adopt", _STATE, flags=())


@click.command(
    "adopt",
    cls=Command,
    help="Copy an existing state to the key of a stack or tenant, pushed by Terraform. Lineage and serial are checked first; "
    "the old state stays where it is.",
    epilog="For example: ./orchestrate adopt shop-test -var tenant=acme --from s3://old-states/acme/terraform.tfstate",
    context_settings={"ignore_unknown_options": True},
)
@takes(*(option for option in ASKS_AWS if option != "json"), "dry_run", "tenant", "confirm", "timeout")
@click.option("--from", "source", metavar="s3://BUCKET/KEY|FILE", help="Where the state is now.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [-var tenant=NAME]")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], source: str | None, **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    invocation = parse(session, _FORM, words)
    layer = invocation.layer
    if not source:
        raise UsageError("adopt needs the state", hint="--from s3://BUCKET/KEY, or --from FILE")
    adoption.check_source(source, layer)
    found = _find(session, source, invocation)
    session.console.info(f"{layer.label}: {source}: {found.words}")
    if adoption.is_there(found, layer, layer_state.load(session.store(layer.stack), layer)):
        session.console.info(f"{layer.label}: has this state already; nothing to do")
        return 0
    with _file(session, found) as file, _seeded(session, found, layer):
        run_verb.on_layer(session, Invocation(_STATE.name, _STATE, layer, tuple(tokenize(["push", str(file)]))))
    if not session.dry_run:
        adoption.check_there(found, layer, layer_state.load(session.store(layer.stack), layer))
        session.console.info(
            f"{layer.label}: adopted; {source} is as it was: change it no more. Now: {suggest('plan', layer)}"
        )
    return 0


def _find(session: CliSession, source: str, invocation: Invocation) -> FoundState:
    stack = invocation.stack
    identity = session.identity(stack)
    region = stack.backend.region or stack.aws_region or "us-east-1"
    found = adoption.load(source, session.directory, lambda: identity, region)
    adoption.check_version(found, session.context(stack, identity).versions)
    return found


def _seeded(session: CliSession, found: FoundState, layer: Layer) -> AbstractContextManager[None]:
    if session.dry_run:
        return contextlib.nullcontext()
    return adoption.seeded(session.store(layer.stack), layer, found)


@contextlib.contextmanager
def _file(session: CliSession, found: FoundState) -> Iterator[Path]:
    """The state as a file for Terraform to push: private, and gone afterwards."""
    file = session.home / f"adopted-{os.getpid()}.tfstate"
    if session.dry_run:
        yield file
        return
    private_folder.make(session.home)
    private_folder.write(file, found.data.decode())
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)
