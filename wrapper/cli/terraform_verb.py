"""Terraform's verbs on the command line: COMMAND STACK [REGION] [TERRAFORM ARGUMENTS...]."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click

from ..model.errors import OrchestrateError, UsageError
from ..model.naming import nearest
from ..terraform import commands
from .build_options import build_options, builds_option, smoke_options
from .command import Command, no_option
from .fleet_options import file_options, losses_options, many_options, scope_options, terms_options, unchanged_options
from .options import ASKS_AWS, Decorator, Options, ours, stacked, takes

_LIKE_A_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d\Z")


def command_of(name: str, text: str = "") -> click.Command:
    """The command of a Terraform verb. Raises UsageError for a name that is none."""
    verb = commands.parse_verb(name)

    @click.command(
        name,
        cls=Command,
        help=text or f"terraform {name}, on a stack or a tenant.",
        short_help=text,
        context_settings={"ignore_unknown_options": True, "help_option_names": ["--help", "-help"]},
    )
    @_options(verb)
    @click.argument(
        "words",
        nargs=-1,
        type=click.UNPROCESSED,
        metavar="STACK [REGION] [TERRAFORM ARGUMENTS]...",
        shell_complete=_complete,
    )
    @click.pass_context
    def command(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> int:
        from .run_verb import perform

        options = ctx.obj.merged(given)
        return perform(options, verb, *place(options, verb, words))

    return command


def _options(verb: commands.Verb) -> Decorator:
    """Ours that the verb acts on."""
    changes, applies = verb.mutates and verb.name != "state", verb.name == "apply"
    compares, many = verb.name in ("plan", "apply"), not verb.interactive
    table = (
        (True, takes(*ASKS_AWS, "dry_run", "tenant", "timeout")),
        (changes, takes("confirm")),
        (many, stacked(takes("all_tenants", "jobs"), scope_options, terms_options)),
        (many and compares, unchanged_options),
        (compares, builds_option),
        (applies, stacked(takes("rollout_timeout"), losses_options, smoke_options)),
        (True, file_options),
    )
    return stacked(*(options for acts, options in table if acts))


def place(options: Options, verb: commands.Verb, words: Sequence[str]) -> tuple[str, str, list[commands.Token]]:
    """(stack, region, Terraform's arguments) of the words after the verb. The region may be left out."""
    tokens = list(commands.tokenize(words))
    _refuse_unknown_options(verb.name, tokens)
    bare = [t for t in tokens if not t.flag]
    if not bare:
        raise UsageError(
            f"{verb.name} needs a stack", hint=f"./orchestrate {verb.name} STACK [REGION] ; see ./orchestrate stacks"
        )
    stack, rest = bare[0], bare[1:]
    region = rest[0] if rest and _is_region(options, verb, str(stack.value), str(rest[0].value), len(rest)) else None
    if region is not None and not region.value:
        raise UsageError("the region is empty", hint="an unset variable, perhaps? name it, or leave the word out")
    arguments = [t for t in tokens if t is not stack and t is not region]
    return str(stack.value), str(region.value) if region else "", arguments


def _is_region(options: Options, verb: commands.Verb, stack: str, word: str, words: int) -> bool:
    """Whether the word after the stack is a region: one we have, one that looks like one, or a word that
    Terraform's verb could not take."""
    return options.project.is_region(word) or bool(_LIKE_A_REGION.match(word)) or words > verb.words


def _refuse_unknown_options(command: str, tokens: Sequence[commands.Token]) -> None:
    ours_known = [o for p in _known() for o in p.opts]
    for token in tokens:
        if not token.flag and str(token.value).startswith("--"):
            name = str(token.value).partition("=")[0]
            single = name[1:]
            if name in ours_known:
                raise no_option(command, name)
            if commands.is_flag(single.lstrip("-")):
                raise UsageError(f"no option {name}", hint=f"Terraform's own arguments have one dash: {single}")
            close = nearest(name, ours_known)
            raise UsageError(f"no option {name}", hint=f"did you mean {close}?" if close else "see --help")


def _known() -> list[click.Parameter]:
    @click.command()
    @ours
    @many_options
    @build_options
    def probe(**_: Any) -> None: ...

    return probe.params


def _complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Shell completion: stacks, then the regions of that stack, then -var tenant=NAME."""
    options = Options().merged(ctx.params)
    words = [w for w in ctx.params.get("words") or () if not w.startswith("-")]
    try:
        places = options.project.places
        if not words:
            found = sorted({s for _, s in places})
        elif len(words) == 1:
            found = sorted(r for r, s in places if s == words[0] and r)
        else:
            stack = options.project.stack(words[0], words[1])
            found = [f"tenant={t}" for t in options.project.tenants(stack)]
    except OrchestrateError:
        return []
    return [f for f in found if f.startswith(incomplete)]
