"""A report as a message: when it is one, what it says, and the forms by their schemas."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from reports_of_many import layer_result, many, merged, report

from wrapper.model.nouns import Drift
from wrapper.model.report import Changes, ErrorDetails, Report
from wrapper.reports import notification

SCHEMAS = Path(__file__).resolve().parents[3] / "docs/schemas"
LINK = "https://ci.example.com/job/7"
EVIL = "<!channel> <@U1> @team `x` *y* [q](http://evil.example) \x1b[2J\n/approve " * 40
LOCKED = layer_result("acme", "failed", exit_code=75, error=ErrorDetails("acme is locked"))


def test_what_went_well_is_no_message() -> None:
    well = report(layer_result("acme", changes=Changes(0, 0, 3)))
    assert not notification.is_worth_it(well)
    assert notification.is_worth_it(report(LOCKED))
    assert notification.is_worth_it(report(layer_result("acme", exit_code=2), verb="drift"))
    reaped = {"verb": "reap"}
    assert notification.is_worth_it(report(layer_result("acme", changes=Changes(0, 0, 3)), **reaped))
    assert not notification.is_worth_it(report(**reaped))


def test_what_it_says() -> None:
    drifted = layer_result("globex", exit_code=2, drifted=(Drift("aws_ecs_service.this", ("desired_count",)),))
    made = report(layer_result("hooli"), drifted, LOCKED, verb="drift", missing=("2/2",))
    assert notification.title(made) == "drift ap-southeast-2/appcluster-test: failed"
    assert notification.lines(made) == [
        "drift ap-southeast-2/appcluster-test: 1 failed, 2 succeeded, 1 shards missing; +0 ~0 -0; 1 min; exit code 75",
        "no report of shard 2/2",
        "acme: failed, exit code 75: acme is locked",
        "globex: drifted: aws_ecs_service.this",
    ]
    assert notification.title(report(drifted, verb="drift")).endswith(": drift")


def test_of_many_the_first_are_named() -> None:
    made = report(*(layer_result(f"t{n:03}", "failed", exit_code=1) for n in range(30)))
    named = [line.partition(":")[0] for line in notification.lines(made)[1:]]
    assert named == [*(f"t{n:03}" for n in range(10)), "and 20 more"]


@pytest.mark.parametrize(
    "made",
    [
        report(LOCKED),
        many(300),
        merged(300),
        report(*(layer_result(EVIL, "failed", exit_code=1, error=ErrorDetails(EVIL)) for _ in range(20)), id=EVIL),
        report(layer_result("acme", exit_code=2, drifted=tuple(Drift(EVIL, ("x",)) for _ in range(9))), verb="drift"),
    ],
)
def test_each_form_by_its_schema(made: Report) -> None:
    for name, form in (("slack", notification.slack), ("teams", notification.teams)):
        schema = json.loads((SCHEMAS / f"notification-{name}.json").read_text())
        for link in ("", LINK):
            jsonschema.validate(form(made, link), schema)
            assert (LINK in json.dumps(form(made, link))) == bool(link)


def test_a_topic_takes_it() -> None:
    """Subject and attributes as AWS limits them (API_Publish)."""
    message = notification.sns(report(layer_result("ä" * 300, "failed", exit_code=1), verb="drift"), LINK)
    assert len(message["Subject"]) <= 100 and message["Subject"].isascii() and "\n" not in message["Subject"]
    assert message["Message"].splitlines()[-1] == LINK
    assert message["MessageAttributes"]["exit_code"] == {"DataType": "String", "StringValue": "1"}


def test_slack_reads_no_mention() -> None:
    made = report(LOCKED, shard="<!channel>")
    assert "&lt;!channel&gt;" in notification.slack(made)["text"]
