"""The one place that catches and exits: an error becomes words, data and a code; a bug of ours keeps its trace."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from project_on_disk import REGION, Disk
from said import Said

from wrapper.cli.main import _bug, _ended
from wrapper.model.errors import BusyError, OrchestrateError, StateAtRisk, Stopped

Run = Callable[..., Said]
LIVE_STACK = "app-live"


@pytest.mark.parametrize(
    ("error", "code"),
    [(StateAtRisk("oh"), 74), (BusyError("oh"), 75), (Stopped("oh", signum=2), 130), (OrchestrateError("oh"), 70)],
)
@pytest.mark.parametrize("data", [True, False])
def test_an_error_is_words_and_a_code(
    capfd: pytest.CaptureFixture[str], error: OrchestrateError, code: int, data: bool
) -> None:
    assert _ended(error, ["--json"] if data else ["-var", "a=--json"]) == code
    said = capfd.readouterr()
    assert said.err == "error: oh\n"
    assert (json.loads(said.out)["error"]["exit_code"] if data else said.out) == (code if data else "")


def test_a_bug_of_ours_keeps_its_trace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    try:
        raise RuntimeError("odd")
    except RuntimeError as raised:
        error = _bug(raised)
    assert (error.exit_code, error.message) == (70, "a bug of ours: RuntimeError: odd")
    assert "test_main.py" in Path(error.where).read_text()
    assert Path(error.where).stat().st_mode & 0o777 == 0o600


def test_a_package_that_is_not_installed_is_no_bug() -> None:
    error = _bug(ModuleNotFoundError("No module named 'boto3.session'", name="boto3.session"))
    assert error.exit_code == 69 and "the Python package boto3" in error.message and error.where == ""
    assert _bug(ModuleNotFoundError("No module named 'wrapper.gone'", name="wrapper.gone")).exit_code == 70


MAIN = Path(__file__).resolve().parents[3] / "wrapper/__main__.py"


@pytest.mark.parametrize("flags", [("-I",), ("-I", "-S")])
def test_without_its_packages_it_says_so_in_one_message(tmp_path: Path, flags: tuple[str, ...]) -> None:
    subprocess.run([sys.executable, "-I", "-m", "venv", "--without-pip", tmp_path / "venv"], check=True, timeout=300)
    done = subprocess.run(
        [tmp_path / "venv/bin/python", *flags, MAIN, "--version"], capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr.startswith("error: the Python package click, which this tool needs, is not installed\n  to do: ")


def test_it_finds_its_packages_without_site_and_asks_it_where_they_stand_elsewhere(tmp_path: Path) -> None:
    """A Python without a global lock has another folder for them."""
    code = (
        "import runpy, sys; sys.executable, main, *sys.argv = sys.argv[1:]; runpy.run_path(main, run_name='__main__')"
    )
    for python, asked in ((sys.executable, False), (str(tmp_path / "bin/python"), True)):
        start = [sys.executable, "-I", "-S", "-X", "importtime", "-c", code]
        done = subprocess.run(
            [*start, python, MAIN, "orchestrate", "--version"], capture_output=True, text=True, timeout=300
        )
        assert bool(re.search(r"\| +site$", done.stderr, re.MULTILINE)) is asked
        assert asked or done.stdout.startswith("orchestrate "), done.stderr


LATE = """\
import os, signal, sys

def end(code, end=os._exit):
    os.kill(os.getpid(), signal.%(name)s)  # in the last moment that there is
    end(code)

os._exit = end
sys.path.insert(0, sys.argv.pop(1))
from wrapper.cli.main import main
main()
"""


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [("SIGTERM", ["--version"], 0), ("SIGHUP", ["plan", "nowhere"], 66), ("SIGINT", ["vars", "app-test"], 0)],
)
def test_the_process_ends_with_the_code_whatever_comes_in_its_last_moments(
    example: Disk, name: str, arguments: list[str], code: int
) -> None:
    root = str(Path(__file__).resolve().parents[3])
    words = [sys.executable, "-c", LATE % {"name": name}, root, *arguments]
    done = subprocess.run(words, cwd=example.root, capture_output=True, text=True, timeout=300)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("stacks",), 0),
        (("sandbox", "status"), 1),
        (("plan", "app-test", "--no"), 64),
        (("vars", "app-test", "-var", "siez=1"), 65),
        (("plan", "nowhere"), 66),
        (("apply", "app-live", "ap-southeast-2"), 77),
        (("--dry-run", "plan", "app-test", "-detailed-exitcode"), 0),
    ],
)
def test_exit_codes(run_cli: Run, arguments: tuple[str, ...], code: int) -> None:
    assert run_cli(*arguments).code == code


@pytest.mark.parametrize(
    "arguments", [("destroy", LIVE_STACK, REGION), ("keep", LIVE_STACK, REGION, "--until", "2099-12-01")]
)
def test_where_an_error_is_there_is_a_file(run_cli: Run, example: Disk, arguments: tuple[str, ...]) -> None:
    said = run_cli(*arguments)
    (where,) = [line.removeprefix("  where: ") for line in said.err.splitlines() if line.startswith("  where: ")]
    assert (example.root / where).is_file(), said.err
