"""What the two kinds of `reap` have in common: the fleet of a stack that goes, and the report."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ... import __version__
from ...deploy.deployer import Deployer
from ...fleet import fleet
from ...fleet.fleet import Fleet, FleetPolicy
from ...fleet.logs import Logs
from ...reaper.reaper import Reaper
from ...reports.model import LayerResult, Report, in_order
from ..command_line import as_typed
from ..progress import open_progress
from ..session import CliSession


@contextlib.contextmanager
def opened(session: CliSession, deployer: Deployer, logs: Logs, wait: float) -> Iterator[Reaper]:
    """For one stack. ``wait``: seconds for a run that works on a layer."""
    deployer.context = replace(deployer.context, color=False, interactive=False)
    mine = Logs(logs.folder, deployer.stack.label.replace("/", "."))
    progress = open_progress(session.console, mine, terminal=session.terminal, speaks=False)
    with progress.looking_on():
        yield Reaper(Fleet(deployer, progress, FleetPolicy(jobs=session.options.fleet.jobs)), wait)


def report(session: CliSession, results: Sequence[LayerResult], begun: float, logs: Logs, command: str) -> Report:
    return Report(
        id=logs.folder.name,
        verb="reap",
        region="",
        stack="",
        started=begun,
        finished=time.time(),
        results=in_order(results),
        jobs=session.options.fleet.jobs or fleet.default_jobs(),
        tool=__version__,
        command=command,
        argv=as_typed(session),
        by=session.author,
    )
