"""What one package reads out of Terraform's words, a state or AWS, and another one uses: frozen data, from no source of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SERVICE, LOAD_BALANCER, RECORD = "aws_ecs_service", "aws_lb", "aws_route53_record"


@dataclass(frozen=True)
class Lock:
    """The state lock that Terraform could not have: its id, who holds it, doing what, since when; each "" where it does
    not say."""

    id: str
    who: str
    operation: str
    created: str


@dataclass(frozen=True)
class BuildChange:
    """A build of one layer, by the name of its variable: ``before``, as the deployment record says; ``after``, what this
    command gives it (it runs where the command succeeded); None: none. ``origin``: where ``after`` comes from."""

    name: str
    before: str | None
    after: str | None
    origin: str = ""

    @property
    def step(self) -> str:
        return f"{self.name} {self.before or 'none'} -> {self.after or 'none'}"

    def __str__(self) -> str:
        return f"{self.step} ({self.origin})" if self.origin else self.step


@dataclass(frozen=True)
class HookRun:
    """A hook that ran: its name, at which event, and how it ended. ``exit_code`` is None where it did not end by itself."""

    name: str
    event: str
    exit_code: int | None
    seconds: float = 0.0


@dataclass(frozen=True)
class Change:
    """One kind of change: ``action`` is create, update, delete or replace; ``type`` is Terraform's (``aws_lb``)."""

    action: str
    type: str


@dataclass(frozen=True)
class Tainted:
    """A tainted resource of a state: its address, its type, and its attributes."""

    address: str
    type: str
    attributes: Mapping[str, Any]

    def text(self, name: str) -> str:
        """An attribute; "" where it is null."""
        return str(self.attributes.get(name) or "")


@dataclass(frozen=True)
class Seen:
    """What AWS shows of it: whether it ``stands``, and ``words`` that say so."""

    stands: bool
    words: str
