"""`reap --expired`: the tenants that end by themselves, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...deploy.deployer import Deployer
from ...model.report import ENDS_SOON, LayerResult, worst
from ...model.stack import Stack
from ...project.stack_filter import StackFilter
from ...reaper import expired
from ...reaper.expired import EndingTenant
from ...reaper.rules import age
from ...state.record import moment
from ..session import CliSession
from . import reaping
from .reaping import Reaping

_HEAD = ("tenant", "ends", "by", "what")


@dataclass(frozen=True)
class Patience:
    """Seconds: ``wait`` for a run that works on a tenant; ``warn``: a message comes so long before an end."""

    wait: float
    warn: float


def reap(session: CliSession, wanted: StackFilter, patience: Patience, *, yes: bool) -> int:
    with session.signals().installed() as signals:
        found = list(expired.find(wanted.stacks(session.project), lambda stack: reaping.connect(session, stack)))
        if yes:
            return _reap(session, wanted, patience, found, session.deployers(signals))
    return _show(session, found)


def _show(session: CliSession, found: Sequence[EndingTenant]) -> int:
    if session.options.json:
        session.console.json([one.as_data() for one in found])
    elif found:
        session.console.table(_HEAD, [_row(one) for one in found])
    going = [one.label for one in found if not (one.error or one.spared)]
    for one in found:
        if one.error:
            session.console.error(one.error)
    if going:
        session.console.info(f"nothing was changed. To destroy {', '.join(going)}: add --yes")
    elif not found:
        session.console.info("no tenant ends by itself (apply --ttl 3d makes one that does)")
    return worst(one.error.exit_code for one in found if one.error)


def _row(one: EndingTenant) -> tuple[str, ...]:
    if one.error or not one.end:
        return one.label, "-", "-", f"not known: {one.error.message if one.error else ''}"
    what = f"stays: {one.spared}" if one.spared else "destroy" + " (locked now)" * one.locked
    return one.label, moment(one.end.at), one.end.by, what


def _reap(
    session: CliSession,
    wanted: StackFilter,
    patience: Patience,
    found: Sequence[EndingTenant],
    deployer_of: Callable[[Stack], Deployer],
) -> int:
    begun = Reaping.begin(session)
    near = [one for one in found if session.options.files.notify and one.is_near(patience.warn)]
    results = [_soon(one) for one in near]
    todo = [one for one in found if one.error or not one.spared]
    results += expired.reap_all(
        todo, lambda stack: reaping.opened(session, deployer_of(stack), begun.logs, patience.wait)
    )
    command = reaping.command(wanted, ["--expired", "--yes"])
    code = begun.told(results, command, "" if results else "no tenant is past its end")
    for one in near:
        expired.told(reaping.connect(session, one.stack)[1], one)
    return code


def _soon(one: EndingTenant) -> LayerResult:
    plain = LayerResult(one.stack.region, one.stack.name, one.name, "excluded")
    at = one.end.at if one.end else 0.0
    return replace(plain, reason=f"{ENDS_SOON}{moment(at)}, in {age(at - one.now)}")
