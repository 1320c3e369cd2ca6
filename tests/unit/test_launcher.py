"""The executable: whatever lies in the folder that it is started in, only our code and the locked packages run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cloud import Cloud
from project_on_disk import Disk

from wrapper.model.stack import Layer

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = 'raise SystemExit("foreign code ran")\n'
NAMES = (
    "click",
    "secrets",
    "docker",
    "sitecustomize",
    "usercustomize",
    "encodings",
    "wrapper",
    "ensurepip",
    "venv",
    "pip",
)
RECORDS = '#!/bin/sh\necho "$*" >>"$RECORD"\nfor last; do :; done\n'
MAKES = 'if [ "$3" = venv ]; then mkdir -p "$last/bin"; cp "$0" "$last/bin/python"; fi\n'


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    """A checkout of its own, with the environment of these tests."""
    folder = tmp_path / "tool"
    folder.mkdir()
    shutil.copy(ROOT / "orchestrate", folder)
    shutil.copy(ROOT / "requirements.txt", folder)
    (folder / "wrapper").symlink_to(ROOT / "wrapper")
    return folder


def start(tool: Path, *arguments: str, cwd: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment = {**mine, "ORCHESTRATE_HOME": str(tool / ".orchestrate"), **extra}
    return subprocess.run(
        [str(tool / "orchestrate"), *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=60
    )


def borrow_environment(tool: Path) -> None:
    (tool / ".orchestrate").mkdir()
    (tool / f".orchestrate/venv-{lock_of(tool)}").symlink_to(sys.prefix)


def lock_of(tool: Path) -> str:
    lock = subprocess.run(["cksum"], input=(tool / "requirements.txt").read_bytes(), capture_output=True, check=True)
    return lock.stdout.split()[0].decode()


def lay_foreign_code(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name in NAMES:
        if not (folder / name).exists():
            (folder / f"{name}.py").write_text(FOREIGN)


@pytest.mark.parametrize("place", ["working directory", "checkout", "PYTHONPATH"])
def test_no_foreign_module_is_imported(tool: Path, example: Disk, tmp_path: Path, place: str) -> None:
    borrow_environment(tool)
    foreign = tool if place == "checkout" else tmp_path / "foreign"
    lay_foreign_code(foreign)
    extra = {"PYTHONPATH": str(foreign), "PYTHONSTARTUP": str(foreign / "click.py"), "PYTHONWARNINGS": "error"}
    done = start(tool, "--root", str(example.root), "stacks", cwd=foreign, **(extra if place == "PYTHONPATH" else {}))
    assert (done.returncode, done.stderr) == (0, "")
    assert "app-test" in done.stdout


def test_what_a_command_starts_gets_the_environment_as_it_was(tool: Path, example: Disk, tmp_path: Path) -> None:
    """Of ours nothing is added that a Python of git's, of Docker's or of Terraform's would take for its own."""
    borrow_environment(tool)
    cloud = Cloud(example)
    cloud.write(Layer(cloud.deployer().stack))
    record = tmp_path / "record"
    (tmp_path / "bin").mkdir()
    git = tmp_path / "bin/git"
    git.write_text('#!/bin/sh\nenv >>"$RECORD"\nexit 1\n')
    git.chmod(0o755)
    path = f"{git.parent}:{os.environ['PATH']}"
    done = start(tool, "affected", "app-test", "--since", "v1", cwd=example.root, PATH=path, RECORD=str(record))
    assert (done.returncode, "in no git repository" in done.stderr) == (66, True), done.stderr
    assert "\nPYTHON" not in record.read_text()


def test_first_use_is_isolated_too(tool: Path, tmp_path: Path) -> None:
    """Each step of it: the question for the version, the environment, the packages, and then the command."""
    record, python = tmp_path / "record", tmp_path / "python"
    python.write_text(RECORDS + MAKES)
    python.chmod(0o755)
    done = start(tool, "stacks", cwd=tmp_path, ORCHESTRATE_PYTHON=str(python), RECORD=str(record))
    assert done.returncode == 0, done.stderr
    steps = record.read_text().splitlines()
    assert [step.split()[:3] for step in steps[1:3]] == [["-I", "-m", "venv"], ["-I", "-m", "pip"]]
    assert steps[3] == f"-I -S {tool}/wrapper/__main__.py stacks"
    assert [step.split()[0] for step in steps] == ["-I"] * 4


