"""What containers print."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from wrapper.containers.logs import KEPT, LOST, MOST_LINES, LogShipper, LogStream, parsed, stream_of
from wrapper.containers.nouns import Task

TASK = Task("arn:aws:ecs:eu-west-1:1:task/cluster/abc", "web:1", 0.0)
OPTIONS = {"awslogs-group": "/ecs/acme", "awslogs-region": "ap-southeast-2", "awslogs-stream-prefix": "web"}


@pytest.mark.parametrize(
    ("configuration", "stream"),
    [
        ({"logDriver": "awslogs", "options": OPTIONS}, LogStream("ap-southeast-2", "/ecs/acme", "web/main/abc")),
        (
            {"logDriver": "awslogs", "options": {"awslogs-group": "g"}},
            LogStream("eu-west-1", "g", "ecs/main/abc"),
        ),
        ({"logDriver": "json-file"}, None),
        (None, None),
    ],
)
def test_where_lines_belong(configuration: Any, stream: LogStream | None) -> None:
    assert stream_of(TASK, {"name": "main", "logConfiguration": configuration}) == stream


def test_a_line_and_its_time() -> None:
    assert parsed(b"2026-01-02T03:04:05.678901234Z GET / 200\r\n") == {
        "timestamp": 1767323045678,
        "message": "GET / 200",
    }


def test_lines_by_stream_each_once() -> None:
    def follow(container: str, _since: float) -> Iterator[bytes]:
        yield from (f"2026-01-02T03:04:05.000000000Z {container} {n}".encode() for n in range(2))
        yield b""

    shipper = LogShipper(follow)
    stream = LogStream("r", "g", "s")
    for _ in range(2):
        shipper.watch({"c1": stream})
    assert (taken(shipper, 2), shipper.taken()) == (["c1 0", "c1 1"], [])


def test_an_engine_that_went_away_is_asked_again_from_the_last_line() -> None:
    asked: list[float] = []

    def follow(_container: str, since: float) -> Iterator[bytes]:
        asked.append(since)
        yield from (
            f"1970-01-01T00:00:0{n}.000000000Z line {n}".encode() for n in range(max(1, int(since)), 3 + len(asked))
        )
        if len(asked) == 1:
            raise OSError("the engine is gone")

    shipper = LogShipper(follow, lambda _: None)
    shipper.watch({"c1": LogStream("r", "g", "s")})
    assert (taken(shipper, 4), asked) == (["line 1", "line 2", "line 3", "line 4"], [0.0, 3.0])


def test_a_flood_is_cut_and_the_log_says_so() -> None:
    printed = KEPT + 7

    def follow(_container: str, _since: float) -> Iterator[bytes]:
        yield from (b"1970-01-01T00:00:01.%09dZ x" % n for n in range(1, printed + 1))

    shipper = LogShipper(follow)
    shipper.watch({"c1": LogStream("r", "g", "s")})
    shipper.finish("c1")
    found = [event["message"] for _ in range(printed // MOST_LINES + 1) for event in events(shipper)]
    said = [one for one in found if one.startswith(LOST)]
    assert len(found) - len(said) + sum(int(one.rpartition(" ")[2]) for one in said) == printed
    assert said == [f"{LOST}: 7"]


def events(shipper: LogShipper) -> list[dict[str, Any]]:
    return [event for one in shipper.taken() for event in one["events"]]


def taken(shipper: LogShipper, lines: int) -> list[str]:
    found: list[str] = []
    deadline = time.monotonic() + 30
    while len(found) < lines and time.monotonic() < deadline:
        found += [event["message"] for one in shipper.taken() for event in one["events"]]
        time.sleep(0.01)
    return found
