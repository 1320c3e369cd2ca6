"""``errored.tfstate``: the state that Terraform made and could not save, and whether it can still be pushed. Pure.

Terraform pushes a state only over one of its own lineage with no higher serial
(internal/states/statemgr/migrate.go, CheckValidImport).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model import strict_json


def named(data: bytes) -> dict[str, Any]:
    """{serial, lineage} of a state; {} where it is damaged."""
    state = _parsed(data)
    return {name: state[name] for name in ("serial", "lineage") if name in state}


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        state = strict_json.parse(data)
    except ValueError:
        return {}
    whole = isinstance(state, dict) and isinstance(state.get("serial"), int) and bool(state.get("lineage"))
    return state if whole else {}


def damage(data: bytes) -> str:
    """What is wrong with the file itself, or ""."""
    if not data:
        return "is empty"
    return "" if named(data) else f"is damaged ({len(data)} bytes)"


def misfit(data: bytes, saved: Mapping[str, Any]) -> str:
    """Why it cannot follow the state that is ``saved`` ({} where there is none), or ""."""
    mine = _parsed(data)
    if not mine or not saved:
        return ""
    if mine["lineage"] != saved.get("lineage"):
        return f"is another state's (lineage {mine['lineage']}; that of the saved state is {saved.get('lineage')})"
    serial = saved.get("serial")
    if isinstance(serial, int) and (mine["serial"] < serial or (mine["serial"] == serial and mine != saved)):
        return f"was overtaken by another run (serial {mine['serial']}; that of the saved state is {serial})"
    return ""


def follows(saved: Mapping[str, Any], unsaved: Mapping[str, Any]) -> bool:
    """Whether the state that is ``saved`` is the one that could not be, or a later one."""
    mine, serial = saved.get("serial"), unsaved.get("serial")
    if not (isinstance(mine, int) and isinstance(serial, int)):
        return False
    return mine >= serial and saved.get("lineage") == unsaved.get("lineage")
