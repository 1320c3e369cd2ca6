"""``orchestrate report``: the reports of several machines made one, a report shown, and a report as a comment."""

from __future__ import annotations

from typing import Any

import click

from ...model.errors import UsageError
from ...model.report import Report
from ...operations import pull_requests, web_request
from ...reports import comment, files, printable, table
from ...reports.json import data_of
from ...reports.merge import merge as merged_report
from ..command import Command, CommandGroup
from ..fleet_options import deliver, file_options, targets
from ..options import takes
from ..session import CliSession


@click.group("report", cls=CommandGroup, help="Merge the reports of several machines, show one, or comment with it.")
def command() -> None: ...


@command.command("merge", help="Merge several reports into one. Exits with the worst of their exit codes.")
@file_options
@takes("json")
@click.argument("names", nargs=-1, metavar="FILE...")
@click.pass_context
def merge(ctx: click.Context, /, names: tuple[str, ...], **options: Any) -> int:
    session = ctx.obj.merged(options)
    if not names:
        raise UsageError("no report to merge", hint="report merge A.json B.json ... --report ALL.json")
    wanted = targets(session)
    merged = merged_report({name: files.read(session.directory / name) for name in names})
    for remark in merged.remarks:
        session.console.info(f"note: {printable.line(remark)}")
    deliver(session, merged.report, wanted)
    return _show(session, merged.report)


@command.command("show", help="Show a report as a table. Exits with the exit code of its run.")
@file_options
@takes("json")
@click.argument("name", metavar="FILE")
@click.pass_context
def show(ctx: click.Context, /, name: str, **options: Any) -> int:
    session = ctx.obj.merged(options)
    wanted = targets(session)
    found = files.read(session.directory / name)
    deliver(session, found, wanted)
    return _show(session, found)


@command.command(
    "comment",
    cls=Command,
    help="Print a report as a comment for a pull request, in Markdown.",
    epilog="For example: ./orchestrate report comment plan.json --post",
)
@click.option("--post", is_flag=True, help="Write it on the pull request that this job of GitHub or GitLab runs for.")
@click.argument("name", metavar="FILE")
@click.pass_context
def comment_on(ctx: click.Context, /, name: str, post: bool) -> int:
    session: CliSession = ctx.obj
    found = files.read(session.directory / name)
    text = comment.text_of(found)
    if not post:
        session.console.print(text.removesuffix("\n"))
        return 0
    done = pull_requests.put(pull_requests.of_job(session.environ), text, comment.marker(found), web_request.send)
    session.console.info(f"comment: {done}")
    return 0


def _show(session: CliSession, report: Report) -> int:
    if session.options.json:
        session.console.json(data_of(report))
    else:
        session.console.table(table.HEAD, table.rows(report))
        for line in table.troubles(report):
            session.console.info(line)
    session.console.info(table.last_line(report))
    return report.exit_code
