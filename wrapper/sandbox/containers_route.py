"""The private route of the data plane: it says what ought to run, and takes what runs. With its modules ``containers_desired``,
``containers_observed`` and ``containers_logs`` the one place where the data plane touches moto.
"""

from __future__ import annotations

import hmac
import json
import time
from datetime import UTC
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ecs.models import ecs_backends

from . import containers_page
from .alarm_states import ALARM
from .containers_desired import desired
from .containers_logs import store
from .containers_observed import STALE, Observed


class ContainersRoute:
    """``key``: what only a reader of server.json knows; without it the route answers nothing."""

    def __init__(self, key: str, observed: Observed) -> None:
        self._key = key
        self._observed = observed
        self._shown: dict[str, Any] = {}
        self._drills: list[dict[str, Any]] = []

    def __call__(self, body: bytes) -> dict[str, Any]:
        """``{"key": ...}`` asks what ought to run; with ``"report"`` it takes what runs, and answers the same;
        ``"look": true`` asks what was last shown, with its age; ``"drill"`` is handed on, once."""
        asked = json.loads(body or b"{}")
        if not hmac.compare_digest(str(asked.get("key", "")), self._key):
            raise ValueError("this route is the data plane's: the key is wrong")
        if asked.get("look"):
            return {"age": self._observed.age, "shown": self._shown}
        if "drill" in asked:
            self._drills.append(asked["drill"])
            return {}
        if "report" in asked:
            self._shown = asked["report"].get("shown", {})
            store(asked["report"].get("logs", ()))
            self._observed.take(asked["report"], every_service())
        one_off = self._observed.one_off
        drills, self._drills = self._drills, []
        return desired(list(one_off.wanted())) | {"stops": one_off.stops, "drills": drills}

    def page(self) -> str:
        """For a browser."""
        events = [(event["createdAt"], event["message"]) for service in every_service() for event in service.events]
        told = [(at.replace(tzinfo=UTC).timestamp(), words) for at, words in events]
        known = self._shown if self._observed.age < STALE else {}
        return containers_page.page(known, self._observed.age, told, every_ringing(), time.time())


def every_ringing() -> list[str]:
    """Names of the alarms in ALARM."""
    backends = [backend for _, backend in cloudwatch_backends[DEFAULT_ACCOUNT_ID].items()]
    return sorted(a.name for backend in backends for a in backend.alarms.values() if a.state_value == ALARM)


def every_service() -> list[Any]:
    return [s for _, backend in ecs_backends[DEFAULT_ACCOUNT_ID].items() for s in backend.services.values()]
