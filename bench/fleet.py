"""Many tenants: nothing changed, three changed, all changed; against a shell loop over bare Terraform and tfwrapper's foreach."""

from __future__ import annotations

import os
import resource
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cost
import loop
import tenants
import tfwrapper
from loop import Loop
from measure import Row, seconds, span
from place import CHECKOUT, REGION, Place, info, run
from tfwrapper import TfWrapper

MANY, FEW, CHANGED, SAMPLE = 1_000, 24, 3, 8
SECONDS, MEGABYTES = 5.0, 300.0
SHARE = 0.9  # of cores x what one tenant by hand takes
RUNS = 3
STACK, CHANGING = f"bench-{MANY}", f"bench-{FEW}"


@dataclass(frozen=True)
class Spent:
    """Seconds on the wall, and of processors (of what is no container)."""

    seconds: float
    cpu: float


def measure(place: Place, _pairs: int) -> list[Row]:
    names = tenants.lay_out(place, CHANGING, FEW)
    by_hand = Loop(place, place.folder / "loop", names[:SAMPLE])
    other = TfWrapper(place, place.folder / "tfwrapper-project", names[:SAMPLE])
    return [*_all_changed(place, by_hand, other), *_hardly_changed(place, by_hand, other)]


def argv(place: Place, *arguments: str, engine: str) -> list[str]:
    return [str(CHECKOUT / "orchestrate"), "--root", str(place.root), "--sandbox", "--engine", engine, *arguments]


def seed(place: Place, stack: str, model: str) -> None:
    """The other tenants of a stack as if they had been applied (seed_states.py), once MODEL really is."""
    environment = place.environment | {"PYTHONPATH": os.pathsep.join([str(CHECKOUT), str(Path(__file__).parent)])}
    script = str(Path(__file__).with_name("seed_states.py"))
    run([place.python, script, str(place.root), stack, model], place.folder, environment)


def deploy(place: Place, stack: str, names: Sequence[str], engine: str) -> None:
    place.verb("apply", stack, REGION, "--tenants", ",".join(names), engine=engine)


def _rc(place: Place, engine: str) -> dict[str, str]:
    return place.mirror_configuration if engine == "host" else {}


# -- all changed --------------------------------------------------------------------------------


def _all_changed(place: Place, by_hand: Loop, other: TfWrapper) -> list[Row]:
    """Each works on the same tenants; before each of ours one tenant by hand, alone, is measured once more."""
    one = Loop(place, place.folder / "alone", tenants.names(1))
    one.change("0")
    one.each(loop.INIT, loop.PLAN_AND_APPLY)
    alone: list[Spent] = []
    ours: dict[str, dict[str, Spent]] = {}
    place.verb("apply", CHANGING, REGION, engine="docker")  # the shared layer, which none of the others has
    for engine in ("host", "docker"):
        info(f"{FEW} tenants, {engine} engine")
        ours[engine] = _ours(place, engine, lambda: alone.append(_alone(one, str(len(alone)))))
    info(f"{SAMPLE} tenants, a shell loop and tfwrapper")
    by_hand.change("1")
    inits = _scaled(partial(by_hand.each, loop.INIT))
    both = _scaled(partial(by_hand.each, loop.PLAN_AND_APPLY))
    by_hand.change("2")
    auto = _scaled(partial(by_hand.each, loop.APPLY))
    other.change("1")
    theirs_init = _scaled(partial(other.each, tfwrapper.INIT))
    theirs = _scaled(partial(other.each, tfwrapper.APPLY))
    alone.append(_alone(one, "last"))
    times = [one.seconds for one in alone]
    middle, cpu = statistics.median(times), statistics.median(one.cpu for one in alone)
    best = FEW * middle / (os.cpu_count() or 1)
    spread = f"one alone {span(times)} s, median {middle:.2f}"
    scaled = f"{SAMPLE}, one after the other; scaled"
    rows = []
    for engine, spent in ours.items():
        first, prepared = spent["first"].seconds, spent["prepared"].seconds
        what = f"{FEW} tenants, all changed, {engine} engine"
        rows += [
            _against(f"{what}: cores x one by hand, alone", prepared, best, spread, 1 / SHARE),
            _against(f"{what}: loop, plan and apply", prepared, both, scaled),
            _against(f"{what}: the same, nothing initialised", first, inits + both, scaled),
            _against(f"{what}: loop, apply -auto-approve", prepared, auto, scaled),
            _against(f"{what}: tfwrapper foreach", prepared, theirs, scaled),
            _against(f"{what}: the same, nothing initialised", first, theirs_init + theirs, scaled),
        ]
    each = ours["host"]["prepared"].cpu / FEW
    return [*rows, _against(f"{FEW} tenants, all changed, host engine: processors, a tenant", each, cpu, "alone")]


