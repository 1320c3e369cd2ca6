"""What a person and a pipeline see of a run over many layers while it goes."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from fakes import layer
from hypothesis import given
from hypothesis import strategies as st

from wrapper.cli.console import TerminalConsole
from wrapper.cli.progress import LayerConsole, LiveProgress, PlainProgress, Running, open_progress
from wrapper.fleet.logs import KEPT, LayerLog, Logs
from wrapper.model.report import Changes, LayerResult

ACME = layer("acme")
DONE = LayerResult("ap-southeast-2", "app", "acme", "succeeded", changes=Changes(1, 2, 3), seconds=12.0)
FAILED = LayerResult("ap-southeast-2", "app", "acme", "failed", seconds=1.0, reason="why", exit_code=1)


class Heard(TerminalConsole):
    """A Console that remembers what goes to which descriptor."""

    def __init__(self) -> None:
        super().__init__(color_out=False, color_err=False)
        self.out, self.err = io.BytesIO(), io.BytesIO()

    def _write(self, descriptor: int, data: bytes) -> None:
        (self.out if descriptor == 1 else self.err).write(data)

    @property
    def lines(self) -> list[str]:
        return self.err.getvalue().decode().splitlines()


@pytest.fixture
def console() -> Heard:
    return Heard()


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs(tmp_path / "logs", "20260102T030405Z-1")


def lines(console: Heard, logs: Logs, **changes: object) -> PlainProgress:
    return PlainProgress(console, logs, **{"speaks": False, "every": 30.0, **changes})  # type: ignore[arg-type]


def test_one_line_for_each_event(console: Heard, logs: Logs) -> None:
    one = lines(console, logs)
    one.ended(LayerResult("ap-southeast-2", "app", "globex", "unchanged"))
    one.began(["acme"], 1)
    layer_console = one.console(ACME)
    layer_console.info("+ terraform plan")
    layer_console.output(b"a lot of words\n", False)
    layer_console.close()
    one.ended(DONE)
    one.ended(FAILED)
    assert console.lines == [
        f"1 tenant to run; 1 unchanged; 1 at a time (--jobs); logs: {logs.folder}",
        "acme | started",
        "acme | succeeded +1 ~2 -3 (12 s)",
        "acme | failed (1 s): why",
    ]
    assert console.out.getvalue() == b""
    assert Path(one.log(ACME)).read_text() == "+ terraform plan\na lot of words\n"


def test_what_was_asked_for_is_said_out_loud(console: Heard, logs: Logs) -> None:
    layer_console = lines(console, logs, speaks=True).console(ACME)
    layer_console.output(b'url = "u"\nname', False)
    layer_console.output(b"a warning\n", True)
    layer_console.close()
    assert console.out.getvalue() == b'acme | url = "u"\nacme | name\n'
    assert "a warning" in Path(logs.path(ACME)).read_text()


def test_the_stacks_own_lines_are_told_apart_from_its_tenants(console: Heard, logs: Logs) -> None:
    layer_console = lines(console, logs, speaks=True).console(layer())
    layer_console.output(b'cluster = "c"\n', False)
    assert console.out.getvalue() == f'{layer().stack.name} | cluster = "c"\n'.encode()


def test_what_no_log_can_take_is_said_out_loud(console: Heard) -> None:
    layer_console = LayerConsole(console, LayerLog(Path("/dev/full")), "acme", speaks=False)
    layer_console.info("+ terraform apply")
    layer_console.output(b'{"version": 4}\n', False)
    assert (console.out.getvalue(), console.lines) == (b"", ["acme | + terraform apply", 'acme | {"version": 4}'])


def test_silence_is_broken(console: Heard, logs: Logs) -> None:
    one = lines(console, logs, every=0.05)
    with one.looking_on():
        one.began(["acme", "globex"], 1)
        one.console(ACME)
        deadline = time.monotonic() + 60
        while not any(line.startswith("still running") for line in console.lines) and time.monotonic() < deadline:
            time.sleep(0.02)
    (word, *_) = [line for line in console.lines if line.startswith("still running")]
    assert word.startswith("still running: acme (0")
    assert word.endswith("; 1 waiting, 0 done")


def test_a_table_of_what_runs(console: Heard, logs: Logs) -> None:
    from rich.console import Console as Terminal

    one = LiveProgress(console, logs, speaks=False)
    one.began(["acme", "globex"], 2)
    one.console(ACME).output("\x1b[1maws_lb.this: Still creating... [30s]\x1b[0m\n│ \n".encode(), False)
    one.ended(FAILED.__class__("ap-southeast-2", "app", "other", "failed", exit_code=1))
    text = io.StringIO()
    Terminal(file=text, width=70).print(one)
    shown = text.getvalue().splitlines()
    assert "1 running" in shown[0]
    assert "1 waiting" in shown[0]
    assert "1 failed" in shown[0]
    assert shown[1].split()[0] == "acme"
    assert shown[1].rstrip().endswith("aws_lb.this: Still creating... [30s]")


@pytest.mark.parametrize(("width", "height"), [(40, 10), (100, 24), (200, 60)])
def test_the_table_keeps_to_the_terminal(console: Heard, logs: Logs, width: int, height: int) -> None:
    from rich.console import Console as Terminal

    one = LiveProgress(console, logs, speaks=False)
    for number in range(30):
        one.running[f"r/app/{'long-name-' * 6}{number}"] = Running(LayerLog(Path("/dev/null")))
        one.running[f"r/app/{'long-name-' * 6}{number}"].log.write(b"many words " * 40 + b"\n")
    text = io.StringIO()
    Terminal(file=text, width=width, height=height).print(one)
    shown = text.getvalue().splitlines()
    assert len(shown) <= min(height - 2, 22)
    assert max(map(len, shown)) <= width
    assert shown[-1].startswith("and ")


def test_there_is_no_table_where_nothing_runs(console: Heard, logs: Logs) -> None:
    one = LiveProgress(console, logs, speaks=False)
    with one.looking_on():
        one.ended(LayerResult("r", "app", "acme", "unchanged"))
        console.info("a question")
    assert console.lines == ["a question"]


def test_words_go_above_the_table(console: Heard, logs: Logs) -> None:
    said: list[str] = []
    with console.through(said.append):
        LiveProgress(console, logs, speaks=False).ended(DONE)
        LiveProgress(console, logs, speaks=False).ended(FAILED)
    console.info("after")
    assert (said, console.lines) == (["acme | failed (1 s): why"], ["after"])


@pytest.mark.parametrize(
    ("terminal", "speaks", "kind"),
    [(True, False, LiveProgress), (True, True, PlainProgress), (False, False, PlainProgress)],
)
def test_the_one_that_fits(console: Heard, logs: Logs, terminal: bool, speaks: bool, kind: type) -> None:
    assert type(open_progress(console, logs, terminal=terminal, speaks=speaks)) is kind


def test_on_paper_nobody_starts_and_nobody_succeeds(console: Heard, logs: Logs) -> None:
    one = open_progress(console, logs, terminal=True, speaks=False, dry=True)
    with one.looking_on():
        one.ended(LayerResult("ap-southeast-2", "app", "globex", "unchanged"))
        one.began(["acme", "other"], 1)
        one.console(ACME).close()
        one.ended(DONE)
        one.ended(FAILED)
    assert console.lines == [
        "2 tenants to run; 1 unchanged; dry run, in this order",
        "acme | failed (1 s): why",
    ]
    assert not logs.folder.parent.exists(), "the logs of twenty runs are kept, and this is none"


@given(st.lists(st.binary(max_size=8).map(lambda b: b.replace(b"\r", b"\n")), max_size=8))
def test_prefixed_lines_lose_and_mix_nothing(pieces: list[bytes]) -> None:
    console = Heard()
    output = LayerConsole(console, LayerLog(Path("/dev/null")), "acme", speaks=True)
    for data in pieces:
        output.output(data, False)
    output.close()
    whole = b"".join(pieces).split(b"\n")
    expected = [b"acme | " + line for line in (whole if whole[-1] else whole[:-1])]
    assert console.out.getvalue().split(b"\n")[:-1] == expected


# -- logs -------------------------------------------------------------------------------------------


def test_logs_are_their_owners_and_made_when_needed(logs: Logs) -> None:
    assert not logs.folder.parent.exists(), "the logs of twenty runs are kept, and this is none"
    logs.open(ACME).write(b"x\n")
    logs.open(layer()).write(b"y\n")
    assert sorted(f.name for f in logs.folder.iterdir()) == ["_stack.log", "acme.log"]
    assert {f.stat().st_mode & 0o777 for f in logs.folder.iterdir()} == {0o600}


def test_old_logs_go(tmp_path: Path) -> None:
    for number in range(KEPT + 5):
        Logs(tmp_path, f"2026010{number // 10}T{number % 10}").open(ACME)
    assert len(list(tmp_path.iterdir())) == KEPT


def test_a_full_disk_costs_the_log_only() -> None:
    log = LayerLog(Path("/dev/full"))
    log.write(b"words\n")
    assert log.last == "words"


@pytest.mark.parametrize(
    ("pieces", "last"),
    [([b"a\nb"], "a"), ([b"a\nb", b"\n"], "b"), ([b"a\n\n", "│ \n".encode()], "a"), ([b"\x1b[1ma\x1b[0m\r\n"], "a")],
)
def test_the_last_line(pieces: list[bytes], last: str) -> None:
    log = LayerLog(Path("/dev/null"))
    for piece in pieces:
        log.write(piece)
    assert log.last == last


def test_a_word_on_one_layer_is_written_out_in_its_log_too(tmp_path: Path) -> None:
    console = LayerConsole(
        TerminalConsole(color_out=False, color_err=False), LayerLog(tmp_path / "l"), "a", speaks=False
    )
    console.info("\x9b2J\u202e \ud800")
    assert (tmp_path / "l").read_bytes() == b"\\x9b2J\\u202e \\ud800\n"
