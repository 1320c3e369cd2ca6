"""Lines from CloudWatch Logs: in order, each once, in few requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from live_aws import GROUP, LiveAws, refused
from stubbed_aws import StubbedAws

from wrapper.aws.calls import AwsCalls, CallRefused
from wrapper.aws.log_lines import FoundLogs, LogQuery, LogSource
from wrapper.aws.log_reader import LogReader, LogTail
from wrapper.model.errors import NotFoundError

WEB_LOG = LogSource(GROUP, "ap-southeast-2", "acme", "web", "web")
SIDE_LOG = LogSource(GROUP, "ap-southeast-2", "acme", "side", "side")
OTHER = LogSource("other", "ap-southeast-2", "acme", "side", "side")


def event(number: int, at: int, stream: str = "web/web/t", message: str = "") -> dict[str, Any]:
    return {"eventId": str(number), "timestamp": at, "logStreamName": stream, "message": message or str(number)}


@pytest.fixture
def aws() -> Iterator[StubbedAws]:
    made = StubbedAws()
    yield made
    made.close()


def live(world: LiveAws) -> AwsCalls:
    return AwsCalls(lambda: world, "ap-southeast-2", "r/s/acme", lambda _: None)


def messages(reader: LogReader) -> list[str]:
    return [line.message for line in reader.lines()]


def test_pages_in_order_of_time(aws: StubbedAws) -> None:
    asked = {"logGroupName": GROUP, "logStreamNamePrefix": "web/web/", "filterPattern": '"er"', "startTime": 5}
    first = {"events": [event(2, 20, message="error 2"), event(1, 10, message="error 1")], "nextToken": "n"}
    aws.answers("logs", "filter_log_events", first, **asked)
    aws.answers("logs", "filter_log_events", {"events": [event(3, 30, message="fine")]}, **asked, nextToken="n")
    assert messages(LogReader(aws.calls(), FoundLogs((WEB_LOG,)), 5, "er")) == ["error 1", "error 2"]
    aws.check_all_was_asked()


def test_groups_are_merged() -> None:
    def answer(logGroupName: str, **_: Any) -> Any:  # noqa: N803
        if logGroupName == GROUP:
            return {"events": [event(1, 10), event(3, 30)]}
        return {"events": [event(2, 20, "side/side/t")]}

    reader = LogReader(live(LiveAws(filter_log_events=answer)), FoundLogs((WEB_LOG, OTHER)), 1)
    assert messages(reader) == ["1", "2", "3"]


def test_a_line_is_shown_once_and_a_late_one_too() -> None:
    answers = [
        {"events": [event(1, 100_000)]},
        {"events": [event(1, 100_000), event(2, 95_000), event(3, 101_000)]},
        {"events": [event(3, 101_000)]},
    ]
    world = LiveAws(filter_log_events=answers)
    reader = LogReader(live(world), FoundLogs((WEB_LOG,)), 1)
    assert [messages(reader) for _ in range(3)] == [["1"], ["2", "3"], []]
    assert [asked["startTime"] for asked in world.of("filter_log_events")] == [1, 90_000, 91_000]


def test_in_a_flood_little_is_read_twice() -> None:
    """10,000 lines a second: a page holds as many, and a look takes two."""
    page = [event(n, 100_000 + n // 10) for n in range(10_000)]
    more = [event(10_000 + n, 101_000 + n // 10) for n in range(10_000)]

    def answer(startTime: int, **asked: Any) -> Any:  # noqa: N803
        found = [event for event in (more if asked.get("nextToken") else page) if event["timestamp"] >= startTime]
        return (
            {"events": found, "nextToken": "" if asked.get("nextToken") else "n"}
            if startTime == 1
            else {"events": more}
        )

    world = LiveAws(filter_log_events=answer)
    reader = LogReader(live(world), FoundLogs((WEB_LOG,)), 1)
    assert len(messages(reader)) == 20_000
    assert [messages(reader) for _ in range(3)] == [[], [], []]
    assert {asked["startTime"] for asked in world.of("filter_log_events")[2:]} == {101_999 - 1_000}
    (tail,) = reader._tails.values()
    assert min(tail._seen.values()) >= tail.start


def test_what_is_remembered_does_not_grow_with_what_is_read() -> None:
    """Two hours, a thousand lines in each page of a minute."""
    kept = []
    tail = LogTail(live(LiveAws()), LogQuery(GROUP, "ap-southeast-2"), 0)

    def answer(nextToken: str = "0", **_: Any) -> Any:  # noqa: N803
        kept.append(len(tail._seen))
        page = int(nextToken)
        events = [event(page * 1000 + n, page * 60_000 + n * 60) for n in range(1000)]
        return {"events": events, **({"nextToken": str(page + 1)} if page < 119 else {})}

    tail.calls = live(LiveAws(filter_log_events=answer))
    assert sum(1 for _ in tail.fresh()) == 120_000
    assert 0 < max(kept) < 1000


def test_streams_that_were_not_asked_for_are_left_out() -> None:
    found = {"events": [event(1, 10, "web/web/t"), event(2, 10, "web/web/other"), event(3, 10, "side/side/t")]}
    world = LiveAws(filter_log_events=found)
    assert messages(LogReader(live(world), FoundLogs((WEB_LOG, SIDE_LOG)), 1, task="t")) == ["3", "1"]


def test_a_group_that_is_gone() -> None:
    world = LiveAws(filter_log_events=refused("ResourceNotFoundException", "The specified log group does not exist."))
    with pytest.raises(NotFoundError, match=f"log group {GROUP} is gone"):
        messages(LogReader(live(world), FoundLogs((WEB_LOG,)), 1))


def test_logs_without_permission() -> None:
    world = LiveAws(filter_log_events=refused("AccessDeniedException"))
    with pytest.raises(CallRefused, match="not allowed: logs:FilterLogEvents"):
        messages(LogReader(live(world), FoundLogs((WEB_LOG,)), 1))


def test_where_no_container_says_its_group_that_of_the_layer_is_read() -> None:
    world = LiveAws(filter_log_events={"events": [event(1, 10, "router/web/t")]})
    reader = LogReader(live(world), FoundLogs((), (("web", "awsfirelens"),)), 1, whole=(GROUP,))
    assert messages(reader) == ["1"]


def test_each_group_of_the_layer_is_read_as_a_whole() -> None:
    def answer(logGroupName: str, logStreamNamePrefix: str = "", **_: Any) -> Any:  # noqa: N803
        assert not logStreamNamePrefix
        return {"events": [event(1 if logGroupName == GROUP else 2, 10, "seed/web/t")]}

    world = LiveAws(filter_log_events=answer)
    assert messages(LogReader(live(world), FoundLogs((WEB_LOG, OTHER)), 1, whole=(GROUP, "other"))) == ["1", "2"]
