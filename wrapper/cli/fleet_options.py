"""Our options of a command that may be for many tenants. Light: the help of every verb shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import TIME, shared, stacked

if TYPE_CHECKING:
    from ..model.errors import OrchestrateError
    from ..model.report import Report
    from ..reports.files import ReportFiles
    from .session import CliSession

_SCOPE = (
    shared("--tenants", multiple=True, metavar="GLOB", help="Only these tenants: a*,!acme (an exclusion wins)."),
    shared(
        "--tag", multiple=True, metavar="TAG", help="Only tenants with this tag in their file; several: any of them."
    ),
    shared("--shard", metavar="K/N", help="Shard K of N of the tenants, by their names."),
)
_POLICY = (
    shared("--fail-fast", is_flag=True, help="After a failure start no further tenant."),
    shared("--tenant-timeout", type=TIME, metavar="TIME", help="Stop a tenant gracefully after this time."),
    shared("--canary", type=click.IntRange(1), metavar="N", help="Run N tenants first; continue if all are good."),
    shared("--wave", type=click.IntRange(1), metavar="N", help="Then run N at a time; stop after a bad wave."),
    shared("--failed-from", metavar="REPORT", help="Only tenants that failed or were stopped in this report."),
)
_JOURNALED = (shared("--resume", is_flag=True, help="Continue the same run after it was interrupted."),)
_UNCHANGED = (
    shared("--refresh", is_flag=True, help="Run Terraform for unchanged tenants too, to see drift."),
    shared("--force", is_flag=True, help="The same as --refresh."),
)
_LOSSES = (
    shared(
        "--allow-delete", multiple=True, metavar="ADDRESS", help="Allow deleting this address in a protected stack."
    ),
)
_LOST = (shared("--state-lost", metavar="REASON", help="Go on without a state that is lost, for this reason."),)
_ENDS = (
    shared(
        "--ttl",
        type=TIME,
        metavar="TIME",
        help="The tenant ends after this time (3d, 12h): `reap --expired` destroys it.",
    ),
)
_FILES = (
    shared("--report", metavar="FILE", help="Write the report as JSON (docs/schemas/report-2.json)."),
    shared("--junit", metavar="FILE", help="Write the report as JUnit's XML, for Jenkins."),
    shared("--html", metavar="FILE", help="Write the report as one page for a browser."),
    shared(
        "--notify",
        multiple=True,
        type=click.Choice(("slack", "teams", "sns")),
        help="Send a message there if the run failed, found drift, or reaped.",
    ),
)


tenants_options = stacked(*_SCOPE[:2])  # which tenants, of a command that needs no other machine
scope_options = stacked(*_SCOPE)  # which tenants
policy_options = stacked(*_POLICY)  # on which terms
journal_options = stacked(*_JOURNALED)  # of a command that keeps a journal of a run
unchanged_options = stacked(*_UNCHANGED)  # of a command that leaves out what did not change
losses_options = stacked(*_LOSSES)  # what may be lost
lost_option = stacked(*_LOST)  # of a command on a state
ttl_option = stacked(*_ENDS)  # of a command that makes tenants
file_options = stacked(*_FILES)  # where the report goes
layer_options = stacked(*_LOSSES, *_FILES)  # of a command that applies one layer
fleet_options = stacked(*_SCOPE, *_POLICY, *_JOURNALED, *_UNCHANGED, *_LOSSES, *_FILES)  # of one that applies many


def targets(session: CliSession) -> ReportFiles:
    """The files asked for, tried before anything runs. Relative paths are the caller's."""
    from ..reports import files

    options = session.options.files
    paths = [session.directory / path if path else None for path in (options.report, options.junit, options.html)]
    found = files.ReportFiles(*paths)
    files.check_writable(found)
    if options.notify:
        from ..operations import notifications

        notifications.sinks(options.notify, session.environ)
    return found


def deliver(session: CliSession, report: Report, wanted: ReportFiles) -> None:
    """The report to its files, and as a message. Where that cannot be sent, it is said; the exit code of a run that went well is
    then 69."""
    from ..reports import files

    files.write(report, wanted)
    errors = _notify(session, report) if session.options.files.notify and not session.dry_run else []
    for error in errors[1 if not report.exit_code else 0 :]:
        session.console.error(error)
    if errors and not report.exit_code:
        raise errors[0]


def _notify(session: CliSession, report: Report) -> list[OrchestrateError]:
    from ..operations import notifications, web_request
    from ..reports import notification

    sinks = notifications.sinks(session.options.files.notify, session.environ)
    messages = notification.messages(report, [s.kind for s in sinks], notifications.link_of(session.environ))
    return notifications.notify(messages, sinks, web_request.send, session.publish)
