"""What containers print."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from wrapper.containers.logs import LogShipper, LogStream, parsed, stream_of
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
    def follow(container: str) -> Iterator[bytes]:
        yield from (f"2026-01-02T03:04:05.000000000Z {container} {n}".encode() for n in range(2))
        yield b""
        raise OSError("the container is gone")

    shipper = LogShipper(follow)
    stream = LogStream("r", "g", "s")
    for _ in range(2):
        shipper.watch({"c1": stream})
    found: list[str] = []
    deadline = time.monotonic() + 5
    while len(found) < 2 and time.monotonic() < deadline:
        found += [event["message"] for one in shipper.taken() for event in one["events"]]
        time.sleep(0.01)
    assert (found, shipper.taken()) == (["c1 0", "c1 1"], [])
