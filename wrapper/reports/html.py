"""A report as one page that needs nothing else: no request, no font, and no script to be read.

What it shows comes from tenants and from AWS: everything is escaped, links are http or https, and a policy in the
page allows its own style and script alone, by their digests. Knows what is shown; page.html.j2 knows how.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Any

from ..model.report import RESULTS, LayerResult, Report, in_order
from .json import moment
from .printable import clean
from .table import last_line, length
from .timeline import lay_out


@dataclass(frozen=True)
class FailureGroup:
    """Layers that failed of the same: its words (without their names), and the results."""

    title: str
    results: tuple[LayerResult, ...]


def text_of(report: Report) -> str:
    results = in_order(report.results)
    page = _template().render(
        report=report,
        totals=report.totals,
        headline=_headline(report),
        last_line=last_line(report),
        groups=_groups([a for a in results if not a.ok]),
        drifted=[a for a in results if a.drifted],
        warned=[a for a in results if a.ok and a.diagnostics],
        results=results,
        timeline=lay_out(report.results),
        facts=_facts(report),
        shares=_shares(report),
        hidden=_empty_columns(results),
        logs=_logs(results),
        RESULTS=RESULTS,
        name=report.name,
    )
    return str(page)


def _headline(report: Report) -> str:
    counts, total = report.totals.results, len(report.results)
    wrong = [f"{counts[r]} {r}" for r in RESULTS[:2] if counts[r]]
    drifted = sum(bool(a.drifted) for a in report.results)
    wrong += [f"{drifted} drifted"] if drifted else []
    silent = [f"no report of {len(report.missing)} shard{'s'[: len(report.missing) > 1]}"] if report.missing else []
    if wrong:
        return "; ".join([f"{', '.join(wrong)} of {total:,}", *silent])
    return "; ".join([f"all {total:,} well" if total else "nothing to do", *silent])


def _facts(report: Report) -> list[tuple[str, str]]:
    """What stands at the head, in pairs; nothing that is not known."""
    busy = [a for a in report.results if a.seconds >= 0.5]
    slowest = max(busy, key=lambda a: a.seconds, default=None)
    return [
        (name, value)
        for name, value in (
            ("Began", _clock(report.started)),
            ("Took", length(report.seconds)),
            ("Side by side", str(report.jobs)),
            ("Work in all", length(report.totals.seconds)),
            ("Typical", length(median(a.seconds for a in busy)) if busy else ""),
            ("Longest", f"{length(slowest.seconds)} ({report.name(slowest)})" if slowest else ""),
            ("Shard", report.shard),
            ("By", report.by),
            ("Run", report.id),
            ("Version", report.tool),
            ("Exit code", str(report.exit_code)),
        )
        if value
    ]


def _shares(report: Report) -> list[tuple[str, int, float, float]]:
    """(result, how many, from, width) of the bar at the head, in per cent; what there is of it, however little, shows."""
    shares: list[tuple[str, int, float, float]] = []
    left = 0.0
    for result, count in report.totals.results.items():
        width = 100 * count / (len(report.results) or 1)
        if count:
            shares.append((result, count, round(left, 3), round(max(width, 0.5), 3)))
        left += width
    return shares


def _empty_columns(results: Sequence[LayerResult]) -> str:
    """Columns in which nothing stands."""
    empty = {
        "tried-once": all(a.attempts <= 1 for a in results),
        "no-url": not any(a.url for a in results),
        "no-why": not any(a.summary for a in results),
        "no-log": not any(a.log for a in results),
        "no-builds": not any(a.moved for a in results),
    }
    return " ".join(name for name, is_empty in empty.items() if is_empty)


def _logs(results: Sequence[LayerResult]) -> str:
    """The folder that all logs are in, with its slash; "" where they are in several."""
    folders = {a.log[: a.log.rfind("/") + 1] for a in results if a.log}
    return folders.pop() if len(folders) == 1 else ""


def _groups(failed: Sequence[LayerResult]) -> list[FailureGroup]:
    """The same trouble in many tenants is one trouble: the largest first."""
    found: dict[str, list[LayerResult]] = defaultdict(list)
    for result in failed:
        found[_trouble(result)].append(result)
    groups = [FailureGroup(title if len(of) > 1 else of[0].summary, tuple(of)) for title, of in found.items()]
    return sorted(groups, key=lambda g: -len(g.results))


def _trouble(result: LayerResult) -> str:
    """What went wrong, in words that hold for every layer: Terraform's, else ours, without the layer's name."""
    told = next((d.summary for d in result.diagnostics if d.severity == "error"), "") or result.summary
    names = "|".join(re.escape(name) for name in (result.label, result.tenant) if name)
    return re.sub(rf"(?<![\w-])({names})(?![\w])", "…", told)


def _clock(seconds: float) -> str:
    return moment(seconds)[:19].replace("T", " ") + " UTC"


@cache
def _template() -> Any:
    import jinja2
    from markupsafe import Markup

    loader = jinja2.PackageLoader(str(__package__), "html")
    environment = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )
    environment.filters |= {"took": length, "clock": _clock}
    environment.tests["link"] = lambda url: re.match(r"https?://", url) is not None
    for name, file in (("style", "page.css"), ("script", "page.js")):
        text = loader.get_source(environment, file)[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        environment.globals |= {name: Markup(text), f"{name}_digest": Markup(digest)}  # noqa: S704 (files of this room)
    return environment.get_template("page.html.j2")
