"""What the two kinds of `reap` have in common: the fleet of a stack that goes, and the report."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ... import __version__
from ...aws.identity import Identity
from ...deploy.deployer import Deployer
from ...fleet import fleet
from ...fleet.fleet import Fleet, FleetPolicy
from ...fleet.logs import Logs
from ...model.report import LayerResult, Report, in_order
from ...model.stack import Stack
from ...project.stack_filter import StackFilter
from ...reaper.reaper import Reaper
from ...reports.files import ReportFiles
from ...state.store import Store, open_store
from ...terraform import commands
from .. import run_fleet
from ..command_line import as_typed
from ..fleet_options import deliver, targets
from ..progress import open_progress
from ..session import CliSession


def connect(session: CliSession, stack: Stack) -> tuple[Identity, Store]:
    identity = session.identity(stack)
    return identity, open_store(stack, identity)


@contextlib.contextmanager
def opened(session: CliSession, deployer: Deployer, logs: Logs, wait: float) -> Iterator[Reaper]:
    """For one stack. ``wait``: seconds for a run that works on a layer."""
    deployer.context = replace(deployer.context, color=False, interactive=False)
    mine = Logs(logs.folder, deployer.stack.label.replace("/", "."))
    progress = open_progress(session.console, mine, terminal=session.terminal, speaks=False)
    with progress.looking_on():
        yield Reaper(Fleet(deployer, progress, FleetPolicy(jobs=session.options.fleet.jobs)), wait)


@dataclass(frozen=True)
class Reaping:
    """One command that destroys: where its report goes, which is tried before anything runs, and its logs."""

    session: CliSession
    files: ReportFiles
    begun: float
    logs: Logs

    @classmethod
    def begin(cls, session: CliSession) -> Reaping:
        files, begun = targets(session), time.time()
        return cls(session, files, begun, Logs(session.home / "logs", run_fleet.run_id(begun)))

    def told(self, results: Sequence[LayerResult], command: str, none: str) -> int:
        """Keep the report, show it, send it to each place; the exit code. ``none``: what is said where there was nothing to do."""
        report = _report(self.session, results, self.begun, self.logs, command)
        run_fleet.keep(report, self.logs)
        if none:
            self.session.console.info(none)
        run_fleet.tell(self.session, report, self.logs, speaks=False)
        deliver(self.session, report, self.files)
        return report.exit_code


def command(wanted: StackFilter, before: Sequence[str], after: Sequence[str] = ()) -> str:
    """What a report names as its command: the words ``before`` its stacks and ``after`` them."""
    region = [f"--region={wanted.region}"] if wanted.region else []
    globs = [f"--stack={glob}" for glob in wanted.globs]
    return commands.redact(["./orchestrate", "reap", *before, *region, *globs, *after])


def _report(session: CliSession, results: Sequence[LayerResult], begun: float, logs: Logs, command: str) -> Report:
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
