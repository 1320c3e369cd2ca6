"""A command on a stack or on one layer of it, understood: the words after it and our options, read once and here alone.

COMMAND STACK [REGION] [TERRAFORM ARGUMENTS...]
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import click

from ..model.errors import OrchestrateError, UsageError
from ..model.naming import nearest
from ..model.stack import Layer, Stack
from ..run import plan_run
from ..terraform import arguments, build_variables, caller_values, commands, environment, flag_checks
from ..terraform.commands import Token, Verb
from . import build_options, given_values
from .command import help_of, no_option
from .fleet_options import fleet_options
from .options import FleetOptions, global_options
from .session import CliSession

_LIKE_A_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d\Z")


@dataclass(frozen=True)
class Form:
    """What a command makes of its words. ``verb``: what it does to a layer, or would do; ``words``: how many bare words may
    follow the region; ``flags``: those of Terraform's that it takes (None: all, since Terraform gets them);
    ``picks_builds``: it decides itself which builds it deploys; ``many``: it is for the tenants of a stack, not for one;
    ``program``: says how a container's command is given, where bare words may be meant as one."""

    command: str
    verb: Verb
    words: int = 0
    flags: tuple[str, ...] | None = None
    picks_builds: bool = False
    many: bool = False
    declared: bool = False  # a tenant needs its file
    program: str = ""


@dataclass(frozen=True)
class Invocation:
    """What is done (``verb``), to which layer, with which of Terraform's
    arguments. ``command`` is its name as typed; ``many``: it is for
    the layers of the stack, not for this one; ``reason``: of an apply, as it is recorded (wrapper/state/record.py)."""

    command: str
    verb: Verb
    layer: Layer
    tokens: tuple[Token, ...] = ()
    many: bool = False
    reason: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stack(self) -> Stack:
        return self.layer.stack

    @property
    def tenant(self) -> str:
        return self.layer.tenant

    @property
    def others(self) -> tuple[Token, ...]:
        """The arguments without the one that chooses the tenant."""
        return tuple(t for t in self.tokens if t.flag != "var" or t.value != f"tenant={self.tenant}")


def form_of(verb: Verb) -> Form:
    """That of a verb of Terraform's."""
    return Form(verb.name, verb, words=verb.words, declared=verb.declared)


def parse(session: CliSession, form: Form, words: Sequence[str]) -> Invocation:
    """The command of these words. Raises for what the command does not take, and for what is not there."""
    name, region, tokens = _place(session, form, words)
    if form.flags is None:
        environment.check(session.environ)
        commands.check_flags(tokens)
        if word := environment.kept_back(session.environ):
            session.console.info(word)
    arguments.check_words(_title(form), form.words, tokens, "" if form.flags is None else help_of(form.command))
    if form.flags is None:
        tokens = arguments.take_old_flags(form.verb, tokens, session.console.info)
        saved = plan_run.file_argument(form.verb, tokens)
        flag_checks.check(form.command, form.verb, _besides_tenant(tokens), saved=saved, picks_builds=form.picks_builds)
    tenant, tokens = arguments.split_tenant(tokens, session.options.tenant)
    _check_form(form, tenant, tokens)
    stack = session.project.stack(name, region)
    layer = session.project.layer(stack, tenant, must_be_declared=form.declared)
    many = form.many or (form.flags is None and _is_for_many(session.options.fleet, form.verb, layer))
    _check_saved(session, form, tokens)
    tokens = given_values.read(session, form.verb, layer, tokens, many=many)
    if build_variables.MAP in caller_values.named(tokens):
        tokens = build_options.opened(session, stack, tokens)
    _check_builds(form, tokens)
    if session.options.builds and not form.picks_builds:
        tokens = build_options.take(session, stack, tokens)
    return Invocation(form.command, form.verb, layer, tuple(tokens), many)


def named(session: CliSession, verb: Verb, stack: str, region: str, tenant: str = "") -> Invocation:
    """The command on a layer whose names click found."""
    layer = session.project.layer(session.project.stack(stack, region), tenant, must_be_declared=verb.declared)
    return Invocation(verb.name, verb, layer)


def without_first(words: Sequence[str]) -> tuple[str, list[str]]:
    """The first bare word, where another follows it, and the rest; "" where there is no other."""
    tokens = commands.tokenize(words)
    bare = [t for t in tokens if not t.flag and not str(t.value).startswith("-")]
    if len(bare) < 2:
        return "", list(words)
    return str(bare[0].value), commands.words(t for t in tokens if t is not bare[0])


def _besides_tenant(tokens: Sequence[Token]) -> list[Token]:
    return [t for t in tokens if t.flag != "var" or not str(t.value).startswith("tenant=")]


# -- words --------------------------------------------------------------------------------------


def _title(form: Form) -> str:
    return f"terraform {form.command}" if form.command in commands.VERBS else form.command


def _place(session: CliSession, form: Form, words: Sequence[str]) -> tuple[str, str, list[Token]]:
    """(stack, region, Terraform's arguments). The region may be left out."""
    tokens = list(commands.tokenize(words))
    if form.program:
        _refuse_program(session, form, tokens)
    _refuse_unknown_options(form.command, tokens)
    bare = [t for t in tokens if not t.flag]
    if not bare:
        raise UsageError(
            f"{form.command} needs a stack",
            hint=f"./orchestrate {form.command} STACK [REGION] ; see ./orchestrate stacks",
        )
    stack, rest = bare[0], bare[1:]
    region = rest[0] if rest and _is_region(session, form, str(rest[0].value), len(rest)) else None
    if region is not None and not region.value:
        raise UsageError(
            "the region is empty", hint="is a variable of your script unset? name the region, or leave it out"
        )
    others = [t for t in tokens if t is not stack and t is not region]
    return str(stack.value), str(region.value) if region else "", others


