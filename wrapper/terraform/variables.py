"""Values from several sources, a later one winning: where each came from, and whether it fits. Pure.

In which order the sources come :mod:`wrapper.project.variable_files` says, what becomes of a map
:mod:`wrapper.terraform.merging`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..model.errors import ConfigError, OrchestrateError, UsageError
from ..model.naming import nearest
from ..model.nouns import ResolvedValue, Secret, Variable
from . import hcl, merging
from .build_variables import MAP, VariablesWithMap, has_map, holds_build, is_build, opened
from .commands import is_override
from .merging import Part
from .type_constraints import Missing, mismatch

Forgive = Callable[[OrchestrateError, str], None]  # what is wrong, and the variable that it is about ("": any)
RESERVED = (
    "region",
    "stack",
    "tenant",
    "account",
    "protected",
    "key",
    "bucket",
    "state_key",
    "allotment",
    "running_tasks",
)


@dataclass(frozen=True)
class Source:
    """One origin of values. ``name`` is the file (or what else it came from); ``mine`` says that every
    key must be declared by this very root; ``tenant`` that reserved keys are refused; ``secret`` that its values are shown
    nowhere; ``lines``: where the keys of its maps stand; ``whole``: its maps are merged with nothing below them;
    ``elsewhere``: names that other roots declare, since its keys are for any of them."""

    name: str
    values: hcl.Located
    mine: bool = False
    tenant: bool = False
    secret: bool = False
    lines: Mapping[str, hcl.KeyLines] = field(default_factory=dict)
    whole: bool = False
    elsewhere: Collection[str] = ()

    def part(self, name: str) -> Part:
        """What it says of a variable."""
        value, line = self.values[name]
        where = f"{self.name}:{line}" if line else self.name
        return Part(value, where, self.name, self.lines.get(name, {}), self.whole)


@dataclass(frozen=True)
class Argument:
    """One ``-var NAME=TEXT`` as typed; ``way``: how it was given."""

    name: str
    text: str
    way: str = "-var"

    @property
    def where(self) -> str:
        return f"{self.way} {self.name}"


@dataclass(frozen=True)
class CallerValue(ResolvedValue):
    """What a command line gives a variable. ``text``: as typed with -var, None of a file's; ``secret``: shown and recorded
    nowhere; ``template``: it has text that Terraform would read otherwise, and that is data here."""

    text: str | None = None
    secret: bool = False
    template: bool = False


def merge(
    declared: Mapping[str, Variable],
    others: Collection[str],
    sources: Iterable[Source],
    label: str,
    forgive: Forgive | None = None,
) -> dict[str, ResolvedValue]:
    """Effective values of one root, where a later source replaces an earlier one; otherwise as ``gather``."""
    return settle(gather(declared, others, sources, label, forgive), {}, merging.REPLACE)


def gather(
    declared: Mapping[str, Variable],
    others: Collection[str],
    sources: Iterable[Source],
    label: str,
    forgive: Forgive | None = None,
    *,
    partial: bool = False,
) -> dict[str, list[Part]]:
    """What sources say of the variables of one root, later ones last. ``others`` are names that only the stack's
    other root declares: their values are left out; ``partial``: another source may add what a map lacks. Raises ConfigError
    with file:line; or tells it to ``forgive``, and goes on without that value."""
    result: dict[str, list[Part]] = {}
    for source in (replace(s, values=opened(s.values, declared, s.name, s.lines)) for s in sources):
        for name in source.values:
            part = source.part(name)
            try:
                if _is_for(name, declared, others, source, part.where, label):
                    check_type(declared[name], part.value, part.where, partial=partial)
                    result.setdefault(name, []).append(part)
            except ConfigError as error:
                if forgive is None:
                    raise
                forgive(error, name)
    return result


def settle(
    parts: Mapping[str, Sequence[Part]], below: Mapping[str, ResolvedValue], rule: str
) -> dict[str, ResolvedValue]:
    """The value of each variable that sources name, by a rule of merging. ``below``: what the sources before them made."""
    if rule == merging.REPLACE:
        return {name: _value(found[-1].value, found[-1:]) for name, found in parts.items()}
    return {name: _merged(below.get(name), found) for name, found in parts.items()}


def _merged(below: ResolvedValue | None, parts: Sequence[Part]) -> ResolvedValue:
    value = below.value if below else None
    for part in parts:
        alone = part.whole or not isinstance(part.value, dict)
        value = part.value if alone else merging.overlay(value, part.value)
    return _value(value, (*(below.parts if below else ()), *parts))


def _value(value: Any, parts: Sequence[Part]) -> ResolvedValue:
    return ResolvedValue(value, parts[-1].where, parts=tuple(parts) if isinstance(value, dict) else ())


def lacking(
    declared: Mapping[str, Variable], values: Mapping[str, ResolvedValue], names: Iterable[str]
) -> Iterator[tuple[str, ConfigError]]:
    """Of merged maps those that lack what their type requires, each with the last place that names the variable."""
    for name in names:
        if name in values and isinstance(values[name].value, dict | list):
            wrong = mismatch(values[name].value, declared[name].type, name)
            if wrong:
                hint = f"its type is declared in {declared[name].where}; null takes a key away, as if no file had it"
                yield name, ConfigError(wrong, where=values[name].origin, hint=hint)


def _is_for(
    name: str, declared: Collection[str], others: Collection[str], source: Source, where: str, label: str
) -> bool:
    """Whether a value of a source is for this root; ConfigError where it is for none."""
    if source.tenant:
        _refuse_reserved(name, where)
    if name not in declared and (source.mine or name not in others):
        raise undeclared(name, declared, [*others, *source.elsewhere] if not source.mine else (), where, label)
    return name in declared


def undeclared(name: str, declared: Collection[str], others: Collection[str], where: str, label: str) -> ConfigError:
    """The error for a value that nothing declares, with the nearest name."""
    close = nearest(name, [*declared, *others])
    hint = f"did you mean {close}?" if close else f'declare it with variable "{name}" {{}} or remove it'
    return ConfigError(f"{label} declares no variable {name!r}", where=where, hint=hint)


def _refuse_reserved(name: str, where: str) -> None:
    if name in RESERVED:
        raise ConfigError(
            f"a tenant may not set {name!r}", where=where, hint="it belongs to the stack; remove the line"
        )


_BUILD_IN_SERVICE = re.compile(r"\.(?:[\w-]*[_-])?(?:build|tag)s? is not known")


def check_type(variable: Variable, value: Any, where: str, *, partial: bool = False) -> None:
    if value is None and not variable.nullable:
        raise ConfigError(f"{variable.name} must not be null", where=where, hint=f"see {variable.where}")
    wrong = mismatch(value, variable.type, variable.name, partial=partial)
    if wrong:
        more = "; this map takes nothing from another file: write the whole map" if isinstance(wrong, Missing) else ""
        if variable.name == "services" and _BUILD_IN_SERVICE.search(wrong):
            more = '; a build stands beside services, by the name of its image: builds = { api = "90" }'
        raise ConfigError(wrong, where=where, hint=f"its type is declared in {variable.where}{more}")


def check_required(declared: Mapping[str, Variable], known: Collection[str], label: str) -> None:
    """Every variable without a default has a value; else ConfigError naming all that have none."""
    missing = [v for v in declared.values() if v.required and v.name not in known]
    if missing:
        names = ", ".join(v.name for v in missing)
        raise ConfigError(
            f"{label} needs a value for {names}",
            where=missing[0].where,
            hint=f"set it in variables.tfvars, in the tenant's file, or with -var {missing[0].name}=...",
        )


def parse_argument(text: str, way: str = "-var") -> Argument:
    """``NAME=TEXT`` of a ``-var``; UsageError where it is none."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        shown = "=..." if equals else repr(name)  # what stands after it may be a secret
        raise UsageError(f"{way} {shown} is not NAME=VALUE", hint="for example: -var tenant=acme")
    return Argument(name.strip(), value, way)


