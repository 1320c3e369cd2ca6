"""Where lines are, and how they are shown."""

from __future__ import annotations

from typing import Any

import pytest
from live_aws import GROUP, IDS, WEB, container

from wrapper.aws import log_lines
from wrapper.aws.log_lines import FoundLogs, LogQuery, LogSource, line_of, queries

WEB_LOG = LogSource(GROUP, "ap-southeast-2", "acme", "web", "web")
SIDE_LOG = LogSource(GROUP, "ap-southeast-2", "acme", "side", "side")


def definition(*containers: dict[str, Any]) -> dict[str, Any]:
    return {"taskDefinitionArn": WEB, "containerDefinitions": list(containers)}


def event(stream: str, message: str = "hello\n", at: int = 1_000) -> dict[str, Any]:
    return {"eventId": "1", "timestamp": at, "logStreamName": stream, "message": message}


def test_containers_by_their_definition() -> None:
    router = {"logDriver": "awsfirelens", "options": {"Name": "s3"}}
    unnamed = {"logDriver": "awslogs", "options": {"awslogs-group": GROUP}}
    found = log_lines.found(
        "acme",
        definition(
            container("web"),
            container("a", logConfiguration=router),
            container("b", logConfiguration=unnamed),
            container("c", logConfiguration=None),
            container("d", logConfiguration={"logDriver": "json-file"}),
        ),
    )
    assert found.sources == (WEB_LOG,)
    assert [(name, how.partition(",")[0]) for name, how in found.elsewhere] == [
        ("a", "awsfirelens"),
        ("b", "awslogs without a stream prefix"),
        ("c", "the engine's own driver"),
        ("d", "json-file"),
    ]
    assert found.containers == ["a", "b", "c", "d", "web"]
    assert found.only("a") == FoundLogs((), (("a", "awsfirelens"),))


def test_a_query_for_a_group_or_a_container_or_a_task() -> None:
    other = LogSource("other", "eu-west-1", "acme", "x", "x")
    assert queries([WEB_LOG, SIDE_LOG, other]) == [
        LogQuery(GROUP, "ap-southeast-2"),
        LogQuery("other", "eu-west-1", "x/x/"),
    ]
    assert queries([other], whole=["other"]) == [LogQuery("other", "eu-west-1")]
    assert queries([WEB_LOG, SIDE_LOG], "t") == [
        LogQuery(GROUP, "ap-southeast-2", "web/web/t"),
        LogQuery(GROUP, "ap-southeast-2", "side/side/t"),
    ]


def test_a_line_has_the_service_of_its_stream() -> None:
    found = line_of(event(f"web/web/{IDS[WEB]}"), [SIDE_LOG, WEB_LOG], GROUP)
    assert found is not None
    assert log_lines.shown(found) == [f"1970-01-01T00:00:01.000Z acme/web/{'a' * 8} hello"]
    assert log_lines.data(found)["task"] == IDS[WEB]


def test_streams_of_others_are_left_out_but_in_the_layers_own_group() -> None:
    migrate = event("migrate/web/d")
    assert line_of(migrate, [WEB_LOG], GROUP) is None
    assert line_of(migrate, [WEB_LOG], "another", [GROUP]) is None
    found = line_of(migrate, [WEB_LOG], GROUP, [GROUP])
    assert found is not None and (found.service, found.container, found.task) == ("migrate", "web", "d")


def test_every_line_of_a_message_says_where_it_is_from() -> None:
    found = line_of(event("web/web/t", "Traceback\n  File x\n"), [WEB_LOG], GROUP)
    assert found is not None
    assert [text.rpartition("acme/web/t ")[2] for text in log_lines.shown(found)] == ["Traceback", "  File x"]


@pytest.mark.parametrize(
    ("text", "expected"), [("", ""), ("a b", '"a b"'), ('say "x"', '"say \\"x\\""'), ("?a -b", '"?a -b"')]
)
def test_a_text_is_no_pattern(text: str, expected: str) -> None:
    assert log_lines.pattern(text) == expected
