"""A fork of the tool answers as the tool does that was started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from forked import ROOT, Command, Server
from harness import wait_until
from project_on_disk import Disk

WORDS = [
    ("--version",),
    ("vars", "app-test", "-var", "tenant=acme"),
    ("vars", "app-test", "-var-file=-"),
    ("apply", "app-tset"),
    ("stacks", "--nonsense"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server(sys.executable)
    yield server
    server.end()


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"LANG": "C.UTF-8", "PATH": os.environ["PATH"], "HOME": str(tmp_path), "ORCHESTRATE_HOME": str(tmp_path)}


@pytest.mark.parametrize("words", WORDS)
def test_a_fork_says_what_a_start_says(server: Server, example: Disk, env: dict[str, str], words: tuple[str]) -> None:
    argv = [sys.executable, "-I", str(ROOT / "wrapper/__main__.py"), *words]
    text = "size = 7\n"
    started = subprocess.run(argv, cwd=example.root, env=env, input=text, capture_output=True, text=True)
    done = server.run(Command(words, env, example.root, text), 60)
    assert (done.returncode, done.stdout, done.stderr) == (started.returncode, started.stdout, started.stderr)
    assert done.stdout or done.stderr


def test_a_program_that_starts_one_gets_what_a_start_says(server: Server, example: Disk, env: dict[str, str]) -> None:
    for words in WORDS:
        around = {"cwd": example.root, "env": env, "input": "size = 7\n"}
        done = subprocess.run([*server.program, *words], capture_output=True, text=True, timeout=60, **around)
        fork = server.run(Command(words, env, example.root, "size = 7\n"), 60)
        assert (done.returncode, done.stdout, done.stderr) == (fork.returncode, fork.stdout, fork.stderr)


def test_forks_side_by_side_have_streams_of_their_own(server: Server, example: Disk, env: dict[str, str]) -> None:
    commands = [Command(words, env, example.root) for words in (("stacks",), ("stacks", "--nonsense"))] * 3
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda command: server.run(command, 60), commands))
    assert [(one.returncode, bool(one.stdout), bool(one.stderr)) for one in done] == [
        (0, True, False),
        (64, False, True),
    ] * 3


def test_what_takes_too_long_is_killed(server: Server, example: Disk, env: dict[str, str]) -> None:
    os.mkfifo(example.root / "never")
    with pytest.raises(subprocess.TimeoutExpired):
        server.run(Command(("vars", "app-test", "-var-file=never"), env, example.root), 2)
    wait_until(lambda: children(server) == [])
    assert server.run(Command(("--version",), env, example.root), 60).returncode == 0


def test_one_that_goes_on_is_as_a_process(server: Server, example: Disk, env: dict[str, str]) -> None:
    os.mkfifo(example.root / "never")
    command = Command(("vars", "app-test", "-var-file=never"), env, example.root, session=True)
    with open(os.devnull, "r+b") as null:
        fork = server.start(command, 3 * [null.fileno()])
    wait_until(lambda: os.getsid(fork.pid) == fork.pid)
    assert fork.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        fork.wait(0.01)
    fork.send_signal(signal.SIGKILL)
    assert fork.wait(60) == fork.poll() == -signal.SIGKILL
    fork.send_signal(signal.SIGKILL)  # one that has ended hears none


def children(server: Server) -> list[str]:
    """Of the process that forks."""
    return Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()


@pytest.mark.parametrize("more", [{"LANG": "C"}, {"LC_ALL": "C.UTF-8"}, {"PYTHONUTF8": "1"}, {"MUCH": "x" * 100_000}])
def test_what_only_a_start_reads_is_no_fork(env: dict[str, str], more: dict[str, str]) -> None:
    assert Command(("stacks",), env, ROOT).fits
    assert not Command(("stacks",), env | more, ROOT).fits
