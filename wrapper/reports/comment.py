"""A report as a comment on a pull request: the totals, a row for each layer that is not unchanged, and what went wrong.

Each foreign text stands in ``<code>`` or ``<pre>``, with all but letters and digits as character references: a tenant's name or
AWS's words are neither markup, nor a link, nor a mention, nor one of GitLab's quick actions.
"""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Iterable, Iterator

from ..model.report import LayerResult, Report, in_order
from .printable import clean, cut, line
from .table import last_line, troubles

_LONGEST = 60_000  # characters; GitHub takes 65,536 (its message says so), GitLab a million
_FAILURES = 20_000  # of these, what went wrong
_WHY = 200  # of one layer
_PLAIN = frozenset(f"{string.ascii_letters}{string.digits} ")
_HEAD = ("tenant", "result", "+", "~", "-", "builds", "why")


def marker(report: Report) -> str:
    """What the comment of the same command on the same layers begins with, so that a later one takes its place."""
    scope = " ".join(part for part in (report.verb, report.label or "every stack", report.shard) if part)
    return f"<!-- orchestrate: {re.sub(r'[^a-z0-9/ -]', '', scope)} -->"


def text_of(report: Report) -> str:
    """Markdown of at most 60,000 characters."""
    shown = [result for result in in_order(report.results) if result.result != "unchanged"]
    title = f"{'❌' if report.exit_code not in (0, 2) else '✅'} {code(f'{report.verb} {report.label}'.strip())}"
    begin = [marker(report), f"### {title}", "", code(last_line(report)), ""]
    end = ["", *_failures(report), *_origin(report)]
    room = _LONGEST - sum(len(text) + 1 for text in (*begin, *end)) - 200
    return "\n".join([*begin, *_table([_row(report, result) for result in shown], room), *end]) + "\n"


def _table(rows: list[str], room: int) -> Iterator[str]:
    if not rows:
        yield "No layer changes."
        return
    yield f"| {' | '.join(_HEAD)} |"
    yield "|---|---|--:|--:|--:|---|---|"
    for number, row in enumerate(rows):
        room -= len(row) + 1
        if room < 0:
            yield f"\n{len(rows) - number} more layers are not shown; the report has them."
            return
        yield row


def _row(report: Report, result: LayerResult) -> str:
    changes = result.changes
    counts = (changes.added, changes.changed, changes.destroyed) if changes else ("", "", "")
    builds = "<br>".join(code(str(build)) for build in result.moved)
    why = code(cut(result.summary, _WHY))
    return f"| {' | '.join((code(report.name(result)), result.result, *map(str, counts), builds, why))} |"


def _failures(report: Report) -> Iterator[str]:
    """As far as there is room, folded."""
    told = "".join(_first(f"{text}\n" for text in troubles(report)))
    if told:
        yield f"<details><summary>What went wrong</summary>\n\n<pre>{_within(told, _FAILURES)}</pre>\n</details>\n"


def _first(lines: Iterable[str]) -> Iterator[str]:
    """So many that they fill the room, or more."""
    room = _FAILURES
    for text in lines:
        yield text[:_FAILURES]
        room -= len(text)
        if room < 0:
            return


def _origin(report: Report) -> Iterator[str]:
    told = {"run": report.id, "commit": report.commit[:12], "by": report.by, "version": report.tool}
    yield "<sub>" + " · ".join(f"{name} {code(value)}" for name, value in told.items() if value) + "</sub>"


def code(text: str) -> str:
    """A text in one line, as itself; "" of an empty one."""
    one = line(text)
    return f"<code>{_encoded(one)}</code>" if one else ""


def _encoded(text: str) -> str:
    return "".join(map(_character, clean(text)))


def _character(one: str) -> str:
    return one if one in _PLAIN else f"&#{ord(one)};"


def _within(text: str, longest: int) -> str:
    """Encoded, and cut where it would be longer."""
    encoded = [_character(one) for one in clean(text)]
    kept = sum(1 for end in itertools.accumulate(map(len, encoded)) if end < longest)
    return "".join(encoded[:kept]) + ("…" if kept < len(encoded) else "")