def check_argument(argument: Argument, declared: Mapping[str, Variable]) -> CallerValue:
    """The value that Terraform would read from a ``-var`` of a declared variable; ConfigError for a wrong type. The type
    decides between text and expression, as in Terraform (internal/configs/named_values.go, decodeVariableType)."""
    variable, where, text = declared[argument.name], argument.where, argument.text
    if not text.strip() and is_build(argument.name):
        raise UsageError(f"{where}= names no build", hint=f"for example: -var {argument.name}=90")
    if not _is_unicode(text):
        raise UsageError(
            f"{where}: the value is not UTF-8 text", hint="Terraform's values are Unicode: encode it as UTF-8"
        )
    if variable.untyped or variable.type[0] in ("string", "number", "bool") or holds_build(variable):
        check_type(variable, text, where)
        return CallerValue(text, where, text)
    value, template = read_expression(argument)
    check_type(variable, value, where)
    return CallerValue(value, where, text, template=template)


def _is_unicode(text: str) -> bool:
    """Not where the command line or the environment had bytes that are none."""
    return not any("\ud800" <= c <= "\udfff" for c in text)


def read_expression(argument: Argument) -> tuple[Any, bool]:
    """One literal value, and whether Terraform would read text in it otherwise."""
    text, where = argument.text, argument.where
    try:  # between brackets a line may end anywhere, as in Terraform
        found = hcl.parse_values(f"value = [\n{text}\n]", where)
        [(items, _)] = found.values.values()
        if len(items) != 1 or text.rstrip().endswith(","):
            raise ValueError(text)
        return items[0], bool(found.templates)
    except (ConfigError, ValueError):
        raise ConfigError(
            f"{where} is not a literal HCL value",
            where=where,
            hint="""for example: -var 'zones=["a","b"]', or -var 'any="text"'""",
        ) from None


