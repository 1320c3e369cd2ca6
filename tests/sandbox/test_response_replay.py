"""The last good answers, given again to a client that repeats its request."""

from __future__ import annotations

import pytest

from wrapper.sandbox.response_replay import KEPT, MAXIMUM, RecordedResponse, Replay

GOOD = RecordedResponse("200 OK", (), b"1")


def asked(one: object) -> dict[str, object]:
    return {"HTTP_AMZ_SDK_INVOCATION_ID": one}


def test_a_repeat_gets_the_same_answer() -> None:
    replay = Replay()
    replay.keep(asked("a"), GOOD)
    assert replay.of(asked("a")) is GOOD
    assert replay.of(asked("b")) is None


@pytest.mark.parametrize(
    ("environ", "answer"),
    [
        (asked("a"), RecordedResponse("503 Slow Down", (), b"")),
        (asked("a"), RecordedResponse("200 OK", (), b" " * (MAXIMUM + 1))),
        ({}, GOOD),
    ],
)
def test_what_is_not_kept(environ: dict[str, object], answer: RecordedResponse) -> None:
    replay = Replay()
    replay.keep(environ, answer)
    assert replay.of(environ) is None


def test_the_oldest_go() -> None:
    replay = Replay()
    for number in range(KEPT + 1):
        replay.keep(asked(number), GOOD)
    assert (replay.of(asked(0)), replay.of(asked(1))) == (None, GOOD)
