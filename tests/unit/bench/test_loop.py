"""The shell loop that a fleet is compared with (bench/loop.py), with commands that only note where they ran."""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
NOTE = 'echo "$(basename "$PWD") ${GOGC:-unset}" >> ../noted'


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return importlib.import_module("loop")


@pytest.fixture
def place(tmp_path: Path) -> Any:
    source = tmp_path / "project/src/bench-fleet/tenant"
    source.mkdir(parents=True)
    for name in ("main.tf", ".terraform.lock.hcl"):
        source.joinpath(name).write_text("")
    environment = {"PATH": os.environ["PATH"], "GOGC": "400"}
    return SimpleNamespace(root=tmp_path / "project", terraform_environment=environment)


def test_one_tenant_after_the_other_without_what_the_tool_adds(loop: ModuleType, place: Any, tmp_path: Path) -> None:
    loop.Loop(place, tmp_path / "loop", ["a", "b"]).each(NOTE, NOTE)
    assert (tmp_path / "loop/noted").read_text() == "a unset\na unset\nb unset\nb unset\n"


def test_it_ends_at_the_first_that_fails(loop: ModuleType, place: Any, tmp_path: Path) -> None:
    made = loop.Loop(place, tmp_path / "loop", ["a", "b"])
    with pytest.raises(importlib.import_module("place").Failed, match="ended with 1"):
        made.each(NOTE, "false", NOTE)
    assert (tmp_path / "loop/noted").read_text() == "a unset\n"


def test_each_has_a_state_and_values_of_its_own(loop: ModuleType, place: Any, tmp_path: Path) -> None:
    made = loop.Loop(place, tmp_path / "loop", ["a", "b"])
    made.change("2")
    backends = {(tmp_path / "loop" / name / "backend.tf").read_text() for name in ("a", "b")}
    assert len(backends) == 2
    values = json.loads((tmp_path / "loop/b/tenant.auto.tfvars.json").read_text())
    assert (values["tenant"], values["build"]) == ("b", "2")