def render_file(values: Mapping[str, ResolvedValue]) -> bytes:
    """The ``.auto.tfvars.json``: JSON is literal, so bytes in are bytes out (HCL would evaluate ``${``).
    What is no Unicode character (half of a pair) becomes JSON's own escape for it."""
    return (json.dumps({k: values[k].value for k in sorted(values)}, ensure_ascii=False, indent=2) + "\n").encode(
        "utf-8", "backslashreplace"
    )


def hide_sensitive(values: Mapping[str, ResolvedValue], declared: Mapping[str, Variable]) -> dict[str, ResolvedValue]:
    """The same values with those of sensitive variables, and what was given as a secret, made Secret."""
    hidden = {k for k, v in values.items() if isinstance(v, CallerValue) and v.secret}
    hidden |= {k for k in values if k in declared and declared[k].sensitive}
    return {k: ResolvedValue(Secret("***"), v.origin) if k in hidden else v for k, v in values.items()}


def declarations(blocks: Sequence[tuple[str, hcl.Block]]) -> dict[str, Variable]:
    """The variables of one root from its (file, block) pairs."""
    from .type_constraints import ANY, parse_type

    result: dict[str, Variable] = {}
    bodies: dict[str, dict[str, tuple[Any, int]]] = {}
    named = [(is_override(where), where, block) for where, block in blocks if block.kind == "variable" and block.labels]
    for laid_over, where, block in sorted(named, key=lambda one: one[0]):
        name = block.labels[0]
        body = bodies[name] = {**(bodies.get(name, {}) if laid_over else {}), **block.body}
        kind, _ = body.get("type", (None, 0))
        text = kind.text if isinstance(kind, hcl.Expression) else kind
        result[name] = Variable(
            name,
            parse_type(text) if text else ANY,
            required="default" not in body,
            sensitive=any(body.get(word, (False, 0))[0] in (True, "true") for word in ("sensitive", "ephemeral")),
            nullable=body.get("nullable", (True, 0))[0] is not False,
            where=f"{where}:{block.line}",
            default=body.get("default", (None, 0))[0],
            untyped=not text,
        )
    return VariablesWithMap(result) if MAP in result and has_map(result) else result
