"""A smoke test: URLs are asked until each answers as it should, or time or tries are out."""

from __future__ import annotations

import http.client
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..model.errors import SmokeFailed, UsageError
from ..project.smoke_urls import is_place

NOTHING = "none"  # said instead of a path: ask nothing
_FIRST, _LONGEST = 1.0, 15.0  # seconds between two tries
_EACH = 10.0  # seconds for one answer
_READ = 1024 * 1024  # bytes of an answer that are looked at


@dataclass(frozen=True)
class Response:
    """What came back: an HTTP status (0: nothing did) with the body's beginning, or why nothing did."""

    status: int
    body: str = ""
    problem: str = ""


@dataclass(frozen=True)
class SmokePolicy:
    """What counts as good: ``status`` and, where given, ``contains`` in the body. ``tries`` for each URL, ``limit``
    seconds for all of them together."""

    status: int = 200
    contains: str = ""
    tries: int = 10
    limit: float = 120.0


@dataclass(frozen=True)
class Smoke:
    """The smoke test of a command. ``places``: URLs, and paths below a tenant's own URL. ``served``: whether anything
    answers at a tenant's own URL (in the sandbox nothing does)."""

    places: tuple[str, ...] = ()
    policy: SmokePolicy = SmokePolicy()
    served: bool = True

    @property
    def paths(self) -> list[str]:
        return [p for p in self.places if p.startswith("/")]

    def urls(self, tenant_url: str) -> list[str]:
        """What is asked, ``tenant_url`` being the tenant's URL."""
        below = tenant_url.rstrip("/") if self.served else ""
        return [p if not p.startswith("/") else below + p for p in self.places if below or not p.startswith("/")]


def parse_places(texts: Sequence[str], default: str) -> tuple[str, ...]:
    """What ``--smoke`` names, or what the stack's own settings do. UsageError for what is neither path nor URL."""
    if NOTHING in texts:
        if len(texts) > 1:
            raise UsageError("--smoke none and another", hint="leave one of them out")
        return ()
    for text in texts:
        if not is_place(text):
            raise UsageError(
                f"--smoke {text!r} is neither a path nor a URL",
                hint="for example: --smoke /health, or --smoke https://acme.example.com/health; none skips the test",
            )
    return tuple(texts) or ((default,) if default else ())


# -- asking -------------------------------------------------------------------------------------

Fetch = Callable[[str, float], Response]


def get(url: str, seconds: float) -> Response:
    """One GET; redirections are followed."""
    import urllib.error
    import urllib.request

    request = urllib.request.Request(url, headers={"User-Agent": "orchestrate-smoke"})  # noqa: S310 (is_place)
    try:
        with urllib.request.urlopen(request, timeout=seconds) as found:  # noqa: S310
            return Response(found.status, found.read(_READ).decode("utf-8", "replace"))
    except urllib.error.HTTPError as error:
        with error:
            return Response(error.code, error.read(_READ).decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Response(0, problem=str(getattr(error, "reason", "") or error) or type(error).__name__)


@dataclass(frozen=True)
class SmokeHooks:
    """``pause`` sleeps, and raises when the command is being stopped."""

    info: Callable[[str], None]
    pause: Callable[[float], None]
    fetch: Fetch = get
    clock: Callable[[], float] = time.monotonic


def check(label: str, urls: Sequence[str], policy: SmokePolicy, hooks: SmokeHooks) -> None:
    """Return when each URL answered as it should. SmokeFailed with what was asked and what was answered."""
    end = hooks.clock() + policy.limit
    for url in urls:
        _one(label, url, policy, hooks, end)


def _one(label: str, url: str, policy: SmokePolicy, hooks: SmokeHooks, end: float) -> None:
    for number, seconds in zip(itertools.count(1), _pauses(), strict=False):
        left = end - hooks.clock()
        answered = hooks.fetch(url, max(1.0, min(_EACH, left)))
        wrong = complaint(answered, policy)
        if not wrong:
            hooks.info(
                f"{label}: smoke test: GET {url}: {answered.status}" + (f" (try {number})" if number > 1 else "")
            )
            return
        if number >= policy.tries or hooks.clock() + seconds > end:
            tries = f"{number} tries" if number > 1 else "1 try"
            raise SmokeFailed(f"{label}: smoke test failed: GET {url}: {wrong} ({tries})")
        if number == 1:
            hooks.info(f"{label}: smoke test: GET {url}: {wrong}; trying again")
        hooks.pause(seconds)


def complaint(answered: Response, policy: SmokePolicy) -> str:
    """What is wrong with an answer, in words; "" when it is good."""
    if answered.problem:
        return f"no answer: {answered.problem}"
    beginning = " ".join(answered.body[:200].split())
    said = f", saying {beginning[:100]!r}" if beginning else ""
    if answered.status != policy.status:
        return f"answered {answered.status}, not {policy.status}{said}"
    return (
        f"answered {answered.status} without {policy.contains!r}{said}" if policy.contains not in answered.body else ""
    )


def _pauses() -> Iterator[float]:
    seconds = _FIRST
    while True:
        yield seconds
        seconds = min(_LONGEST, seconds * 2)
