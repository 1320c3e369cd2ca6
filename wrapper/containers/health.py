"""Asks targets whether they are healthy, each in its own thread at its group's interval, and tells what they answered."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .nouns import HealthCheck
from .target_states import HealthAnswer

AnswerTold = Callable[[str, str, HealthAnswer], None]  # task, target group, answer
LISTENS = 0.2  # seconds between two looks whether a new target listens
Key = tuple[str, str, int]  # task, target group, port of this machine


def ask(port: int, check: HealthCheck, timeout: float) -> HealthAnswer:
    """One check, as a load balancer makes it: GET, no redirect followed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", check.path, headers={"User-Agent": "ELB-HealthChecker/2.0", "Connection": "close"})
        return HealthAnswer(connection.getresponse().status)
    except TimeoutError:
        return HealthAnswer(timed_out=True)
    except (OSError, http.client.HTTPException):
        return HealthAnswer()
    finally:
        connection.close()


@dataclass
class _Watched:
    """A target, and how its group says now that it is checked."""

    check: HealthCheck
    ended: threading.Event = field(default_factory=threading.Event)


class Checker:
    """``told`` gets every answer. ``factor``: how much faster than AWS's the clock runs."""

    def __init__(self, told: AnswerTold, factor: float = 1.0, ask: Callable[..., HealthAnswer] = ask) -> None:
        self._told = told
        self._factor = factor
        self._ask = ask
        self._watched: dict[Key, _Watched] = {}

    def watch(self, wanted: Mapping[Key, HealthCheck]) -> None:
        """Exactly these targets from now on, by what their groups say now."""
        for key in self._watched.keys() - wanted.keys():
            self._watched.pop(key).ended.set()
        for key, check in wanted.items():
            if key in self._watched:
                self._watched[key].check = check
            else:
                self._watched[key] = one = _Watched(check)
                threading.Thread(target=self._go, args=(key, one), daemon=True).start()

    def _go(self, key: Key, one: _Watched) -> None:
        task, group, port = key
        answer = self._first(port, one.check, one.ended)
        while not one.ended.is_set():
            self._told(task, group, answer)
            if not one.ended.wait(one.check.interval / self._factor):
                answer = self._ask(port, one.check, one.check.timeout / self._factor)

    def _first(self, port: int, check: HealthCheck, end: threading.Event) -> HealthAnswer:
        """As soon as the application listens, and after one interval at the latest. When a load balancer makes its first check no
        page of AWS's says; one that came a moment too early would cost a whole interval."""
        for _ in range(max(1, round(check.interval / self._factor / LISTENS))):
            answer = self._ask(port, check, check.timeout / self._factor)
            if answer.code or answer.timed_out or end.wait(LISTENS):
                break
        return answer
