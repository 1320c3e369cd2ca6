"""Which number of a build a layer gets: the one that the command gives, the one that ran, or the one that the project's files
say. Pure; what is said of it :mod:`wrapper.deploy.build_words` knows.

``ran`` is the number in the layer's last recorded apply, ``then`` what the files said at that apply, ``now`` what they say.
A build stays until a command gives another, or a file names another than it did then. Silence names nothing: a line that was
deleted, or a default that changed, moves only a number that came from there itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Why(Enum):
    """Why a build has its number."""

    GIVEN = "given by the command"
    FIRST = "nothing of the layer is recorded"
    NEW = "the root declares it since the last apply"
    FILES = "the files are to be followed (--config-builds, or the mode)"
    STAYS = "the files say what they said then"
    CAUGHT_UP = "the files say now what runs"
    CHANGED = "a file names another number than it did then"
    UNNAMED = "no file names it any more, and a command gave it"
    DROPPED = "no file names it any more, and a file had brought it"
    DEFAULT = "the root's default changed, and it had brought it"
    UNKNOWN = "an older tool did not record what the files said then"
    LEFT = "the files moved, and pipelines decide"
    AS_IT_RAN = "the command asks for what ran"
    UNSEEN = "what ran cannot be read from here"


@dataclass(frozen=True)
class Said:
    """What the files say of one build. ``number``: None for null, or for nothing; ``default``: no file names it, so that the
    root's own default counts."""

    number: str | None = None
    where: str = ""
    default: bool = False

    def same(self, other: Said) -> bool:
        return (self.number, self.default) == (other.number, other.default)

    def as_data(self) -> dict[str, Any]:
        return {"said": self.number, "where": self.where} | ({"default": True} if self.default else {})


def parse_said(data: object) -> Said | None:
    """As a record has it; None where it is not readable, and so not known."""
    if not isinstance(data, Mapping) or not isinstance(data.get("said"), str | None) or "said" not in data:
        return None
    return Said(data["said"], str(data.get("where") or ""), data.get("default") is True)


@dataclass(frozen=True)
class Ran:
    """A build at the layer's last recorded apply. ``then``: None where it was not recorded; ``by_files``: its number came from
    the files; ``brought``: who gave it, when and how, as the record has it."""

    number: str | None
    then: Said | None = None
    by_files: bool = False
    brought: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """A number that the command gives, and by which of its ways."""

    number: str | None
    how: str


@dataclass(frozen=True)
class BuildChoice:
    """The number that a build gets, and all that led to it. ``ran`` is None where nothing is recorded of it; ``services``:
    those that run it, where its name does not say that."""

    number: str | None
    why: Why
    now: Said
    ran: Ran | None = None
    given: Given | None = None
    services: tuple[str, ...] = ()

    @property
    def before(self) -> str | None:
        return self.ran.number if self.ran else None

    @property
    def moved(self) -> bool:
        """Whether the files say something else than they did, as far as that is known."""
        return self.ran is not None and (self.ran.then is None or not self.ran.then.same(self.now))

    @property
    def by_other_files(self) -> bool:
        """Whether it moves because the files say something else than they did."""
        return self.why in (Why.CHANGED, Why.DROPPED, Why.DEFAULT) and self.number != self.before

    @property
    def by_files(self) -> bool:
        """Whether the files will have brought the number, once this is applied. One that does not change keeps who brought it,
        unless it is given again."""
        if self.given:
            return False
        if self.ran and self.ran.number == self.number and self.why not in (Why.FIRST, Why.NEW):
            return self.ran.by_files
        return True


def choose(
    ran: Ran | None, given: Given | None, now: Said, *, required: bool = False, mode: str = "both", first: bool = False
) -> BuildChoice:
    """The rule. ``required``: the root has no default; ``mode``: as in stack.hcl; ``first``: nothing at all is recorded of the
    layer."""
    if given:
        return BuildChoice(given.number, Why.GIVEN, now, ran, given)
    if ran is None:
        return BuildChoice(now.number, Why.FIRST if first else Why.NEW, now)
    number, why = (now.number, Why.FILES) if mode == "config" else _decide(ran, now, required, mode)
    return BuildChoice(number, why, now, ran)


def _decide(ran: Ran, now: Said, required: bool, mode: str) -> tuple[str | None, Why]:
    then = ran.then
    if then is None:
        return ran.number, Why.UNKNOWN
    if then.same(now):
        return ran.number, Why.STAYS
    if mode == "pipeline":
        return ran.number, Why.LEFT
    if not now.default:
        return now.number, Why.CAUGHT_UP if now.number == ran.number else Why.CHANGED
    if not ran.by_files:
        return ran.number, Why.STAYS if then.default else Why.UNNAMED
    if required:
        return ran.number, Why.UNNAMED
    return now.number, Why.DEFAULT if then.default else Why.DROPPED


def as_it_ran(ran: Ran | None, given: Given | None, now: Said) -> BuildChoice:
    """For a command that means what runs: drift, import, destroy and the like."""
    if given or ran is None:
        return choose(ran, given, now)
    return BuildChoice(ran.number, Why.AS_IT_RAN, now, ran)
