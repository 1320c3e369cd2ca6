"""Builds as pipelines hand them on, read as data: ``service1.env.groovy``, ``.env`` and JSON -> values of variables. Pure.

A service's pipeline writes ``env.SERVICE1_BUILD='90'`` for others to ``load``. Here nothing is run: a line is a build, a
comment, empty, or another assignment of a literal, which is passed over and named; or it is refused. ``SERVICE1_BUILD`` is the
value of the variable ``service1-build`` (or ``service1_build``), whichever a layer declares.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from ..model.errors import ConfigError, UsageError
from ..model.naming import capital, nearest
from ..model.nouns import Variable
from ..project.files import Notice
from ..terraform.build_variables import is_build, spelled
from ..terraform.caller_values import as_tokens
from ..terraform.commands import Token

SUFFIXES = (".env.groovy", ".env", ".json")
_GROOVY = re.compile(r"""env\.([A-Za-z_]\w*)\s*=\s*(?:'([^']*)'|"([^"]*)")\s*;?\s*(?://.*)?\Z""", re.ASCII)
_ENV = re.compile(r"""(?:export\s+)?([A-Za-z_]\w*)=(?:'([^']*)'|"([^"]*)"|(.*))\Z""", re.ASCII)
# Another assignment of a literal: its value is of no interest, as long as nothing in it would be run.
_OTHER_GROOVY = re.compile(
    r"""(?:env\.|def\s+)?([A-Za-z_]\w*)\s*=\s*"""
    r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\$]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null)\s*;?\s*(?://.*)?\Z""",
    re.ASCII,
)
_OTHER_ENV = re.compile(r"""(?:export\s+)?([A-Za-z_]\w*)=(?:'[^']*'|[^$`]*)\Z""", re.ASCII)
_LONGEST_SLIP, _SLIP = 6, 0.75  # BILD, BUIDL, BUILDS; but neither BUILDKIT nor URL
# A build is the tag of an image: github.com/distribution/reference, regexp.go
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\Z")
_COMMENTS = {".env.groovy": "//", ".env": "#"}


@dataclass(frozen=True)
class Build:
    """The number of a build, and the ``file:line`` that says so."""

    number: str
    where: str


Builds = dict[str, Build]  # by name in capitals: SERVICE1_BUILD


def kind_of(name: str) -> str:
    """The suffix by which a file of builds is known, or ""."""
    return next((s for s in SUFFIXES if name.endswith(s)), "")


def check_number(number: str, name: str, where: str) -> str:
    """``number`` itself, if it is the tag of an image; ConfigError with its place otherwise."""
    if not number:
        raise ConfigError(f"{name} names no build", where=where, hint=f"for example: {capital(name)}='90'")
    if not _TAG.match(number):
        raise ConfigError(
            f"{name}: {number[:40]!r} is not the number of a build",
            where=where,
            hint="a build is the tag of an image: letters, digits, '.', '_' and '-', at most 128",
        )
    return number


# -- reading ------------------------------------------------------------------------------------


def parse(text: str, where: str, note: Notice = lambda _: None) -> Builds:
    """The builds in the text of a file called ``where``; ``note`` hears of each other assignment in it. ConfigError with
    file:line for anything else."""
    kind = kind_of(where)
    found = _from_json(text, where, note) if kind == ".json" else _from_lines(text, where, kind, note)
    if not found:
        raise ConfigError("no build in this file", where=where, hint=_example(kind))
    return found


def merge(files: Iterable[Builds]) -> Builds:
    """The builds of many files. ConfigError where two disagree."""
    found: Builds = {}
    for name, build in (item for one in files for item in one.items()):
        _add(found, name, build)
    return found


def _add(found: Builds, name: str, build: Build) -> None:
    before = found.setdefault(name, build)
    if before.number != build.number:
        raise ConfigError(
            f"{name} is {build.number} here and {before.number} in {before.where}",
            where=build.where,
            hint="remove the one that you do not mean",
        )


def _from_lines(text: str, where: str, kind: str, note: Notice) -> Builds:
    found: Builds = {}
    for number, line in _statements(text, kind):
        at = f"{where}:{number}"
        if name_and_value := _line(line, at, kind, note):
            name, value = name_and_value
            _add(found, capital(name), Build(check_number(value, name, at), at))
    return found


