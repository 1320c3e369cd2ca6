"""``orchestrate new``: silent with options, asked at a terminal, and what it prints works as printed."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from said import Said

from wrapper import __version__
from wrapper.project import copied_parts

Run = Callable[..., Said]
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def here(run_cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    return run_cli


def builds(folder: Path) -> set[str]:
    (file,) = folder.glob("config/*/*/variables.tfvars")
    (said,) = re.findall(r"^builds = \{\n(.*?)^\}", file.read_text(), re.MULTILINE | re.DOTALL)
    return {*re.findall(r"^  ([a-z-]+) ", said, re.MULTILINE)}


def test_options_act(here: Run, tmp_path: Path) -> None:
    assert here("new", "usual").code == 0
    assert here("new", "more", "--services", "web,api", "--region", "eu-west-1", "--with", "jenkins").code == 0
    assert (builds(tmp_path / "usual"), builds(tmp_path / "more")) == ({"web"}, {"web", "api"})
    assert (tmp_path / "usual/config/us-east-1/usual-test").is_dir()
    assert (tmp_path / "more/config/eu-west-1/more-test").is_dir()
    assert [(tmp_path / name / "jenkins").exists() for name in ("usual", "more")] == [False, True]


def test_the_region_may_come_from_the_environment(here: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_REGION", "ap-southeast-2")
    assert here("new", "shop").code == 0
    assert (tmp_path / "shop/config/ap-southeast-2/shop-test").is_dir()


def test_it_says_what_it_copied_and_from_which_tool(here: Run, tmp_path: Path) -> None:
    assert here("new", "shop").code == 0
    record = copied_parts.parse((tmp_path / "shop" / copied_parts.RECORD).read_text(), "")
    modules = {str(f.relative_to(tmp_path / "shop")) for f in (tmp_path / "shop/modules").rglob("*") if f.is_file()}
    assert (record.tool, {*record.files}) == (__version__, modules)


def test_the_command_that_it_prints_works_as_printed(here: Run, tmp_path: Path) -> None:
    said = here("new", "a shop/web")
    assert said.code == 0
    (line,) = said.out.splitlines()
    assert line == "./orchestrate --root 'a shop/web' --sandbox apply web-test -var tenant=acme"
    assert here(*shlex.split(line)[1:], "--dry-run").code == 0


def test_a_folder_that_holds_something_is_refused(here: Run, tmp_path: Path) -> None:
    assert here("new", "shop").code == 0
    before = {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()}
    said = here("new", "shop", "--services", "api")
    assert said.code == 64
    assert "error: the folder is not empty: .gitignore, README.md, config, ...\n" in said.err
    assert {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()} == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["Shop"], "'Shop' is not the name of a project"),
        (["shop", "--services", "web,Api"], "'Api' is not the name of a service"),
        (["shop", "--services", ","], "a project has one service or more"),
        (["shop", "--region", "eu west"], "'eu west' is not the name of a region"),
        (["shop", "--with", "gitea"], "'gitea' is not one of 'jenkins', 'github', 'gitlab'"),
    ],
)
def test_bad_words_leave_nothing(here: Run, tmp_path: Path, words: list[str], says: str) -> None:
    before = {*tmp_path.iterdir()}
    said = here("new", *words)
    assert (said.code, says in said.err) == (64, True), said.err
    assert {*tmp_path.iterdir()} == before


def test_at_a_terminal_it_asks(tmp_path: Path) -> None:
    """Each question has a usual answer; an option that is typed asks nothing."""
    choices = b"web,api\n\njenkins,github\n"
    for words, typed in ((["shop"], choices), (["quiet", "--services", "web"], b"")):
        ours, theirs = pty.openpty()
        try:
            os.write(ours, typed)
            argv = [sys.executable, str(ROOT / "wrapper/__main__.py"), "new", *words]
            done = subprocess.run(argv, cwd=tmp_path, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, timeout=300)
            said = os.read(ours, 10_000).decode()
        finally:
            os.close(ours)
            os.close(theirs)
        assert done.returncode == 0, said
        assert ("AWS region [us-east-1]: " in said) == (words == ["shop"])
    assert builds(tmp_path / "shop") == {"web", "api"} and (tmp_path / "shop/jenkins").is_dir()
    assert (tmp_path / "shop/.github/workflows/orchestrate-plan.yml").is_file()
    assert (tmp_path / "shop/config/us-east-1/shop-test").is_dir()
    assert not (tmp_path / "quiet/jenkins").exists()


def test_its_launcher_runs_the_installed_tool_on_it(here: Run, tmp_path: Path) -> None:
    """Called from anywhere it says which project it lies in; the tool takes that outside any other."""
    assert here("new", "shop").code == 0
    tool = tmp_path / "bin/orchestrate"
    tool.parent.mkdir()
    tool.write_text('#!/bin/sh\necho "$ORCHESTRATE_LAUNCHER $*"\n')
    tool.chmod(0o755)
    launcher = str(tmp_path / "shop/orchestrate")
    for extra in ({"PATH": f"{tool.parent}:/usr/bin:/bin"}, {"PATH": "/usr/bin:/bin", "ORCHESTRATE_TOOL": str(tool)}):
        done = subprocess.run([launcher, "a b"], cwd="/", env=extra, capture_output=True, text=True, timeout=300)
        assert (done.returncode, done.stdout) == (0, f"{tmp_path}/shop a b\n")
    done = subprocess.run([launcher], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=300)
    assert (done.returncode, "error: no orchestrate on PATH" in done.stderr) == (69, True)
