"""What a command line gives variables: its -var and -var-file in the order typed, the last wins, as in Terraform. Pure: what a
file says was read once, before (:mod:`wrapper.cli.given_values`), and stands in its token.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..model.errors import ConfigError, UsageError
from ..model.nouns import Variable
from .build_variables import MAP, has_map, is_build, opened, parts
from .commands import Token, Verb
from .hcl import Located
from .variables import (
    Argument,
    CallerValue,
    Source,
    check_argument,
    check_type,
    parse_argument,
    read_expression,
    undeclared,
)

VAR_ENV = "--var-env"


@dataclass(frozen=True)
class FileToken(Token):
    """A ``-var-file`` that was read."""

    source: Source


def argument_of(token: Token) -> Argument:
    """The name and text of a -var, or of what counts as one."""
    return parse_argument(token.value or "", VAR_ENV if _is_secret(token) else "-var")


def typed_values(tokens: Iterable[Token]) -> list[Argument]:
    """Every ``-var``, in order."""
    return [argument_of(t) for t in tokens if t.flag == "var"]


def gives(token: Token) -> bool:
    """Whether it gives a value: the tool reads it, and Terraform never sees it."""
    return token.flag in ("var", "var-file")


def chooses_tenant(token: Token) -> bool:
    return token.flag == "var" and argument_of(token).name == "tenant"


def named(tokens: Iterable[Token]) -> dict[str, tuple[Any, str]]:
    """By name what the tokens give, whichever root declares it: the value or its text, and how it is given."""
    found: dict[str, tuple[Any, str]] = {}
    for token in tokens:
        if isinstance(token, FileToken):
            found |= {n: (v, _where(token.source, line)) for n, (v, line) in token.source.values.items()}
        elif token.flag == "var":
            one = argument_of(token)
            found[one.name] = (one.text, one.where if _is_secret(token) else f"{one.where}={one.text}")
    return found


def distribute(
    verb: Verb, tokens: Iterable[Token], declared: Mapping[str, Variable], others: Collection[str], label: str
) -> list[Token]:
    """Those of one layer: a value goes to the root that declares it. ``others``: what the other root of its stack does."""
    kept = []
    for token in with_builds_named(tokens, declared):
        names = list(_names(token))
        for name, where in names:
            if name not in declared and name not in others and (name, token.flag) != ("tenant", "var"):
                raise undeclared(name, declared, others, where, label)
        if not gives(token) or (verb.values and any(name in declared for name, _ in names)):
            kept.append(token)
    return kept


def with_builds_named(tokens: Iterable[Token], declared: Mapping[str, Variable]) -> Iterator[Token]:
    """The same, each build under the name that the root has for it, those of a map one by one."""
    for token in tokens:
        if isinstance(token, FileToken):
            source = token.source
            yield _with_values(token, opened(source.values, declared, source.name))
        elif token.flag == "var" and ((name := argument_of(token).name) == MAP or is_build(name)):
            yield from _builds_of(token, declared)
        else:
            yield token


def _builds_of(token: Token, declared: Mapping[str, Variable]) -> Iterator[Token]:
    one = argument_of(token)
    is_map = one.name == MAP and (MAP not in declared or has_map(declared))
    for name, value in parts(one.name, read_expression(one)[0] if is_map else one.text, declared, one.where):
        if name == one.name:
            yield token
        elif isinstance(value, str | int) and not isinstance(value, bool):
            words = token.words if _is_secret(token) else ("-var", f"{name}={value}")
            yield Token("var", f"{name}={value}", words)
        else:  # null, or what is no number: as text it would be one
            yield FileToken(
                "var-file", None, token.words, Source(one.where, {name: (value, 0)}, secret=_is_secret(token))
            )


def _names(token: Token) -> Iterator[tuple[str, str]]:
    """Names that a token gives a value, and where."""
    if isinstance(token, FileToken):
        yield from ((n, _where(token.source, line)) for n, (_, line) in token.source.values.items())
    elif token.flag == "var":
        one = argument_of(token)
        yield one.name, one.where


def read(tokens: Iterable[Token], declared: Mapping[str, Variable]) -> dict[str, CallerValue]:
    """The values of one root, the last wins. Raises where one does not fit its variable."""
    found: dict[str, CallerValue] = {}
    for token in tokens:
        if isinstance(token, FileToken):
            found |= _of_file(token.source, declared)
        elif token.flag == "var" and (one := argument_of(token)).name in declared:
            value = check_argument(one, declared)
            found[one.name] = CallerValue(value.value, value.origin, value.text, _is_secret(token), value.template)
    return found


def _of_file(source: Source, declared: Mapping[str, Variable]) -> dict[str, CallerValue]:
    found = {}
    for name, (value, line) in source.values.items():
        where = _where(source, line)
        if name not in declared:
            continue
        if is_build(name) and isinstance(value, str) and not value.strip():
            raise ConfigError(f"{name} names no build", where=where, hint=f'for example: {name} = "90"')
        check_type(declared[name], value, where)
        found[name] = CallerValue(value, where, secret=source.secret)
    return found


def without_facts(tokens: Iterable[Token], facts: Mapping[str, str], label: str) -> tuple[list[Token], list[str]]:
    """The tokens without what the tool gives itself, and a word for each. ConfigError where it is given another value: a state
    would get the identity of another. ``facts``: by name; the -var that chooses the tenant stays."""
    kept, words = [], []
    for token in tokens:
        here = [(n, w) for n, w in _names(token) if n in facts and (n, token.flag) != ("tenant", "var")]
        for name, where in here:
            _check_fact(token, name, where, facts[name], label)
            words.append(f"{where}: {name} is {facts[name]} anyway; you may leave it out")
        if isinstance(token, FileToken):
            token = _without(token, {n for n, _ in here})
        if not here or isinstance(token, FileToken):
            kept.append(token)
    return kept, words


def _check_fact(token: Token, name: str, where: str, fact: str, label: str) -> None:
    value, _ = named([token])[name]
    if value == fact:
        return
    hint = "choose the tenant with -var tenant=NAME or --tenant NAME" if name == "tenant" else ""
    said = f"{name} is {fact} in {label}" if fact else f"no {name} is chosen by a file"
    raise ConfigError(
        f"{said}: it cannot be given another value",
        where=where,
        hint=hint or f"leave it out; for another {name}, name that one on the command line",
    )


def _without(token: FileToken, names: Collection[str]) -> FileToken:
    return _with_values(token, {n: v for n, v in token.source.values.items() if n not in names})


def _with_values(token: FileToken, values: Located) -> FileToken:
    return FileToken(token.flag, token.value, token.words, replace(token.source, values=values))


def from_environment(pairs: Iterable[str], environ: Mapping[str, str]) -> list[Token]:
    """``--var-env NAME=ENVVAR`` as a -var whose words hold no value. UsageError where the environment has none."""
    tokens = []
    for pair in pairs:
        one = parse_argument(pair, VAR_ENV)
        if one.text not in environ:
            raise UsageError(
                f"{one.where}: the environment has no variable {one.text!r}",
                hint=f"export it first, or write {VAR_ENV} {one.name}=NAME with the name of another",
            )
        tokens.append(Token("var", f"{one.name}={environ[one.text]}", (VAR_ENV, pair)))
    return tokens


def as_tokens(texts: Mapping[str, str]) -> list[Token]:
    """As if typed: ``-var service1-build=90``."""
    return [Token("var", f"{n}={t}", ("-var", f"{n}={t}")) for n, t in texts.items()]


def _is_secret(token: Token) -> bool:
    return token.words[:1] == (VAR_ENV,)


def _where(source: Source, line: int) -> str:
    return f"{source.name}:{line}" if line else source.name
