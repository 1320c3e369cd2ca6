"""Promotion: what may be taken over from another stack, and whether it is the same in the end. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..model.errors import BusyError, RefusedError
from ..model.nouns import Variable
from ..state.record import DeploymentRecord
from ..terraform.build_variables import holds_build


def check_source(record: DeploymentRecord, tag: str, lock: str, label: str, command: str) -> None:
    """Whether what a layer's record says is what runs there; else RefusedError (BusyError while another run changes it).
    ``tag``: its state object's, "" where there is none; ``lock``: who holds it; ``command`` would apply it."""
    if lock:
        raise BusyError(f"{label} is being changed by {lock}", hint="wait for its end, then promote")
    if record.trying:
        tried = ", ".join(f"{n} {b}" for n, b in sorted((record.trying.get("builds") or {}).items()))
        said = f"{record.trying.get('at', '')}, by {record.trying.get('by', '')}: {tried}"
        raise RefusedError(
            f"{label}: a try is not recorded yet ({said})", hint=f"wait for its end, or apply it again: {command}"
        )
    if not tag or not record.at:
        raise RefusedError(f"{label} was never applied", hint=f"deploy it there first: {command}")
    if record.failed:
        said = f"{record.failed.get('at', '')}, by {record.failed.get('by', '')}: {record.failed.get('error', '')}"
        raise RefusedError(f"{label}: its last try failed ({said})", hint=f"apply it there first: {command}")
    if tag != record.tag:
        raise RefusedError(
            f"{label} was changed after its last apply ({record.at}): what runs there is not known",
            hint=f"apply it there again: {command}",
        )
    if not record.builds:
        raise RefusedError(f"{label} runs no build", hint="its variables name none (service1-build, service1_build)")


def check_fits(
    builds: Mapping[str, str], declared: Mapping[str, Variable], others: Collection[str], label: str
) -> None:
    """RefusedError where a layer declares a build it must be given and ``builds`` has none, or takes none of them.
    ``others``: variables that the stack's other layer declares."""
    lacking = [v for n, v in declared.items() if holds_build(v) and v.required and n not in builds]
    if lacking:
        raise _not_the_same(label, f"needs {', '.join(v.name for v in lacking)}, and none runs there", lacking[0].where)
    strange = sorted(n for n in builds if n not in declared and n not in others)
    if strange:
        raise _not_the_same(label, f"declares no variable {', '.join(strange)}", "")


def check_same(
    wanted: Mapping[str, str],
    found: Mapping[str, str],
    origins: Mapping[str, str],
    label: str,
    unused: Collection[str] = (),
) -> None:
    """RefusedError when a layer would not run exactly ``wanted``. ``origins``: where each value came from; ``unused``: what no
    service of it runs."""
    lacking = sorted(n for n in unused if n in wanted)
    if lacking:
        words = f"{label} has no service that runs {lacking[0]} {wanted[lacking[0]]}, which runs there"
        raise RefusedError(
            f"{words}: it would not run the same builds",
            hint="give it that service, or take the service out there first",
        )
    different = sorted(n for n in found if wanted.get(n) != found[n])
    if different:
        name = different[0]
        there = f"{wanted[name]} runs" if name in wanted else "none runs"
        raise _not_the_same(label, f"would run {name} {found[name]}, and {there} there", origins.get(name, ""))


def _not_the_same(label: str, words: str, where: str) -> RefusedError:
    return RefusedError(
        f"{label} {words}: it would not run the same builds",
        where=where,
        hint="promote deploys exactly the builds that run in the other stack",
    )