def test_what_first_use_makes_is_written_by_its_owner_alone(tool: Path, tmp_path: Path) -> None:
    """What another user could write here would run as this one. The command itself gets the caller's umask."""
    record, python = tmp_path / "record", tmp_path / "python"
    python.write_text(RECORDS + 'umask >>"$RECORD"\n' + MAKES)
    python.chmod(0o755)
    before = os.umask(0)
    try:
        done = start(tool, "stacks", cwd=tmp_path, ORCHESTRATE_PYTHON=str(python), RECORD=str(record))
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stderr
    made = [tool / ".orchestrate", *(tool / ".orchestrate").rglob("*")]
    assert len(made) == 4 and [f for f in made if f.stat().st_mode & 0o022] == []
    assert record.read_text().splitlines()[-1].strip("0") == ""


@pytest.mark.parametrize("shell", ["dash", pytest.param("busybox", marks=pytest.mark.shells)])
def test_it_needs_a_posix_shell_and_posix_tools_only(tool: Path, tmp_path: Path, shell: str) -> None:
    """First use, and a start by a link to a link, with nothing else on PATH: no readlink, realpath, or mv -T. Each tool is called
    by its path, so that BusyBox takes none of its own."""
    record, python, bin = tmp_path / "record", tmp_path / "python", tmp_path / "bin"
    python.write_text(RECORDS + MAKES)
    python.chmod(0o755)
    bin.mkdir()
    for name in ("cksum", "cp", "ls", "mkdir", "mv", "rm", "sh"):
        script = bin / name
        script.write_text(f'#!/bin/sh\nexec {shutil.which(name)} "$@"\n')
        script.chmod(0o755)
    (tmp_path / "links").mkdir()
    (tmp_path / "links/one").symlink_to("two words")
    (tmp_path / "links/two words").symlink_to(tool / "orchestrate")
    environment = {"PATH": str(bin), "ORCHESTRATE_PYTHON": str(python), "RECORD": str(record)}
    command = [*([shutil.which(shell)] if shell == "dash" else [shutil.which(shell), "sh"]), "links/one", "stacks"]
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
    assert record.read_text().splitlines()[3:] == [f"-I -S {tool}/wrapper/__main__.py stacks"] * 2
    assert [file.name for file in (tool / ".orchestrate").iterdir()] == [f"venv-{lock_of(tool)}"]


def test_the_second_of_two_that_begin_at_once_drops_its_environment(tool: Path, tmp_path: Path) -> None:
    """While the first makes it, another has put it in place."""
    record, python = tmp_path / "record", tmp_path / "python"
    first = tool / f".orchestrate/venv-{lock_of(tool)}"
    python.write_text(
        f'{RECORDS}{MAKES}[ "$3" != pip ] || {{ mkdir -p "{first}/bin"; cp "$0" "{first}/bin/python"; }}\n'
    )
    python.chmod(0o755)
    done = start(tool, "stacks", cwd=tmp_path, ORCHESTRATE_PYTHON=str(python), RECORD=str(record))
    assert done.returncode == 0, done.stderr
    assert [*(tool / ".orchestrate").iterdir()] == [first] and [*first.iterdir()] == [first / "bin"]


def test_first_use_where_nothing_may_be_written(tool: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    home = str(tmp_path / "file/home")
    done = start(tool, "stacks", cwd=tmp_path, ORCHESTRATE_HOME=home)
    assert (done.returncode, "mkdir" in done.stderr) == (69, False)
    assert f"error: cannot write {home}, where its Python packages belong" in done.stderr
    assert "to do: set ORCHESTRATE_HOME to a folder of yours" in done.stderr
