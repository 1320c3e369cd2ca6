"""The private route of the data plane: it says what ought to run, and takes what runs. With its modules ``containers_desired``,
``containers_observed`` and ``containers_logs`` the one place where the data plane touches moto.
"""

from __future__ import annotations

import hmac
import json
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ecs.models import ecs_backends

from .containers_desired import desired
from .containers_logs import store
from .containers_observed import Observed


class ContainersRoute:
    """``key``: what only a reader of server.json knows; without it the route answers nothing."""

    def __init__(self, key: str, observed: Observed) -> None:
        self._key = key
        self._observed = observed
        self._shown: dict[str, Any] = {}

    def __call__(self, body: bytes) -> dict[str, Any]:
        """``{"key": ...}`` asks what ought to run; with ``"report"`` it takes what runs, and answers the same;
        ``"look": true`` asks what was last shown, with its age."""
        asked = json.loads(body or b"{}")
        if not hmac.compare_digest(str(asked.get("key", "")), self._key):
            raise ValueError("this route is the data plane's: the key is wrong")
        if asked.get("look"):
            return {"age": self._observed.age, "shown": self._shown}
        if "report" in asked:
            self._shown = asked["report"].get("shown", {})
            store(asked["report"].get("logs", ()))
            self._observed.take(asked["report"], every_service())
        one_off = self._observed.one_off
        return desired(list(one_off.wanted())) | {"stops": one_off.stops}


def every_service() -> list[Any]:
    return [s for _, backend in ecs_backends[DEFAULT_ACCOUNT_ID].items() for s in backend.services.values()]
