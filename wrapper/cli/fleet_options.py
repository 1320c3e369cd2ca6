"""Our options of a command that may be for many tenants. Light: the help of every verb shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import stacked

if TYPE_CHECKING:
    from ..reports.files import ReportFiles
    from .session import CliSession

_SCOPE = (
    click.option("--tenants", multiple=True, metavar="GLOB", help="These tenants: a*,!acme (an exclusion wins)."),
    click.option("--shard", metavar="K/N", help="Part K of N of the tenants, by their names."),
)
_TERMS = (
    click.option("--fail-fast", is_flag=True, help="Start no further tenant after a failure."),
    click.option("--tenant-timeout", metavar="TIME", help="Stop one tenant gracefully after so long."),
    click.option("--canary", type=click.IntRange(1), metavar="N", help="First N tenants; go on if all are good."),
    click.option("--wave", type=click.IntRange(1), metavar="N", help="Then N at a time; stop at a bad wave."),
    click.option("--failed-from", metavar="REPORT", help="Only what failed or was stopped in that report."),
    click.option("--resume", is_flag=True, help="Go on with the same run, which was killed."),
)
_UNCHANGED = (
    click.option("--refresh", is_flag=True, help="Start Terraform for unchanged tenants too, to see drift."),
    click.option("--force", is_flag=True, help="The same: unchanged tenants too."),
)
_LOSSES = (
    click.option("--allow-delete", multiple=True, metavar="ADDRESS", help="May go although the stack is protected."),
)
_FILES = (
    click.option("--report", metavar="FILE", help="Write the report as JSON (docs/schemas/report-2.json)."),
    click.option("--junit", metavar="FILE", help="Write the report as JUnit's XML, for Jenkins."),
    click.option("--html", metavar="FILE", help="Write the report as one page for a browser."),
)


scope_options = stacked(*_SCOPE)  # which tenants
terms_options = stacked(*_TERMS)  # on which terms
unchanged_options = stacked(*_UNCHANGED)  # of a command that leaves out what did not change
losses_options = stacked(*_LOSSES)  # what may be lost
file_options = stacked(*_FILES)  # where the answers go
one_options = stacked(*_LOSSES, *_FILES)  # of a command that applies one layer
many_options = stacked(*_SCOPE, *_TERMS, *_UNCHANGED, *_LOSSES, *_FILES)  # of one that applies many


def targets(session: CliSession) -> ReportFiles:
    """The files asked for, tried before anything runs. Relative paths are the caller's."""
    from ..reports import files

    typed = session.options.files
    given = [session.directory / path if path else None for path in (typed.report, typed.junit, typed.html)]
    found = files.ReportFiles(*given)
    files.check_writable(found)
    return found
