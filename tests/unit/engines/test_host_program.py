"""A program on this machine: its lines, its exit code, and its end with all that it started."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from wrapper.engines import host_program
from wrapper.model.errors import TimeoutExpired, UnavailableError

HERE = {"PATH": os.environ["PATH"]}


def run(*argv: str, folder: Path, end: float = 60.0) -> tuple[int, list[str]]:
    said: list[str] = []
    until = time.monotonic() + end

    def pause(seconds: float) -> None:
        if time.monotonic() > until:
            raise TimeoutExpired("too long")
        time.sleep(seconds)

    return host_program.run(argv, folder, {**HERE, "A": "b c"}, said.append, pause, grace=0.3), said


def test_its_lines_and_its_code(tmp_path: Path) -> None:
    words = 'echo "$A" "$HOME" $PWD; echo "to stderr" >&2; read x; echo "[$x]"; printf "\\377\\nlast"; exit 7'
    assert run("sh", "-c", words, folder=tmp_path) == (7, [f"b c  {tmp_path}", "to stderr", "[]", "\ufffd", "last"])


def test_one_that_a_signal_ends(tmp_path: Path) -> None:
    assert run("sh", "-c", "kill -9 $$", folder=tmp_path) == (137, [])


@pytest.mark.parametrize("trap", ["", "trap '' TERM; "])
def test_it_ends_with_what_it_started(tmp_path: Path, trap: str) -> None:
    with pytest.raises(TimeoutExpired):
        run("sh", "-c", f"{trap}sleep 600 & echo $! > child; wait; wait; wait", folder=tmp_path, end=0.5)
    child = int((tmp_path / "child").read_text())
    until = time.monotonic() + 30
    while Path(f"/proc/{child}").exists() and _state(child) != "Z" and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists() or _state(child) == "Z"


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def test_what_it_leaves_behind_holds_nothing_up(tmp_path: Path) -> None:
    began = time.monotonic()
    code, said = run("sh", "-c", "sleep 20 & echo done", folder=tmp_path)
    assert (code, said) == (0, ["done"]) and time.monotonic() - began < 18


def test_one_that_cannot_start(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="cannot start nothing-of-this-name: No such file"):
        run("nothing-of-this-name", folder=tmp_path)
