"""What the engine says of a container's use of the machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from wrapper.containers.usage import UsageReader, UsageReading, reading

TOLD: dict[str, Any] = {
    "read": "1970-01-01T00:01:40.500000000Z",
    "cpu_stats": {"cpu_usage": {"total_usage": 3_000_000_000}},
    "memory_stats": {"usage": 50 << 20, "stats": {"inactive_file": 10 << 20}},
}


def test_seconds_of_processors_and_bytes_without_the_page_cache() -> None:
    assert reading(TOLD) == UsageReading(100.5, 3.0, 40 << 20)


def test_one_that_has_ended_says_nothing() -> None:
    assert reading({"read": "0001-01-01T00:00:00Z", "cpu_stats": {}, "memory_stats": {}}) is None


def test_the_newest_of_each_container_that_is_watched() -> None:
    said, go_on = threading.Event(), threading.Event()

    def follow(container: str) -> Iterator[Mapping[str, Any]]:
        yield TOLD
        said.set()
        go_on.wait(30)
        yield TOLD

    reader = UsageReader(follow, lambda _: None)
    reader.watch(["a"])
    assert said.wait(30) and reader.newest() == {"a": UsageReading(100.5, 3.0, 40 << 20)}
    reader.watch([])
    go_on.set()
    assert reader.newest() == {}


def test_an_engine_that_went_away_is_asked_again() -> None:
    asked, done = [], threading.Event()

    def follow(container: str) -> Iterator[Mapping[str, Any]]:
        asked.append(container)
        if len(asked) == 1:
            raise OSError("the engine is gone")
        yield TOLD
        done.set()
        threading.Event().wait(1)

    reader = UsageReader(follow, lambda _: None)
    reader.watch(["a"])
    assert done.wait(30) and list(reader.newest()) == ["a"]
    reader.watch([])
