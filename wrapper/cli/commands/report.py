"""``orchestrate report``: the reports of several machines made one, and a report shown."""

from __future__ import annotations

from typing import Any

import click

from ...model.errors import UsageError
from ...reports import files, printable, table
from ...reports import json as document
from ...reports import merge as merging
from ...reports.model import Report
from ..command import CommandGroup
from ..fleet_options import file_options, targets
from ..options import Options, takes


@click.group("report", cls=CommandGroup, help="Merge the reports of several machines, or show one.")
def command() -> None: ...


@command.command("merge", help="One report out of several; exits with the worst of all.")
@file_options
@takes("json")
@click.argument("names", nargs=-1, metavar="FILE...")
@click.pass_context
def merge(ctx: click.Context, /, names: tuple[str, ...], **given: Any) -> int:
    options = ctx.obj.merged(given)
    if not names:
        raise UsageError("no report to merge", hint="report merge A.json B.json ... --report ALL.json")
    wanted = targets(options)
    merged = merging.merge({name: files.read(options.directory / name) for name in names})
    for remark in merged.remarks:
        options.console.info(f"note: {printable.line(remark)}")
    files.write(merged.report, wanted)
    return _show(options, merged.report)


@command.command("show", help="A report as a table; exits as the run that it tells of.")
@file_options
@takes("json")
@click.argument("name", metavar="FILE")
@click.pass_context
def show(ctx: click.Context, /, name: str, **given: Any) -> int:
    options = ctx.obj.merged(given)
    wanted = targets(options)
    found = files.read(options.directory / name)
    files.write(found, wanted)
    return _show(options, found)


def _show(options: Options, report: Report) -> int:
    if options.json:
        options.console.json(document.data_of(report))
    else:
        options.console.table(table.HEAD, table.rows(report))
        for line in table.troubles(report):
            options.console.info(line)
    options.console.info(table.last_line(report))
    return report.exit_code
