"""The smoke test: what is asked, how often, for how long, and what is said of an answer. No network: answers are given."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from wrapper.deploy import smoke_test
from wrapper.deploy.smoke_test import Response, Smoke, SmokeHooks, SmokePolicy
from wrapper.model.errors import SmokeFailed, UsageError

GOOD, BAD, NONE = Response(200, "all well"), Response(503, "no\n healthy  target"), Response(0, problem="refused")
URL = "http://acme.example.com/health"


class World:
    """Answers in order, the last one for ever, and a clock that a pause moves."""

    def __init__(self, answers: Iterable[Response]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, float]] = []
        self.pauses: list[float] = []
        self.said: list[str] = []

    def fetch(self, url: str, seconds: float) -> Response:
        self.asked.append((url, seconds))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def check(self, policy: SmokePolicy = SmokePolicy(), urls: tuple[str, ...] = (URL,)) -> None:
        hooks = SmokeHooks(self.said.append, self.pauses.append, self.fetch, lambda: sum(self.pauses))
        smoke_test.check("app/acme", urls, policy, hooks)


def test_one_that_answers_is_asked_once() -> None:
    world = World([GOOD])
    world.check(SmokePolicy(contains="well"))
    assert world.asked == [(URL, 10.0)]
    assert world.said == [f"app/acme: smoke test: GET {URL}: 200"]


def test_one_that_comes_late_is_asked_again_and_more_and_more_slowly() -> None:
    world = World([NONE, BAD, BAD, BAD, BAD, BAD, GOOD])
    world.check()
    assert world.pauses == [1, 2, 4, 8, 15, 15]
    assert world.said[0] == f"app/acme: smoke test: GET {URL}: no answer: refused; trying again"
    assert world.said[1:] == [f"app/acme: smoke test: GET {URL}: 200 (try 7)"]


@pytest.mark.parametrize(
    ("answer", "policy", "words"),
    [
        (BAD, SmokePolicy(tries=2), "answered 503, not 200, saying 'no healthy target' (2 tries)"),
        (GOOD, SmokePolicy(tries=1, contains="90"), "answered 200 without '90', saying 'all well' (1 try)"),
        (GOOD, SmokePolicy(tries=1, status=204), "answered 200, not 204, saying 'all well' (1 try)"),
        (NONE, SmokePolicy(tries=1), "no answer: refused (1 try)"),
        (BAD, SmokePolicy(limit=6.0), "answered 503, not 200, saying 'no healthy target' (3 tries)"),
    ],
)
def test_one_that_never_does(answer: Response, policy: SmokePolicy, words: str) -> None:
    with pytest.raises(SmokeFailed) as error:
        World([answer]).check(policy)
    assert error.value.message == f"app/acme: smoke test failed: GET {URL}: {words}"
    assert error.value.exit_code == 1


def test_time_is_for_all_of_them_together() -> None:
    world = World([BAD, BAD, BAD, GOOD, BAD])
    with pytest.raises(SmokeFailed, match=r"/b: answered 503.*1 try"):
        world.check(SmokePolicy(limit=7.0), ("http://x/a", "http://x/b"))
    assert [url for url, _ in world.asked] == ["http://x/a"] * 4 + ["http://x/b"]
    assert world.asked[-1][1] == 1.0  # at least a second for an answer


@pytest.mark.parametrize("text", ["/health", "/", "https://a.example.com", "http://127.0.0.1:8080/x?y=1"])
def test_what_is_a_place(text: str) -> None:
    assert smoke_test.parse_places([text], "") == (text,)


@pytest.mark.parametrize(
    "text", ["health", "ftp://a/b", "https://", "http:///", "file:///etc/passwd", "/a b", "/a\n", "", "-x"]
)
def test_what_is_none(text: str) -> None:
    assert not smoke_test.is_place(text)
    with pytest.raises(UsageError, match="neither a path nor a URL"):
        smoke_test.parse_places([text], "/health")


def test_which_places() -> None:
    assert smoke_test.parse_places([], "/health") == ("/health",)
    assert smoke_test.parse_places(["/a", "/b"], "/health") == ("/a", "/b")
    assert smoke_test.parse_places(["none"], "/health") == smoke_test.parse_places([], "") == ()
    with pytest.raises(UsageError, match="none and another"):
        smoke_test.parse_places(["none", "/a"], "")


def test_a_path_is_below_the_tenants_own_url() -> None:
    places = ("/health", "http://other/")
    assert Smoke(places).urls("https://acme.example.com/") == ["https://acme.example.com/health", "http://other/"]
    assert Smoke(places, served=False).urls("https://acme.example.com") == ["http://other/"]
    assert Smoke(places).urls("") == ["http://other/"]
