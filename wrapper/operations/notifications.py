"""The message of a run, sent to Slack, Teams or an SNS topic. An address is a secret of its environment variable: no word
of ours has it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model.errors import ConfigError, OrchestrateError, UnavailableError
from .web_request import Send, WebRequest, is_address

# Kind -> the variable with its address.
VARIABLES = {
    "slack": "ORCHESTRATE_SLACK_WEBHOOK",
    "teams": "ORCHESTRATE_TEAMS_WEBHOOK",
    "sns": "ORCHESTRATE_SNS_TOPIC",
}
_NAMES = {"slack": "Slack", "teams": "Teams", "sns": "SNS"}
_TOPIC = re.compile(r"arn:aws[\w-]*:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}(\.fifo)?")
Notification = Mapping[str, Any]
Publish = Callable[[str, str, Notification], None]  # region, topic, message; raises OrchestrateError


@dataclass(frozen=True)
class NotificationSink:
    """``address`` is in no repr."""

    kind: str
    address: str = field(repr=False)


def sinks(kinds: Iterable[str], environ: Mapping[str, str]) -> list[NotificationSink]:
    """ConfigError for one whose variable is not set, or holds no address."""
    return [_sink(kind, environ.get(VARIABLES[kind], "").strip()) for kind in dict.fromkeys(kinds)]


def _sink(kind: str, address: str) -> NotificationSink:
    known = _TOPIC.fullmatch(address) if kind == "sns" else is_address(address)
    if known:
        return NotificationSink(kind, address)
    what = "the ARN of a topic" if kind == "sns" else "the URL of the webhook"
    problem = f"holds no {what.removeprefix('the ')}" if address else "is not set"
    raise ConfigError(f"--notify {kind}: {VARIABLES[kind]} {problem}", hint=f"put {what} into that variable")


def link_of(environ: Mapping[str, str]) -> str:
    """The page of the job that runs this; "" where there is none."""
    of_github = [environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    found = "{}/{}/actions/runs/{}".format(*of_github) if all(of_github) else ""
    found = found or environ.get("CI_JOB_URL", "") or environ.get("BUILD_URL", "")
    return found if is_address(found) else ""


def notify(
    messages: Mapping[str, Notification], wanted: Iterable[NotificationSink], send: Send, publish: Publish
) -> list[OrchestrateError]:
    """Send each the message of its kind, where there is one; what could not be sent, as errors."""
    found = [_sent(messages[sink.kind], sink, send, publish) for sink in wanted if sink.kind in messages]
    return [error for error in found if error]


def _sent(message: Notification, sink: NotificationSink, send: Send, publish: Publish) -> OrchestrateError | None:
    hint = f"look at {VARIABLES[sink.kind]}; `report show FILE --notify {sink.kind}` sends it again"
    if sink.kind == "sns":
        try:
            publish(sink.address.split(":")[3], sink.address, message)
        except OrchestrateError as error:
            return UnavailableError(f"SNS has no message of this run: {error.message}", hint=hint)
        return None
    headers = {"Content-Type": "application/json"}
    answer = send(WebRequest("POST", sink.address, headers, json.dumps(message).encode()))
    if answer.well:
        return None
    return UnavailableError(f"{_NAMES[sink.kind]} has no message of this run: {answer.words}", hint=hint)
