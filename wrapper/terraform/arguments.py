"""The caller's arguments, understood: which tenant, does it destroy. Pure.

Knows what Terraform's flags mean to a whole command; :mod:`wrapper.terraform.commands` knows how they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..model.errors import UsageError
from .caller_values import typed_values
from .commands import GO_FALSE, Token, Verb


def split_tenant(tokens: Iterable[Token], option: str = "") -> tuple[str, list[Token]]:
    """The tenant that ``-var tenant=NAME`` or ``--tenant NAME`` chooses, and all tokens."""
    tokens = list(tokens)
    names = {a.text for a in typed_values(tokens) if a.name == "tenant"} | ({option} if option else set())
    if len(names) > 1:
        raise UsageError(f"two tenants: {' and '.join(sorted(names))}", hint="a run is for one; or see --all-tenants")
    if "" in names:
        raise UsageError("-var tenant= names no tenant", hint="for example: -var tenant=acme")
    return next(iter(names), ""), tokens


def take_old_flags(verb: Verb, tokens: Iterable[Token], info: Callable[[str], None]) -> list[Token]:
    """Flags of older Terraform that old pipelines still pass, as today's."""
    result = []
    for token in tokens:
        if token.flag == "force" and verb.deletes:
            info("-force is taken as -auto-approve (Terraform renamed it in 0.15)")
            token = Token("auto-approve", None, ("-auto-approve",))
        if token.flag == "input":
            info(f"{token.words[0]} is left out: no run waits for input")
        else:
            result.append(token)
    return result


def check_words(command: str, most: int, tokens: Sequence[Token], hint: str = "") -> None:
    """UsageError for more bare words than the command takes; a word in the region's place is most likely one. ``hint``: of a
    command that takes no arguments of Terraform's."""
    words = [t.value or "" for t in tokens if not t.flag]
    if len(words) > most:
        raise UsageError(
            f"{command} takes no {words[most]!r}",
            hint=hint or "the order is: COMMAND STACK [REGION] [TERRAFORM ARGUMENTS...]",
        )


def destroys(verb: Verb, tokens: Iterable[Token]) -> bool:
    """Whether the command removes what is there, by whichever name."""
    return verb.deletes or (verb.applies and any(t.flag == "destroy" for t in tokens))


def removes(verb: Verb, tokens: Iterable[Token]) -> bool:
    """Whether the command is about removing what is there: it does, or it plans to."""
    return verb.deletes or any(t.flag == "destroy" for t in tokens)


def changes(verb: Verb, tokens: Iterable[Token]) -> bool:
    """Whether the command changes a state, or what one describes: ``state rm`` does, ``state list`` does not."""
    return verb.mutates and not (verb.reads and _first(tokens) in ("", *verb.reads))


def pushed(verb: Verb, tokens: Sequence[Token]) -> str:
    """The file that the command pushes as the state (``state push FILE``), or ""."""
    words = [t.value or "" for t in tokens if not t.flag]
    return words[1] if len(words) > 1 and words[0] in verb.repairs else ""


def _first(tokens: Iterable[Token]) -> str:
    return next((t.value or "" for t in tokens if not t.flag), "")


def checks_form(tokens: Iterable[Token]) -> bool:
    """Whether ``fmt`` only says which files have another form than Terraform's."""
    return any(t.flag == "check" and t.value not in GO_FALSE for t in tokens)


def without_refresh(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The same arguments, and -refresh=false before them unless they say themselves whether to refresh."""
    said = any(t.flag == "refresh" for t in tokens)
    return tuple(tokens) if said else (Token("refresh", "false", ("-refresh=false",)), *tokens)


def partial(tokens: Iterable[Token]) -> bool:
    """Whether the command is for a part of its layer only."""
    return any(t.flag in ("target", "exclude", "refresh-only") for t in tokens)
