"""The builds of a layer: which of its variables hold one, what a record and the files say of each, and the values that come of
the rule (:mod:`wrapper.deploy.build_rule`). Pure.

A build is one whatever its name's spelling: ``service1-build`` and ``service1_build``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..model import fingerprint, service_map
from ..model.errors import RefusedError
from ..model.fingerprint import Difference
from ..model.naming import capital
from ..model.nouns import ResolvedValue, Variable
from ..state.history import HistoryEntry
from ..state.record import DeploymentRecord
from ..terraform import service_images
from ..terraform.build_variables import build_names, is_key, spelled
from . import build_rule, build_words
from .build_rule import BuildChoice, Given, Ran, Said, Why, parse_said


@dataclass(frozen=True)
class BuildPolicy:
    """How a command chooses: ``mode`` of the stack; ``from_files``: the files are to be followed this time;
    ``as_it_ran``: it means what runs, whatever the files say; ``unseen``: what runs cannot be read."""

    mode: str = "both"
    from_files: bool = False
    as_it_ran: bool = False
    unseen: bool = False

    @property
    def follows_files(self) -> bool:
        return self.from_files or self.mode == "config"


def text(value: Any) -> str | None:
    """A build's number, as it is compared and recorded: as text, however it was written."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def said(name: str, values: Mapping[str, ResolvedValue], declared: Mapping[str, Variable]) -> Said:
    """What the files say of a build. ``values``: theirs alone."""
    if name in values:
        return Said(text(values[name].value), values[name].origin)
    return Said(text(declared[name].default), declared[name].where, default=True)


def choose(
    declared: Mapping[str, Variable],
    now: Mapping[str, Said],
    given: Mapping[str, Given],
    record: DeploymentRecord,
    policy: BuildPolicy,
) -> dict[str, BuildChoice]:
    """Of each build that a root declares; ``now`` has them all."""
    recorded = {capital(n): n for n in {*record.builds, *record.files}}
    found = {}
    for name in now:
        there = recorded.get(capital(name))
        ran = ran_of(record, there, now[name]) if there and record.at else None
        if policy.unseen and name not in given:
            found[name] = BuildChoice(now[name].number, Why.UNSEEN, now[name])
            continue
        if policy.as_it_ran:
            found[name] = build_rule.as_it_ran(ran, given.get(name), now[name])
            continue
        found[name] = build_rule.choose(
            ran,
            given.get(name),
            now[name],
            required=declared[name].required,
            mode="config" if policy.follows_files else policy.mode,
            first=not record.at,
        )
    return found


@dataclass(frozen=True)
class BuildQuestion:
    """What the builds of a layer are chosen by, but for its record: what the files say ``now``, what the command gives, and how
    it chooses. The record may be read again, and the question asked again; a build that it alone knows may be in the map.
    ``runs``: what runs each; a build in the map that nothing runs is none of the layer's. None: that is not known of this root."""

    declared: Mapping[str, Variable]
    now: Mapping[str, Said]
    given: Mapping[str, Given]
    policy: BuildPolicy
    runs: Mapping[str, tuple[str, ...]] | None = None

    def ask(self, record: DeploymentRecord) -> dict[str, BuildChoice]:
        names = {spelled(n, self.declared) for n in {*record.builds, *record.files}} - self.now.keys()
        only_recorded = {
            n: said(n, {}, self.declared) for n in sorted(names) if is_key(n, self.declared) and self.has(n)
        }
        found = choose(self.declared, {**self.now, **only_recorded}, self.given, record, self.policy)
        kept = {n: one for n, one in found.items() if n not in only_recorded or one.number or one.before}
        return {n: replace(one, services=services) if (services := self._told(n)) else one for n, one in kept.items()}

    def has(self, name: str) -> bool:
        """Whether the layer has this build."""
        return self.runs is None or name in self.runs or not is_key(name, self.declared)

    def settle(
        self,
        values: Mapping[str, ResolvedValue],
        choices: Mapping[str, BuildChoice],
        by_caller: Mapping[str, ResolvedValue],
    ) -> dict[str, ResolvedValue]:
        """All values of the layer, each build with its number, but for builds that are none of its own."""
        return {n: v for n, v in {**settled(values, choices), **by_caller}.items() if self.has(n)}

    def _told(self, name: str) -> tuple[str, ...]:
        """What runs a build, where its name does not say that."""
        services = (self.runs or {}).get(name.replace("_", "-"), ())
        return () if services == (name.removesuffix("-build"),) else services


