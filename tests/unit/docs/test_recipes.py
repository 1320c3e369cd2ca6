"""The recipes of CONTRIBUTING.md: the files that they name exist, none needs more than five, and what three of them show
as a diff is made in a copy and run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest
from project_on_disk import APP, Disk

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "CONTRIBUTING.md").read_text().partition("\n## Recipes\n")[2]
RECIPES = dict(re.findall(r"^\*\*(.+?)\.\*\* (.*?)(?=^\*\*|\Z)", TEXT, re.MULTILINE | re.DOTALL))
CHANGES = (
    "A Terraform verb",
    "A command of the tool",
    "An engine",
    "An option of apply",
    "A field of a report",
    "A source of values",
    "The state key",
    "A notification",
    "An AWS quota",
    "A service of the sandbox",
)
VERB, FIELD, SOURCE = "A Terraform verb", "A field of a report", "A source of values"
ELSEWHERE = ("Command", "Form", "Engine", "Session", "Deployer", "Options")


FILE = r"`((?:wrapper|docs|tests)/[^`\s*]+\.\w+)`"
DIFF = r"^```diff\n(.*?)^```$"


def files(recipe: str) -> list[str]:
    """The files that a recipe says to change: paths in code style, each once."""
    prose = re.sub(DIFF, "", RECIPES[recipe], flags=re.MULTILINE | re.DOTALL)
    return list(dict.fromkeys(re.findall(FILE, prose)))


def changes(recipe: str) -> Iterator[tuple[str, str, str]]:
    """What a recipe shows: a file (the last that is named before), lines as they stand there, and as they become."""
    file = ""
    for named, diff in re.findall(f"{FILE}|{DIFF}", RECIPES[recipe], re.MULTILINE | re.DOTALL):
        file = named or file
        if diff:
            before, after = ("".join(f"{x[1:]}\n" for x in diff.splitlines() if x[0] in kept) for kept in (" -", " +"))
            yield file, before, after


def make(recipe: str, root: Path) -> set[str]:
    """Makes the changes in a copy of what they need, and says in which files."""
    shutil.copytree(ROOT / "wrapper", root / "wrapper")  # with what Python compiled: the rest is unchanged
    for name in ("Dockerfile", "requirements.txt"):
        shutil.copy(ROOT / name, root)
    for name in {file for file, _, _ in changes(recipe)}:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    for name, before, after in changes(recipe):
        text = (root / name).read_text()
        assert f"\n{text}".count(f"\n{before}") == 1, f"{name} has these lines once:\n{before}"
        (root / name).write_text(f"\n{text}".replace(f"\n{before}", f"\n{after}")[1:])
    return {name for name, _, _ in changes(recipe)}


@pytest.fixture
def orchestrate(tmp_path: Path, example: Disk) -> Callable[..., str]:
    """The copy's command line, in the example's folder, with a Terraform that does nothing."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/terraform").write_text("#!/bin/sh\n")
    (tmp_path / "bin/terraform").chmod(0o755)
    start = "import sys; sys.path.insert(0, sys.argv.pop(1)); from wrapper.cli.main import main; main()"
    env = {**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}

    def run(*words: str) -> str:
        argv = [sys.executable, "-I", "-c", start, str(tmp_path / "copy"), *words]
        done = subprocess.run(argv, cwd=example.root, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_each_change_has_a_recipe() -> None:
    assert {*CHANGES} <= {*RECIPES}


@pytest.mark.parametrize("recipe", CHANGES)
def test_a_recipe_names_at_most_five_files(recipe: str) -> None:
    assert 2 <= len(files(recipe)) <= 5


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_files_of_a_recipe_exist(recipe: str) -> None:
    """Of a new one, the folder that it is created in."""
    named = files(recipe)
    assert [f for f in named if "<" not in f and not (ROOT / f).is_file()] == []
    assert [f for f in named if "<" in f and not (ROOT / f).parent.is_dir()] == []
    names = re.findall(r"`(_?[A-Z][A-Za-z_]+|_[a-z]+)`", RECIPES[recipe])
    text = "".join((ROOT / f).read_text() for f in named if "<" not in f)
    assert [n for n in names if named and n not in text and n not in ELSEWHERE] == [], "names that no file has"


def test_the_recipe_of_a_verb(tmp_path: Path, orchestrate: Callable[..., str]) -> None:
    assert make(VERB, tmp_path / "copy") <= {*files(VERB)}
    said = orchestrate("--dry-run", "--engine", "host", "query", "app-test", "-var", "tenant=acme", "-json")
    assert said.splitlines()[-1] == "terraform query -no-color -json"


def test_the_recipe_of_a_field_of_a_report(tmp_path: Path, orchestrate: Callable[..., str]) -> None:
    assert make(FIELD, tmp_path / "copy") == {*files(FIELD)}
    orchestrate("--engine", "host", "version", "app-test", "--tenant", "acme", "--report", "r.json")
    written = json.loads((tmp_path / "project/r.json").read_text())
    assert written["results"][0]["root"] == "src/app/tenant"
    schema = jsonschema.Draft202012Validator(json.loads((tmp_path / "copy/docs/schemas/report-2.json").read_text()))
    schema.validate(written)
    orchestrate("report", "merge", "r.json", "--report", "again.json")
    assert json.loads((tmp_path / "project/again.json").read_text())["results"] == written["results"], "read back"
    written["results"][0]["root"] = 5
    assert [error.path[-1] for error in schema.iter_errors(written)] == ["root"]


def test_the_recipe_of_a_source_of_values(tmp_path: Path, example: Disk, orchestrate: Callable[..., str]) -> None:
    assert make(SOURCE, tmp_path / "copy") == {*files(SOURCE)}
    example.write(f"{APP}/override.tfvars", "memory = 512\n")
    shown = json.loads(orchestrate("vars", "app-test", "--tenant", "acme", "--json"))
    assert shown["memory"] == {"value": 512, "origin": f"{APP}/override.tfvars:1"}
