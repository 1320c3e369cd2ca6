"""Fault injection: which requests the simulated AWS refuses, with what, and how often; or carries out, and loses
the answer. For tests of what a throttled, denied or broken AWS does to a run.

Knows names of requests (``ecs:RegisterTaskDefinition``, ``s3:PUT /bucket/key``), not what they do.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import Any


@dataclass
class Fault:
    """``action``: the request's name as the log shows it, with ``*`` and ``?``. ``times``: how many are refused, 0 for
    all. ``after``: how many pass first. ``lost``: each is carried out, and the connection closed without an answer; or,
    where there is a ``code``, that is the answer. ``hits``: how many were refused so far."""

    action: str
    code: str = ""
    message: str = "injected fault"
    status: int = 400
    times: int = 1
    after: int = 0
    lost: bool = False
    hits: int = 0

    def takes(self, name: str) -> bool:
        if not fnmatchcase(name, self.action) or (self.times and self.hits >= self.times):
            return False
        if self.after:
            self.after -= 1
            return False
        self.hits += 1
        return True


class Faults:
    """All that are set. The gateway asks under its lock, so that ``times`` is exact."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def route(self, body: bytes) -> dict[str, Any]:
        """``POST {"faults": [...]}`` replaces all of them ([] forgets them); an empty body looks. ValueError or
        TypeError for what is no fault."""
        if body:
            self._faults = [_fault(one) for one in json.loads(body)["faults"]]
        return {"faults": [asdict(fault) for fault in self._faults]}

    def of(self, name: str) -> Fault | None:
        """The fault that this request meets, counted."""
        return next((fault for fault in self._faults if fault.takes(name)), None)


def _fault(data: dict[str, Any]) -> Fault:
    fault = Fault(**data)
    for field in fields(fault):
        if type(getattr(fault, field.name)).__name__ != field.type:
            raise ValueError(f"a fault's {field.name} is a {field.type}")
    if not 400 <= fault.status <= 599:
        raise ValueError("a fault's status is 400 to 599")
    if not (fault.code or fault.lost):
        raise ValueError("a fault has a code, or its answer is lost")
    return fault