def question(
    declared: Mapping[str, Variable],
    values: Mapping[str, ResolvedValue],
    given: Mapping[str, tuple[ResolvedValue, str]],
    policy: BuildPolicy,
) -> BuildQuestion:
    """``values``: what the files say, and no argument; ``given``: by name a value of the command's, and its way."""
    whole = {**values, **{n: v for n, (v, _) in given.items()}}
    runs = service_images.runs(declared, whole) if service_map.VARIABLE in declared else None
    asked = BuildQuestion(declared, {}, {}, policy, runs)
    builds = [n for n in build_names(declared, {*values, *given}) if asked.has(n)]
    numbers = {n: Given(text(v.value), how) for n, (v, how) in given.items() if n in builds}
    return replace(asked, now={n: said(n, values, declared) for n in builds}, given=numbers)


def check_mode(asked: BuildQuestion, label: str, where: str) -> None:
    """RefusedError for a build that a command gives where the files alone decide: the next apply would undo it."""
    given = {n: one.number for n, one in asked.given.items() if one.number is not None}
    if asked.policy.mode != "config" or asked.policy.as_it_ran or not given:
        return
    lines = "; ".join(f'{n} = "{number}"' for n, number in sorted(given.items()))
    raise RefusedError(
        f'{label}: builds = "config": the files alone say which builds run',
        where=where,
        hint=f"write it in the tenant's file or in variables.tfvars, and apply: {lines}",
    )


def ran_of(record: DeploymentRecord, name: str, now: Said) -> Ran:
    """A build as a record has it. What an older tool recorded: a number that no command gave is what the files said; of one
    that a command gave it did not record what they said."""
    number = record.builds.get(name)
    then = parse_said(record.files.get(name))
    if then is None and name not in record.cli_vars:
        then = replace(now, number=number) if now.number == number else Said(number, now.where)
    if name in record.brought or name in record.cli_vars:
        return Ran(number, then, brought=record.brought.get(name) or came(record))
    return Ran(number, then, by_files=True)


def renaming(declared: Mapping[str, Variable], known: Collection[str], record: DeploymentRecord) -> str:
    """What to give the one build that has no value, where the one that ran has no variable any more; "" otherwise."""
    lacking = [n for n in build_names(declared) if declared[n].required and n not in known]
    retired = [n for n in record.builds if spelled(n, declared) not in declared]
    if len(lacking) != 1 or len(retired) != 1:
        return ""
    number = record.builds[retired[0]]
    return f"{retired[0]} {number} ran, and no variable takes it now; if it was renamed: -var {lacking[0]}={number}"


def came(record: DeploymentRecord) -> dict[str, Any]:
    """Who gave the numbers of an apply, when and how."""
    how = HistoryEntry(reason={k: v for k, v in record.reason.items() if k != "unpromoted"}).reason_text or "-var"
    return {k: v for k, v in {"at": record.at, "by": record.by, "job": record.build_url, "how": how}.items() if v}


def settled(values: Mapping[str, ResolvedValue], choices: Mapping[str, BuildChoice]) -> dict[str, ResolvedValue]:
    """The values, each build with its number. ``values``: those of the files, and of files that the command names."""
    result = dict(values)
    for name, one in choices.items():
        there = text(values[name].value) if name in values else None
        if one.given or (there == one.number and (name in values) is not one.now.default):
            continue
        if one.now.default and one.number == one.now.number:
            result.pop(name, None)
        elif one.number == one.now.number:
            result[name] = ResolvedValue(one.number, one.now.where)
        else:
            result[name] = ResolvedValue(one.number, build_words.origin(one))
    return result


def differences(
    record: DeploymentRecord,
    inputs: fingerprint.Inputs,
    choices: Mapping[str, BuildChoice],
    ignoring: tuple[str, ...] = (),
) -> list[Difference]:
    """What of a layer's inputs differs from its last apply; of builds the numbers, whatever the digests say."""
    builds = {*choices, *(n for n in record.builds if capital(n) in {capital(c) for c in choices})}
    moved = [
        Difference(n, one.before or "", one.number or "", f"{n} {build_words.step(one)} ({build_words.reason(one)})")
        for n, one in choices.items()
        if one.before != one.number and n not in ignoring
    ]
    return moved + fingerprint.differences(record.inputs, inputs, {*builds, *ignoring})


def brought(choices: Mapping[str, BuildChoice]) -> dict[str, Any]:
    """Who gave the builds that the files did not bring, as a record has it; when a command gives one, it does not know yet."""
    return {
        n: {"how": one.given.how} if one.given else dict(one.ran.brought if one.ran else {})
        for n, one in choices.items()
        if not one.by_files
    }
