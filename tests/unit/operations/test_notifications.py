"""A message to Slack, Teams and SNS: what is sent, each way in which it is not taken, and that no word has the address."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from project_on_disk import Disk
from reports_of_many import layer_result, report
from said import Said
from web_server import Answer, serving

from wrapper.model.errors import ConfigError, OrchestrateError, RefusedError
from wrapper.model.report import ErrorDetails, Report
from wrapper.operations import notifications
from wrapper.operations.notifications import NotificationSink, link_of, notify, sinks
from wrapper.operations.web_request import WebAnswer, WebRequest, send
from wrapper.reports import json as document
from wrapper.reports import notification

Run = Callable[..., Said]
SECRET = "a-secret-of-the-webhook"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:fleet"
SCHEMAS = Path(__file__).resolve().parents[3] / "docs/schemas"
FAILED = report(layer_result("acme", "failed", exit_code=75, error=ErrorDetails("acme is locked")))
WELL = report(layer_result("acme"))
server_needed = pytest.mark.sandbox  # a test without a marker reaches no network, loopback either


def unpublished(*_: object) -> None:
    raise AssertionError("nothing goes to a topic")


def sent(made: Report, sink: NotificationSink, seconds: float = 15) -> list[OrchestrateError]:
    messages = notification.messages(made, [sink.kind], "https://ci.example.com/7")
    return notify(messages, [sink], partial(send, seconds=seconds), unpublished)


@server_needed
@pytest.mark.parametrize("kind", ["slack", "teams"])
def test_a_webhook_gets_the_published_form(kind: str) -> None:
    with serving(lambda _: Answer(200, b"ok")) as server:
        assert sent(FAILED, NotificationSink(kind, f"{server.url}/{SECRET}")) == []
        assert sent(WELL, NotificationSink(kind, f"{server.url}/{SECRET}")) == []
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.headers["Content-Type"]) == ("POST", f"/{SECRET}", "application/json")
    jsonschema.validate(json.loads(asked.body), json.loads((SCHEMAS / f"notification-{kind}.json").read_text()))
    assert "acme is locked" in asked.body.decode()


@server_needed
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(500, SECRET.encode()), "it answered 500"),
        (Answer(302, headers={"Location": f"/{SECRET}"}), "a redirection, which is not followed"),
        (Answer(hold=threading.Event()), "no answer within 0.3 seconds"),
    ],
)
def test_a_webhook_that_takes_it_not(answer: Answer, says: str) -> None:
    with serving(lambda _: answer) as server:
        sink = NotificationSink("slack", f"{server.url}/{SECRET}")
        (error,) = sent(FAILED, sink, seconds=0.3)
        if answer.hold:
            answer.hold.set()
    assert len(server.asked) == 1 or (answer.hold and not server.asked), "once; a busy server may not have read it yet"
    assert error.exit_code == 69 and says in error.message
    for text in (error.message, error.where, error.hint, repr(sink)):
        assert SECRET not in text and server.url not in text


def test_a_topic_gets_it() -> None:
    published: list[tuple[str, str, Mapping[str, Any]]] = []

    def publish(region: str, topic: str, message: Mapping[str, Any]) -> None:
        published.append((region, topic, message))

    assert notify(notification.messages(FAILED, ["sns"]), [NotificationSink("sns", TOPIC)], send, publish) == []
    ((region, topic, message),) = published
    assert (region, topic) == ("eu-west-1", TOPIC) and "acme is locked" in message["Message"]


def test_a_topic_that_takes_it_not() -> None:
    def publish(*_: object) -> None:
        raise RefusedError("AWS answered AuthorizationError")

    (error,) = notify(notification.messages(FAILED, ["sns"]), [NotificationSink("sns", TOPIC)], send, publish)
    assert error.exit_code == 69 and "AuthorizationError" in error.message and TOPIC not in f"{error}{error.hint}"


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("slack", "", "ORCHESTRATE_SLACK_WEBHOOK is not set"),
        ("teams", "hooks.example.com/x", "ORCHESTRATE_TEAMS_WEBHOOK holds no URL"),
        ("sns", "https://example.com", "ORCHESTRATE_SNS_TOPIC holds no ARN"),
    ],
)
def test_an_address_that_is_none(kind: str, value: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as error:
        sinks([kind], {notifications.VARIABLES[kind]: value})
    assert not value or value not in f"{error.value}{error.value.hint}"


def test_each_once() -> None:
    environ = {"ORCHESTRATE_SNS_TOPIC": f" {TOPIC}\n"}
    assert sinks(["sns", "sns"], environ) == [NotificationSink("sns", TOPIC)]


def test_the_page_of_the_job() -> None:
    github = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"}
    assert link_of(github) == "https://github.com/a/b/actions/runs/7"
    assert link_of({"CI_JOB_URL": "https://gitlab.example.com/7"}) == "https://gitlab.example.com/7"
    assert link_of({"BUILD_URL": "https://jenkins.example.com/7/"}) == "https://jenkins.example.com/7/"
    assert link_of({}) == link_of({"BUILD_URL": "nothing"}) == ""


@pytest.fixture
def failed(example: Disk) -> str:
    example.write("failed.json", document.text_of(FAILED))
    return "failed.json"


@server_needed
def test_a_report_that_is_shown_is_sent(
    run_cli: Run, failed: str, example: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is the run's, whether the message is taken or not; the address is in no output and in no file."""
    for status in (200, 500):
        with serving(lambda _, status=status: Answer(status)) as server:  # type: ignore[misc]
            monkeypatch.setenv("ORCHESTRATE_SLACK_WEBHOOK", f"{server.url}/{SECRET}")
            said = run_cli("report", "show", failed, "--notify", "slack", "--report", "out.json", "--html", "out.html")
        assert (said.code, len(server.asked)) == (75, 1)
        assert ("Slack has no message of this run: it answered 500" in said.err) == (status == 500)
        assert SECRET not in said.out + said.err
    assert [f for f in example.root.rglob("*") if f.is_file() and SECRET.encode() in f.read_bytes()] == []


def test_a_run_that_goes_well_and_cannot_say_so(run_cli: Run, example: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent of it, so nothing fails; an address that is none is refused all the same, before anything runs."""
    example.write("well.json", document.text_of(WELL))
    monkeypatch.setenv("ORCHESTRATE_SLACK_WEBHOOK", "http://127.0.0.1:9/x")
    assert run_cli("report", "show", "well.json", "--notify", "slack").code == 0
    assert run_cli("report", "show", "well.json", "--notify", "teams").code == 65


def test_no_send_shows_an_address() -> None:
    def refused(_: WebRequest) -> WebAnswer:
        return WebAnswer(403)

    sink = NotificationSink("teams", f"https://example.com/{SECRET}")
    (error,) = notify(notification.messages(FAILED, ["teams"]), [sink], refused, unpublished)
    assert SECRET not in f"{error}{error.hint}" and "Teams has no message of this run: it answered 403" in str(error)