def _is_region(session: CliSession, form: Form, word: str, words: int) -> bool:
    """Whether the word after the stack is a region: one we have, one that looks like one, or a word that the command could
    not take."""
    return _is_like_a_region(session, word) or words > form.words


def _is_like_a_region(session: CliSession, word: str) -> bool:
    return bool(_LIKE_A_REGION.match(word)) or session.project.is_region(word)


def _may_be_a_region(session: CliSession, word: str) -> bool:
    """Or one with a slip in it, or an empty variable."""
    regions = [region for region, _ in session.project.places]
    return not word or _is_like_a_region(session, word) or bool(nearest(word, regions))


def _refuse_program(session: CliSession, form: Form, tokens: Sequence[Token]) -> None:
    """UsageError for a word behind stack and region: the first of another command line, of which nothing is read. What stands
    before it is ours."""
    places = [n for n, t in enumerate(tokens) if not t.flag and not str(t.value).startswith("-")]
    for place in places[1:3]:
        _refuse_unknown_options(form.command, tokens[:place])
        word = str(tokens[place].value)
        if place == places[1] and _may_be_a_region(session, word):
            continue
        more = " ..." if tokens[place + 1 :] else ""
        raise UsageError(
            f"{form.command}: {word!r} is neither a region nor an option",
            hint=f"{form.program}: -- {shlex.quote(word)}{more}",
        )


def _check_form(form: Form, tenant: str, tokens: Sequence[Token]) -> None:
    """UsageError for what goes with other commands."""
    for token in tokens:
        chooses = token.flag == "var" and token.value == f"tenant={tenant}"
        if form.flags is not None and token.flag and token.flag not in form.flags and not chooses:
            raise no_option(form.command, "-var" if token.flag == "var" else token.words[0])
    if form.many and tenant:
        raise UsageError(
            f"{form.command} is for many tenants, not {tenant} alone", hint=f"narrow it with --tenants {tenant}"
        )


def _check_builds(form: Form, tokens: Sequence[Token]) -> None:
    """UsageError for a build that is given to a command which chooses builds itself."""
    given = {n: how for n, (_, how) in caller_values.named(tokens).items() if build_variables.is_build(n)}
    if form.picks_builds and given:
        name, how = next(iter(given.items()))
        raise UsageError(
            f"{form.command} decides which builds it deploys, and takes no {how if name in how else f'{name} ({how})'}",
            hint="leave it out; to choose a build, use apply",
        )


def _check_saved(session: CliSession, form: Form, tokens: Sequence[Token]) -> None:
    """UsageError for an option that chooses builds, where a plan file says which they are."""
    options = session.options
    chosen = {"--builds": options.builds, "--config-builds": options.config_builds, "--unpromoted": options.unpromoted}
    name = next((name for name, value in chosen.items() if value), "")
    if name and form.flags is None and plan_run.file_argument(form.verb, tokens):
        raise UsageError(
            f"{name} does not go with a saved plan: its builds were chosen when it was made",
            hint=f"leave it out, or make a new plan with {name}",
        )


def _is_for_many(options: FleetOptions, verb: Verb, layer: Layer) -> bool:
    """Whether a command is for many layers. UsageError where it says both one tenant and many."""
    stack, tenant = layer.stack, layer.tenant
    named = [n for n in ("tenants", "tag", "shard", "failed_from") if getattr(options, n)]
    many = options.all_tenants or bool(named)
    if many and tenant:
        other = "--" + (named[0].replace("_", "-") if named else "all-tenants")
        raise UsageError(f"one tenant ({tenant}) and {other}", hint="leave one of them out")
    for name in ("jobs", "fail_fast", "tenant_timeout", "canary", "wave", "resume", "force", "refresh"):
        if getattr(options, name) and not many and (tenant or not verb.deletes):
            flag = "--" + name.replace("_", "-")
            raise UsageError(f"{flag} is for many tenants", hint="add --all-tenants or --tenants GLOB")
    if named and stack.tenant_source is None:
        raise UsageError(f"stack {stack.label} has no tenants", hint=f"leave out --{named[0].replace('_', '-')}")
    return stack.tenant_source is not None and not tenant and (many or verb.deletes)


def _refuse_unknown_options(command: str, tokens: Sequence[Token]) -> None:
    for token in tokens:
        if not token.flag and str(token.value).startswith("--"):
            raise _unknown_option(command, str(token.value).partition("=")[0])


def _unknown_option(command: str, name: str) -> OrchestrateError:
    known = _known()
    single = name[1:]
    if name in known:
        return no_option(command, name)
    if commands.is_flag(single.lstrip("-")):
        return UsageError(f"no option {name}", hint=f"Terraform's own arguments have one dash: {single}")
    close = nearest(name, known)
    return UsageError(f"no option {name}", hint=f"did you mean {close}?" if close else help_of(command))


@cache
def _known() -> tuple[str, ...]:
    @click.command()
    @global_options
    @fleet_options
    @build_options.build_options
    @build_options.choice_options
    @build_options.unpromoted_option
    @given_values.value_options
    def probe(**_: Any) -> None: ...

    return tuple(o for p in probe.params for o in p.opts)
