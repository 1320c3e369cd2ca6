"""The data plane's clock: seconds since 1970, which may run faster than this machine's so that minutes become seconds."""

from __future__ import annotations

import time
from collections.abc import Callable


class PlaneClock:
    def __init__(
        self, factor: float = 1.0, real: Callable[[], float] = time.monotonic, began: float | None = None
    ) -> None:
        self.factor = factor
        self._real = real
        self._origin = real()
        self._began = time.time() if began is None else began

    def now(self) -> float:
        return self._began + (self._real() - self._origin) * self.factor