def _ours(place: Place, engine: str, before: Callable[[], None]) -> dict[str, Spent]:
    """The first run initialises every tenant's work directory; the two after it are averaged."""
    spent = []
    for build in ("first", "second", "third"):
        before()
        tenants.change(place, CHANGING, tenants.names(FEW), f"{engine} {build}")
        command = argv(place, "apply", CHANGING, REGION, "--all-tenants", engine=engine)
        took = cost.of(command, place.folder, place.environment | _rc(place, engine))
        spent.append(Spent(took.seconds, took.cpu))
    first, *rest = spent
    middle = Spent(statistics.mean(s.seconds for s in rest), statistics.mean(s.cpu for s in rest))
    return {"first": first, "prepared": middle}


def _alone(one: Loop, build: str) -> Spent:
    """One tenant by hand."""
    one.change(f"alone {build}")
    before = _children()
    took = seconds(lambda: one.each(loop.PLAN_AND_APPLY))
    return Spent(took, _children() - before)


def _children() -> float:
    """Seconds of processors that the children of this process took, those that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _scaled(work: Callable[[], object]) -> float:
    """Of SAMPLE tenants one after the other; as many more take as much more."""
    return seconds(work) * FEW / SAMPLE


# -- hardly anything changed ----------------------------------------------------------------------


def _hardly_changed(place: Place, by_hand: Loop, other: TfWrapper) -> list[Row]:
    names = tenants.lay_out(place, STACK, MANY)
    info(f"{MANY:,} tenants, nothing changed")
    deploy(place, STACK, names[:CHANGED], "docker")
    seed(place, STACK, names[0])
    command = argv(place, "apply", STACK, REGION, "--all-tenants", engine="docker")
    first, *costs = [cost.of(command, place.folder, place.environment) for _ in range(1 + RUNS)]
    took, most = [c.seconds for c in costs], [c.together for c in costs]
    sample = f"a loop: init and plan of {SAMPLE} by hand, scaled"
    by_hand.forget_init()
    plans = seconds(lambda: by_hand.each(loop.INIT, loop.PLAN)) * MANY / SAMPLE
    theirs = seconds(lambda: other.each(f"{tfwrapper.INIT} && {tfwrapper.PLAN}")) * MANY / SAMPLE
    what = f"{MANY:,} tenants, nothing changed"
    middle = statistics.median(took)
    return [
        Row(what, middle, "s", SECONDS, spread=f"{span(took)} s; {RUNS} runs"),
        Row(f"{what}: memory of all processes", max(most), "MB", MEGABYTES, spread=f"{span(most)} MB"),
        Row(f"{what}: the first look, nothing remembered", first.seconds, "s"),
        _against(f"{what}: loop", middle, plans, sample),
        _against(f"{what}: tfwrapper foreach", middle, theirs, sample.replace("a loop", "tfwrapper")),
        *_three(place, names[:CHANGED], command),
    ]


def _three(place: Place, names: Sequence[str], command: Sequence[str]) -> list[Row]:
    """Three of many, and the same three one after the other, each by a command of its own."""
    info(f"{len(names)} of {MANY:,} changed")
    singles = []
    for name in names:
        tenants.change(place, STACK, [name], "single")
        alone = argv(place, "apply", STACK, REGION, "-var", f"tenant={name}", engine="docker")
        singles.append(seconds(partial(run, alone, place.folder, place.environment)))
    tenants.change(place, STACK, names, "together")
    took = cost.of(command, place.folder, place.environment)
    limit = sum(singles) + SECONDS
    spread = f"singly {span(singles)} s, {sum(singles):.2f} in all; {took.largest:.0f} MB"
    return [Row(f"{len(names)} of {MANY:,} tenants changed", took.seconds, "s", round(limit, 1), spread=spread)]


def _against(what: str, ours: float, bare: float, spread: str, limit: float | None = None) -> Row:
    return Row(what, ours, "s", None if limit is None else round(limit, 2), bare, ours / bare, spread)
