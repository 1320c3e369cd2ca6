"""The data plane's clock: seconds since 1970, which may run faster than this machine's so that minutes become seconds. And a
wait by this machine's own, for a process to come or to end."""

from __future__ import annotations

import contextlib
import os
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


def soon(is_so: Callable[[], bool], seconds: float) -> bool:
    """Whether it is so within these seconds. A child that has ended is waited for: until then it seems to run."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        if is_so():
            return True
        time.sleep(0.02)
    return False
