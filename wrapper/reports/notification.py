"""A report as a message to people: whether it is one, its lines, and the forms in which Slack, Teams and SNS take them.

Foreign text is plain text in each: no markup, mention or link of a tenant's. docs/schemas/notification-slack.json and
notification-teams.json describe the two forms that are JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from ..model.report import LayerResult, Report, in_order
from .printable import cut, line
from .table import last_line

_LAYERS = 10  # named in a message
_TITLE = 150  # characters of Slack's header
_LINE = 280
_SUBJECT = 100  # of SNS, in ASCII
_DESTROYING = ("reap",)


def is_worth_it(report: Report) -> bool:
    """What went well is no message, but that something was destroyed, or will be soon."""
    soon = any(result.ends_soon for result in report.results)
    return report.exit_code != 0 or soon or (report.verb in _DESTROYING and report.totals.changes.destroyed > 0)


def lines(report: Report) -> list[str]:
    """The totals, then each layer that failed, stopped or drifted, as far as there is room."""
    told = [result for result in in_order(report.results) if not result.ok or result.drifted or result.ends_soon]
    more = [f"and {len(told) - _LAYERS} more"] if len(told) > _LAYERS else []
    missing = [f"no report of shard {', '.join(report.missing)}"] if report.missing else []
    return [
        cut(text, _LINE) for text in (last_line(report), *missing, *(_of(report, one) for one in told[:_LAYERS]), *more)
    ]


def _of(report: Report, result: LayerResult) -> str:
    if result.ends_soon:
        return line(f"{report.name(result)}: {result.reason}")
    if result.ok:
        return line(f"{report.name(result)}: drifted: {', '.join(islice((d.address for d in result.drifted), 5))}")
    return line(f"{report.name(result)}: {result.result}, exit code {result.exit_code}: {result.summary}")


def title(report: Report) -> str:
    ended = "drift" if report.exit_code == 2 else "failed" if report.exit_code else "done"
    return line(f"{report.verb} {report.label or 'every stack'}: {ended}")


def slack(report: Report, link: str = "") -> Mapping[str, Any]:
    """docs.slack.dev/reference/block-kit/blocks"""
    head, *rest = lines(report)
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(title(report), _TITLE)}]
    blocks.append({"type": "section", "text": _plain("\n".join((head, *rest)), 3000)})
    if link:
        button = {"type": "button", "text": _plain("Open the job", 75), "url": link}
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": _escaped(head), "blocks": blocks}


def _plain(text: str, longest: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": cut(text, longest), "emoji": False}


def _escaped(text: str) -> str:
    """docs.slack.dev/messaging/formatting-message-text: without these three there is no mention and no link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def teams(report: Report, link: str = "") -> Mapping[str, Any]:
    """An Adaptive Card (adaptivecards.io/explorer), as a workflow "When a Teams webhook request is received" takes it. A
    TextRun is no Markdown."""
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [_text(title(report), weight="Bolder", size="Medium"), *map(_text, lines(report))],
    }
    if link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the job", "url": link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _text(text: str, **look: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}


def sns(report: Report, link: str = "") -> Mapping[str, Any]:
    """docs.aws.amazon.com/sns/latest/api/API_Publish.html; the attributes are for filters of subscriptions."""
    attributes = {"verb": report.verb, "stack": report.label or "every stack", "exit_code": str(report.exit_code)}
    subject = title(report).encode("ascii", "replace").decode()
    return {
        "Subject": cut(subject, _SUBJECT, "..."),
        "Message": "\n".join([*lines(report), *([link] if link else [])]),
        "MessageAttributes": {n: {"DataType": "String", "StringValue": value} for n, value in attributes.items()},
    }


FORMS = {"slack": slack, "teams": teams, "sns": sns}


def messages(report: Report, kinds: Iterable[str], link: str = "") -> dict[str, Mapping[str, Any]]:
    """Of each kind its form; none where the report is worth no message."""
    return {kind: FORMS[kind](report, link) for kind in kinds} if is_worth_it(report) else {}
