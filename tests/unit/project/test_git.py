"""The project's revisions, in a repository of its own."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from wrapper.model.errors import NotFoundError, UnavailableError, UsageError
from wrapper.project import git


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project below the top of a repository, committed twice."""
    root = tmp_path / "repo/project"
    (root / "config").mkdir(parents=True)
    run(root, "init", "-q", "..")
    for text in ("one", "two"):
        (root / "config/a").write_text(text)
        run(root, "add", "-A")
        run(root, "-c", "user.name=me", "-c", "user.email=me@example.com", "commit", "-qm", text)
    return root


def run(root: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True, text=True).stdout.strip()


def test_the_commit_says_whether_what_is_read_is_as_committed(root: Path, tmp_path: Path) -> None:
    head = run(root, "rev-parse", "HEAD")
    (root / "README").write_text("is not read")
    assert git.commit(root) == head
    (root / "config/b").write_text("new")
    assert git.commit(root) == f"{head}-dirty"
    assert git.commit(tmp_path) == ""


@pytest.mark.parametrize(
    ("place", "environment", "asked"), [("", {}, False), ("", {"GIT_DIR": "x"}, True), (".git", {}, True)]
)
def test_git_starts_only_where_a_repository_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, environment: dict[str, str], asked: bool
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").write_text(f"#!/bin/sh\n: > {tmp_path}/asked\nexit 1\n")
    (tmp_path / "bin/git").chmod(0o755)
    (tmp_path / "repo/project").mkdir(parents=True)
    (tmp_path / "repo" / place).mkdir(exist_ok=True)
    for name, value in {**environment, "PATH": str(tmp_path / "bin")}.items():
        monkeypatch.setenv(name, value)
    assert git.commit(tmp_path / "repo/project") == ""
    assert (tmp_path / "asked").exists() is asked


def test_an_earlier_revision_is_laid_out_for_a_while(root: Path) -> None:
    with git.laid_out(root, "HEAD~1") as folder:
        assert (folder / "config/a").read_text() == "one"
        assert (folder / "src").is_dir(), "also where there was none yet"
    assert not folder.exists()
    assert (root / "config/a").read_text() == "two"


@pytest.mark.parametrize("revision", ["nothing", "--output=x", "HEAD~9"])
def test_no_revision(root: Path, revision: str) -> None:
    with pytest.raises(UsageError, match=r"no( such)? revision"), git.laid_out(root, revision):
        pass


def test_a_revision_without_the_project(root: Path) -> None:
    run(root.parent, "mv", "project", "moved")
    with pytest.raises(UsageError, match="this project was not there yet"), git.laid_out(root.parent / "moved", "HEAD"):
        pass


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="in no git repository"), git.laid_out(tmp_path, "HEAD"):
        pass


def test_a_repository_of_another_user_is_called_so(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And once it is trusted, as the message says, its commit is known."""
    head = run(root, "rev-parse", "HEAD")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    said: list[str] = []
    assert git.commit(root, said.append) == ""
    with pytest.raises(UnavailableError, match="another user owns it") as error, git.laid_out(root, "HEAD"):
        pass
    assert len(said) == 1
    assert said[0].startswith("no commit is recorded: git refuses this repository: another user owns it")
    command = shlex.split(error.value.hint.removeprefix("to trust it: "))
    assert said[0].endswith(error.value.hint)
    subprocess.run(command, check=True, env=dict(os.environ))
    assert git.commit(root, said.append) == head
    assert len(said) == 1
