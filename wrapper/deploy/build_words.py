"""What is said of the builds of a layer before anything happens to them: from which number to which, and why. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from ..model.naming import capital
from ..model.stack import Layer
from ..state.history import HistoryEntry, in_words
from ..state.record import DeploymentRecord
from ..terraform.suggested import suggest
from .build_rule import BuildChoice, Said, Why

Named = Mapping[str, BuildChoice]
_SHORT = (Why.GIVEN, Why.STAYS, Why.CAUGHT_UP, Why.AS_IT_RAN)  # those of the summary; each other one has a line


def lines(label: str, choices: Named, *, lost: bool = False) -> list[str]:
    """A line for the builds that stay or are given, and one for each that has more to tell. ``lost``: there is a state, and no
    record of it."""
    short = [f"{name} {_short(one)}" for name, one in choices.items() if _is_short(one) and _counts(one)]
    unknown = {n: one for n, one in choices.items() if lost and one.why is Why.FIRST and one.number is not None}
    more = [words for name, one in choices.items() if name not in unknown for words in _long(name, one)]
    more += [
        f"{n}: which build runs is not recorded; using {one.now.where}: {one.number}" for n, one in unknown.items()
    ]
    if any(one.why is Why.UNSEEN for one in choices.values()):
        more.append("what runs is not known here; shown are the files' numbers")
    return [f"{label}: {text}" for text in ([", ".join(short)] if short else []) + more]


def kept(label: str, choices: Named) -> list[str]:
    """The lines alone that say why a number stays although the files moved."""
    return [f"{label}: {words}" for name, one in choices.items() if one.why in _STAY for words in _long(name, one)]


def moves(choices: Named) -> str:
    """The builds that move, in a few words."""
    return ", ".join(f"{name} {step(one)}" for name, one in choices.items() if one.before != one.number)


def retired(label: str, builds: Mapping[str, str], choices: Named, declared: Container[str] = ()) -> list[str]:
    """Of builds that ran, and that the root declares no more, or no service runs. ``builds``: as they are recorded."""
    chosen = {capital(n) for n in choices}
    gone = sorted(n for n in builds if capital(n) not in chosen)
    why = {n: "no service runs it now" if n in declared else "no variable takes it now" for n in gone}
    return [f"{label}: {n} {builds[n]} ran; {why[n]}" for n in gone]


def unused(label: str, given: Iterable[str]) -> list[str]:
    """Of builds that the command gives, and no service of the layer runs."""
    return [f"{label}: {n} is given, and no service of it runs that image; it is left out" for n in given]


def destroyed(label: str, past: HistoryEntry | None, choices: Named) -> list[str]:
    """Of builds that ran until the layer was destroyed, and that its first apply since does not bring back."""
    now = {capital(n): (n, one.number) for n, one in choices.items()}
    ran = {n: now[capital(n)][0] for n in past.builds if capital(n) in now} if past else {}
    return [
        f"{label}: {n} {past.builds[n]} ran until it was destroyed on {past.at[:10]}; -var {name}={past.builds[n]} brings it back"
        for n, name in sorted(ran.items())
        if past and past.builds[n] != now[capital(n)][1]
    ]


def commits(then: str, now: str) -> str:
    return f"then {_short_commit(then)}, now {_short_commit(now)}"


def _short_commit(commit: str) -> str:
    number, dirty, _ = commit.partition("-dirty")
    return number[:7] + dirty


def _is_short(one: BuildChoice) -> bool:
    return one.why in _SHORT or (one.why is Why.UNKNOWN and one.now.number == one.number)


def _counts(one: BuildChoice) -> bool:
    return one.number is not None or one.before is not None


def step(one: BuildChoice) -> str:
    """``90 -> 95``, with the services that change where its name does not say them; or the number alone where it stays."""
    within = f" in {', '.join(one.services)}" if one.services else ""
    return shown(one.number) if one.before == one.number else f"{shown(one.before)} -> {shown(one.number)}{within}"


def _short(one: BuildChoice) -> str:
    return f"{step(one)} ({one.given.how if one.given else 'last apply'})"


def _long(name: str, one: BuildChoice) -> Iterable[str]:
    if one.given and one.moved and one.ran and one.ran.then and one.now.number not in (one.number, None):
        yield f"{name}: {one.now.where} says {one.now.number} since the last apply; not taken, {shown(one.number)} is given"
    if one.why is Why.UNKNOWN and one.now.number == one.number:
        return
    words = _LONG.get(one.why)
    if words and (one.number != one.before or one.why in _STAY):
        yield ("! " if surprises(one) else "") + f"{name} {words(one)}"


def surprises(one: BuildChoice) -> bool:
    """Whether a file displaces a number that a command gave."""
    return one.why is Why.CHANGED and one.ran is not None and not one.ran.by_files and one.number != one.before


def reason(one: BuildChoice) -> str:
    """Why it moves, as it stands beside a step: ``changed in config/a.tfvars:1``."""
    return {
        Why.GIVEN: one.given.how if one.given else "",
        Why.FIRST: f"first apply, {one.now.where}",
        Why.NEW: f"new, {one.now.where}",
        Why.FILES: f"--config-builds, {one.now.where}",
        Why.CHANGED: f"null in {one.now.where}" if one.now.number is None else f"changed in {one.now.where}",
        Why.DROPPED: f"{_file(one.ran.then if one.ran else None)} names it no more",
        Why.DEFAULT: f"default changed in {one.now.where}",
    }.get(one.why, "last apply") + _clash(one)


def _clash(one: BuildChoice) -> str:
    """What a file displaces: what it said then, and how the number came that ran."""
    if not surprises(one) or one.ran is None or one.ran.then is None:
        return ""
    then = one.ran.then
    said = "not named at the last apply" if then.default else f"{shown(then.number)} at the last apply"
    return f" ({said}); {came(shown(one.before), one.ran.brought)}"


def came(number: str, brought: Mapping[str, Any]) -> str:
    """How a number came that a command gave."""
    how = str(brought.get("how") or "-var")
    verb = "was" if how.startswith("promoted") else "came by"
    return ", ".join(filter(None, (f"{number} {verb} {how}", str(brought.get("at") or "")[:10], brought.get("job"))))


def _moves(one: BuildChoice) -> str:
    word = f"{shown(one.number)}" if one.why in (Why.FIRST, Why.NEW) else step(one)
    if one.why is Why.FILES:
        return f"{word} ({reason(one)})"
    return f"{word}: {reason(one)}" + ("; the service is taken away" if _goes(one) else "")


def _goes(one: BuildChoice) -> bool:
    return one.why is Why.DROPPED and one.number is None


def _unnamed(one: BuildChoice) -> str:
    then = one.ran.then if one.ran else None
    return f"stays {shown(one.number)}: {_file(then)} names it no more; null there takes it away"


def _unknown(one: BuildChoice) -> str:
    says = f"it says {shown(one.now.number)} now" if not one.now.default else "no file names it now"
    return f"stays {shown(one.number)}: what {one.now.where or 'a file'} said then was not recorded by that version; {says}"


def _left(one: BuildChoice) -> str:
    return (
        f'stays {shown(one.number)}: {one.now.where} says {shown(one.now.number)}, and builds = "pipeline" in stack.hcl'
    )


_STAY = (Why.UNNAMED, Why.UNKNOWN, Why.LEFT)
_LONG = {
    **dict.fromkeys((Why.FIRST, Why.NEW, Why.FILES, Why.CHANGED, Why.DROPPED, Why.DEFAULT), _moves),
    Why.UNNAMED: _unnamed,
    Why.UNKNOWN: _unknown,
    Why.LEFT: _left,
}


def shown(number: str | None) -> str:
    return "none" if number is None else number


def _file(said: Said | None) -> str:
    return said.where.rpartition(":")[0] or said.where if said else "the files"


def origin(one: BuildChoice) -> str:
    """Where a number comes from that is not what the files say."""
    brought = one.ran.brought if one.ran else {}
    first = ", ".join(filter(None, ("last apply", str(brought.get("at") or "")[:10], brought.get("job"))))
    how, where = str(brought.get("how") or ""), one.now.where
    says = f"{where} says {shown(one.now.number)}" if where and not one.now.default else ""
    more = "; ".join(filter(None, (how, says)))
    return f"{first} ({more})" if more else first


# -- what a record does not settle ------------------------------------------------------------------


def doubts(layer: Layer, record: DeploymentRecord, state: Mapping[str, Any] | None, tag: str) -> list[str]:
    """Why the builds that a record names may not be what runs, or not be good. ``state`` and its object's ``tag``: as they are
    now."""
    bad = [_not_good(layer, record)] if "check" in record.failed else []
    return [f"{layer.label}: {words}" for words in [*bad, *_doubts(record, state, tag)]]


def _not_good(layer: Layer, record: DeploymentRecord) -> str:
    since, back = str(record.failed.get("at", ""))[:10], suggest("rollback", layer)
    return (
        f"{in_words(record.builds)}: its {record.failed['check']} failed ({since}); to put back what ran before: {back}"
    )


def _doubts(record: DeploymentRecord, state: Mapping[str, Any] | None, tag: str) -> Iterator[str]:
    for note, words in ((record.failed, "the last try"), (record.trying, "a try that never ended")):
        tried = {n: b for n, b in (note.get("builds") or {}).items() if b != record.builds.get(n)}
        if tried:
            ended = " failed" if note is record.failed else ""
            told = ", ".join(filter(None, (str(note.get("at", ""))[:10], note.get("by"), note.get("job"))))
            runs = ", ".join(f"{n} {record.builds.get(n, 'none')}" for n in sorted(tried))
            yield f"{runs}: {words} ({', '.join(f'{n} {b}' for n, b in sorted(tried.items()))}; {told}){ended}"
    partly = {n: b for n, b in (record.partly.get("builds") or {}).items() if b != record.builds.get(n)}
    if partly:
        name, number = next(iter(sorted(partly.items())))
        yield (
            f"a part was applied with {name} {number} on {str(record.partly.get('at', ''))[:10]} (-target): "
            f"{record.builds.get(name, 'none')} again; -var {name}={number} to keep it"
        )
    elif state is not None and record.at and tag != record.tag:
        serial, recorded = state.get("serial"), record.state.get("serial")
        yield f"its state is not what its last apply left (serial {serial}, recorded {recorded})"
