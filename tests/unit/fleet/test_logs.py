"""The logs of a run: one a layer, private, the oldest runs removed."""

from __future__ import annotations

from pathlib import Path

from fakes import layer

from wrapper.fleet.logs import KEPT, Logs


def test_a_log_has_everything_and_knows_its_last_line(tmp_path: Path) -> None:
    logs = Logs(tmp_path / "logs", "run-1")
    assert not logs.folder.exists(), "made with the first line"
    log = logs.open(layer("acme"))
    assert log.write("│ Error: on\n\x1b[1mno\x1b[0m \n\nhalf".encode())
    assert (log.path.name, log.last) == ("acme.log", "no")
    assert log.write(b" a line\n") and log.last == "half a line"
    assert log.path.read_bytes().endswith(b"half a line\n")
    assert log.path.stat().st_mode & 0o777 == 0o600
    assert logs.path(layer()).name == "_stack.log"


def test_a_log_that_cannot_be_kept_says_so(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("")
    log = Logs(tmp_path / "logs", "run").open(layer())
    assert not log.write(b"last words\n")
    assert log.last == "last words"


def test_the_oldest_runs_go(tmp_path: Path) -> None:
    for number in range(KEPT + 2):
        (tmp_path / f"2026{number:02}").mkdir()
    Logs(tmp_path, "2027").open(layer())
    kept = sorted(folder.name for folder in tmp_path.iterdir())
    assert (len(kept), kept[0], kept[-1]) == (KEPT, "202603", "2027")