def _statements(text: str, kind: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, by their number: no empty ones, no comments."""
    number, comment, groovy = 0, False, kind == ".env.groovy"
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = line.strip()
        comment = comment or (groovy and line.startswith("/*"))
        if comment:
            comment = "*/" not in line
            line = "" if comment or line.endswith("*/") else line
        if line and not line.startswith(_COMMENTS[kind]) and not (number == 1 and line.startswith("#!")):
            yield number, line
    if comment:
        yield number, "/* without an end"


def _line(line: str, at: str, kind: str, note: Notice) -> tuple[str, str] | None:
    """Name and value of a build; None for another assignment, which is told."""
    groovy = kind == ".env.groovy"
    matched = (_GROOVY if groovy else _ENV).match(line)
    if matched and _is_build(matched[1], at):
        return matched[1], next(v for v in matched.groups()[1:] if v is not None)
    other = (_OTHER_GROOVY if groovy else _OTHER_ENV).match(line)
    if other and not _is_build(other[1], at):
        note(f"{at}: {other[1]} is no build; passed over")
        return None
    raise ConfigError(f"this is not a build: {line[:60]}", where=at, hint=f"nothing is run here. {_example(kind)}")


def _is_build(name: str, at: str) -> bool:
    """Whether a name is that of a build. ConfigError for one that is nearly one."""
    stem, _, last = name.upper().rpartition("_")
    if last == "BUILD" and stem:
        return True
    if stem and len(last) <= _LONGEST_SLIP and SequenceMatcher(None, last, "BUILD").ratio() >= _SLIP:
        raise ConfigError(
            f"{name[:40]} is not the name of a build",
            where=at,
            hint=f"did you mean {stem}_BUILD? The names of builds end in _BUILD",
        )
    return False


def _from_json(text: str, where: str, note: Notice) -> Builds:
    found: Builds = {}
    inner = object()

    def pairs(items: list[tuple[str, Any]]) -> object:
        for name, value in items:
            if not _is_build(capital(name), where) and not isinstance(value, list) and value is not inner:
                note(f"{where}: {name[:40]} is no build; passed over")
                continue
            if isinstance(value, bool) or not isinstance(value, str | int):
                raise ConfigError(f"{name[:40]} is not the number of a build", where=where, hint=_example(".json"))
            _add(found, _name(capital(name), where), Build(check_number(str(value), name, where), where))
        return inner

    try:
        if json.loads(text, object_pairs_hook=pairs) is inner:
            return found
    except (ValueError, RecursionError):
        raise ConfigError("this is not JSON", where=where, hint=_example(".json")) from None
    raise ConfigError("this is not a JSON object", where=where, hint=_example(".json"))


def _name(name: str, at: str) -> str:
    if re.fullmatch(r"[A-Za-z_]\w*_BUILD", name, re.ASCII) is None:
        raise ConfigError(f"{name[:40]} is not the name of a build", where=at, hint="the names of builds end in _BUILD")
    return capital(name)


def _example(kind: str) -> str:
    lines = {".env.groovy": "env.SERVICE1_BUILD='90'", ".env": "SERVICE1_BUILD=90"}
    return f"write lines such as {lines[kind]}" if kind in lines else 'write {"SERVICE1_BUILD": "90"}'


# -- from names to variables ----------------------------------------------------------------------


def assign(found: Builds, declared: Collection[str], label: str) -> dict[str, Build]:
    """The builds by the variables that hold them. ConfigError for one that no layer declares, or that two names fit."""
    variables = {n: capital(n) for n in sorted(declared) if is_build(n)}
    result = {}
    for name, build in found.items():
        fitting = [n for n, capitals in variables.items() if capitals == name] or [
            key for key in [name.lower().replace("_", "-")] if key in declared
        ]
        if not fitting:
            raise _undeclared(name, build, variables, label)
        if len(fitting) > 1:
            raise ConfigError(f"{label} declares {' and '.join(fitting)}: {name} may be either", where=build.where)
        result[fitting[0]] = build
    return result


def _undeclared(name: str, build: Build, variables: Mapping[str, str], label: str) -> ConfigError:
    close = nearest(name, variables.values())
    wanted = name.lower().replace("_", "-")
    return ConfigError(
        f"{label} declares no variable for {name}",
        where=build.where,
        hint=f"did you mean {close}?" if close else f'declare it: variable "{wanted}" {{ type = string }}',
    )


def renamed(recorded: Collection[str], declared: Mapping[str, Variable]) -> dict[str, str]:
    """Recorded names of builds, each with the variable that holds it now, in whichever spelling; without those that none
    holds."""
    found = {n: spelled(n, declared) for n in recorded}
    return {n: name for n, name in found.items() if name in declared}


def without_cli_vars(
    assigned: Mapping[str, Build], cli_vars: Mapping[str, tuple[Any, str]]
) -> tuple[dict[str, Build], list[str]]:
    """Those that no -var and no -var-file gives as well, and words about the others: what is named wins. ``cli_vars``: as of
    :func:`wrapper.terraform.caller_values.named`."""
    kept = {n: b for n, b in assigned.items() if n not in cli_vars}
    words = [
        f"{cli_vars[n][1]} wins over {b.where} ({b.number})"
        for n, b in assigned.items()
        if n in cli_vars and str(cli_vars[n][0]) != b.number
    ]
    return kept, words


def tokens(numbers: Mapping[str, str]) -> list[Token]:
    """As if typed: ``-var service1-build=90``."""
    return as_tokens(dict(sorted(numbers.items())))


# -- writing ------------------------------------------------------------------------------------


def as_groovy(numbers: Mapping[str, str]) -> str:
    """Lines that a pipeline may ``load``. UsageError for a number that Groovy would read as more than text."""
    return "\n".join(f"env.{capital(n)}='{_safe(n, v)}'" for n, v in sorted(numbers.items()))


def as_env(numbers: Mapping[str, str]) -> str:
    return "\n".join(f"{capital(n)}={_safe(n, v)}" for n, v in sorted(numbers.items()))


def _safe(name: str, number: str) -> str:
    if not _TAG.match(number):
        raise UsageError(f"{name} is {number[:40]!r}, which is no build's number", hint="see it with --format json")
    return number
