"""``orchestrate upgrade``: what is lacking as a diff, and 3 while something is left."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from said import Said

from wrapper import __version__
from wrapper.project import copied_parts

Run = Callable[..., Said]
OLD, MINE = "# as an older tool had it\n", "# edited here\n"
PATH = "modules/ecs-cluster/versions.tf"
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def shop(run_cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A project whose copy of one file is that of an older tool."""
    monkeypatch.chdir(tmp_path)
    assert run_cli("new", "shop").code == 0
    record = tmp_path / "shop" / copied_parts.RECORD
    data = json.loads(record.read_text())
    data["files"][PATH] = copied_parts.digest(OLD.encode())
    record.write_text(json.dumps(data | {"tool": "0.1.1"}))
    (tmp_path / "shop" / PATH).write_text(OLD)
    monkeypatch.chdir(tmp_path / "shop/config")
    return tmp_path / "shop"


def test_check_shows_and_writes_nothing(run_cli: Run, shop: Path) -> None:
    before = {f: f.read_bytes() for f in shop.rglob("*") if f.is_file() and ".orchestrate" not in f.parts}
    said = run_cli("upgrade", "--check")
    assert said.code == 3
    assert said.out.startswith(f"--- a/{PATH}\n+++ b/{PATH}\n") and f"-{OLD}" in said.out
    assert said.err == f"{PATH} has changed in the tool\n"
    assert {f: f.read_bytes() for f in shop.rglob("*") if f.is_file() and ".orchestrate" not in f.parts} == before


def test_the_difference_is_a_patch(run_cli: Run, shop: Path) -> None:
    difference = run_cli("upgrade", "--check").out
    subprocess.run(["git", "apply", "-p1"], cwd=shop, input=difference, text=True, check=True)
    assert run_cli("upgrade", "--check").code == 0


def test_what_was_not_edited_is_written(run_cli: Run, shop: Path) -> None:
    said = run_cli("upgrade")
    assert (said.code, said.err) == (0, f"{PATH} has changed in the tool: written\n")
    assert (shop / PATH).read_bytes() == (ROOT / PATH).read_bytes()
    again = run_cli("upgrade", "--check")
    assert (again.code, again.out) == (0, "")
    assert f"copied files are as orchestrate {__version__} has them" in again.err


def test_what_was_edited_is_left_until_it_is_merged(run_cli: Run, shop: Path) -> None:
    (shop / PATH).write_text(MINE)
    said = run_cli("upgrade")
    assert (said.code, (shop / PATH).read_text()) == (3, MINE)
    assert f"merge it, then ./orchestrate upgrade --merged {PATH}\n" in said.err
    assert run_cli("upgrade", "--check").code == 3
    assert run_cli("upgrade", "--merged", PATH).code == 0
    assert run_cli("upgrade", "--check").code == 0
    assert (shop / PATH).read_text() == MINE


def test_options_act(run_cli: Run, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.parent)
    assert run_cli("upgrade", "--root", "shop", "--check").code == 3
    assert run_cli("upgrade", "--root", "nowhere", "--check").code == 66
    assert run_cli("upgrade", "--root", "shop", "--merged", PATH, "--check").code == 0
    assert run_cli("upgrade", "--root", "shop").code == 0


def test_a_project_that_copied_nothing(run_cli: Run) -> None:
    said = run_cli("upgrade")
    assert (said.code, "no record of what it copied" in said.err) == (66, True)


def test_a_path_that_is_no_part(run_cli: Run, shop: Path) -> None:
    assert run_cli("upgrade", "--merged", "src/shop/cluster.tf").code == 64
