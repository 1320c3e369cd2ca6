"""Runs the parts of `make test` as soon as what they stand on is there, and says how long each took.

Only the standard library, by any Python: it begins before there is an environment.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|deselected|warnings?)\b")


@dataclass(frozen=True)
class Part:
    """A target of the Makefile, and the parts that must have ended well before. ``nice``: how far it steps back where the
    processors are wanted."""

    name: str
    after: tuple[str, ...] = ()
    nice: int = 0


@dataclass(frozen=True)
class Ended:
    """How a part ended; ``code`` None when it never began."""

    part: Part
    code: int | None
    seconds: float = 0.0
    out: str = ""


# What mostly waits goes first, since nothing makes it shorter; the others fill the time in which it waits.
PARTS = (
    Part("installer"),
    Part("environment", ("installer",)),
    Part("image"),
    Part("browser"),
    Part("groovy", ("browser",)),  # both may ask apt, which has one lock
    Part("shells", ("groovy",)),
    Part("policies", ("installer",), nice=4),
    Part("lint", ("environment",)),
    Part("types", ("environment",), nice=4),
    Part("unit", ("environment",), nice=8),
    Part("waiting", ("environment", "image")),
    Part("containers", ("environment", "image")),
    Part("computing", ("environment", "image", "shells"), nice=2),
)


def make(part: Part) -> Ended:
    """Its output in one piece, so that those of parts that run at once do not mix."""
    began = time.monotonic()
    env = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    argv = ["nice", "-n", str(part.nice), "make", "--no-print-directory", part.name]
    done = subprocess.run(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    return Ended(part, done.returncode, time.monotonic() - began, done.stdout)


def run(parts: Iterable[Part], make: Callable[[Part], Ended] = make) -> list[Ended]:
    """In the order in which they ended; what stands on one that failed never begins."""
    waiting, ended, running = list(parts), [], set[Future[Ended]]()
    with ThreadPoolExecutor(16) as pool:
        while waiting or running:
            well = {one.part.name for one in ended if one.code == 0}
            ready = [part for part in waiting if well.issuperset(part.after)]
            waiting = [part for part in waiting if part not in ready]
            running |= {pool.submit(make, part) for part in ready}
            if not running:
                return [*ended, *(Ended(part, None) for part in waiting)]
            done, running = wait(running, return_when=FIRST_COMPLETED)
            ended += [one.result() for one in done]
            for one in done:
                told(one.result())
    return ended


def told(one: Ended) -> None:
    print(f"--- {one.part.name}\n{one.out.rstrip()}", flush=True)


def times(ended: Iterable[Ended], before: float) -> list[str]:
    """A line for each part, in the order in which they ended."""
    lines = [f"{'engine':12}{before:7.0f} s"]
    for one in ended:
        how = {0: "", None: "  did not begin"}.get(one.code, f"  failed with {one.code}")
        lines.append(f"{one.part.name:12}{one.seconds:7.0f} s{how}")
    return lines


def total(ended: Iterable[Ended], seconds: float) -> str:
    """The closing lines of every pytest as one."""
    counts: dict[str, int] = {}
    for one in ended:
        closing = [line for line in one.out.splitlines() if re.search(r"\d .* in \d+\.\d+s", line)]
        for number, what in COUNT.findall(closing[-1] if closing else ""):
            counts[what] = counts.get(what, 0) + int(number)
    shown = [f"{counts[what]} {what}" for what in ("failed", "passed", "skipped", "error", "errors") if what in counts]
    return f"=== {', '.join(shown) or 'no tests'} in {seconds:.2f}s ==="


def main(began: float) -> int:
    before = time.time() - began
    ended = run(PARTS)
    for one in ended:
        if one.code:
            told(one)  # again: it may stand far above
    print("\n".join(["", *times(ended, before), total(ended, time.time() - began)]))
    return int(any(one.code != 0 for one in ended))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
