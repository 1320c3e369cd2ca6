"""What a contributor types: each command is listed, git runs what CI runs, and the version is written once."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from parts import PARTS

import wrapper

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()


def prerequisites(target: str) -> set[str]:
    (line,) = re.findall(rf"^{target}:([^#\n]*)", MAKEFILE, re.MULTILINE)
    return {*line.split()}


def test_help_lists_each_command_with_what_it_does() -> None:
    listed = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    rows = dict(re.findall(r"^make (\S+) +(\S.*)$", listed, re.MULTILINE))
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert {*rows} == {*phony.split()} == {*re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)}
    assert len(rows) == len(listed.splitlines())


def test_git_runs_the_checks_that_ci_runs() -> None:
    entries = re.findall(r"^ +entry: (.+)$", (ROOT / ".pre-commit-config.yaml").read_text(), re.MULTILINE)
    assert {e.removeprefix("make ") for e in entries if e.startswith("make ")} == prerequisites("check")
    assert prerequisites("check") <= {part.name for part in PARTS}, "parts of make test"
    assert (ROOT / ".ci/run").read_text().splitlines()[-1] == "exec make test"


def test_checkov_gets_one_folder_at_a_time() -> None:
    """Of two it reads the first twice."""
    assert not re.search(r"^directory:", (ROOT / ".checkov.yaml").read_text(), re.MULTILINE)
    (folders, argument) = re.findall(
        r"^policies:.*\n\t@for folder in (.*); do .*\n.* --directory (\S+)", MAKEFILE, re.MULTILINE
    )[0]
    assert {*folders.split()} == {"modules", "src"} and argument == "$$folder"
    assert all((ROOT / folder).is_dir() for folder in folders.split())


@pytest.mark.parametrize("folder", ["wrapper", "jenkins", "demo"])
def test_the_version_is_written_once(folder: str) -> None:
    version = re.compile(rf"""^[\w. ]*version[\w. ]*[:=] ?["']?{re.escape(wrapper.__version__)}\b""", re.M | re.I)
    files = [f for f in [*(ROOT / folder).rglob("*"), ROOT / "pyproject.toml", ROOT / "Dockerfile"] if f.is_file()]
    texts = {f.relative_to(ROOT): f.read_text(errors="replace") for f in files if f.suffix != ".pyc"}
    found = [str(f) for f, text in texts.items() if version.search(text.replace("_", ""))]
    assert found == (["wrapper/__init__.py"] if folder == "wrapper" else [])


def test_the_package_takes_its_version_from_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in project["project"] and "version" in project["project"]["dynamic"]
    assert project["tool"]["hatch"]["version"] == {"path": "wrapper/__init__.py"}
