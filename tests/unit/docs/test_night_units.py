"""The files that run the night without Jenkins say what the tool takes, and systemd takes what they say."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from wrapper.cli.commands import drift, reap
from wrapper.model.duration import parse
from wrapper.reaper import time_zones

NIGHT = Path(__file__).resolve().parents[3] / "docs/night"


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((NIGHT / name).read_text())
    return parser


def test_what_they_call_is_a_command_line_of_ours() -> None:
    services = [unit(f"orchestrate-{name}.service")["Service"]["ExecStart"] for name in ("reap", "drift@", "expired")]
    cron = [
        line.partition("&& ")[2].partition(" >>")[0]
        for line in (NIGHT / "crontab").read_text().splitlines()
        if "&&" in line
    ]
    for line, command in zip((*services, *cron), (reap.command, drift.command, reap.command) * 2, strict=True):
        program, name, *words = line.replace(" $NOTIFY", " --notify slack").split()
        assert program.endswith("/orchestrate") and name == command.name
        with click.Context(command, **command.context_settings) as context:
            typed, rest, _ = command.make_parser(context).parse_args(list(words))
        assert [word for word in rest if word.startswith("--")] == [] and ("--yes" in words) == (name == "reap")
        assert parse(typed["timeout"]) == 3 * 3600


@pytest.mark.parametrize(
    "name", ["orchestrate-reap.service", "orchestrate-drift@.service", "orchestrate-expired.service"]
)
def test_a_stop_is_one_signal_and_time_to_save_a_state(name: str) -> None:
    service = unit(name)["Service"]
    assert (service["Type"], service["KillMode"], service["KillSignal"]) == ("oneshot", "mixed", "SIGTERM")
    assert service["TimeoutStopSec"] == "15min"


def test_both_name_the_same_hour_in_a_zone_that_exists() -> None:
    cron = (NIGHT / "crontab").read_text()
    for name, calendar, line in (
        ("orchestrate-reap.timer", "*-*-* 20:00", r"^0 20 \* \* \* .* reap "),
        ("orchestrate-expired.timer", "*-*-* *:15", r"^15 \* \* \* \* .* reap --expired "),
        ("orchestrate-drift@.timer", "Mon..Fri *-*-* 06:00", r"^0 6 \* \* 1-5 .* drift "),
    ):
        when, _, zone = unit(name)["Timer"]["OnCalendar"].rpartition(" ")
        assert when == calendar and time_zones.zone(zone)
        assert f"CRON_TZ={zone}\n" in cron and re.search(line, cron, re.MULTILINE)


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd-analyze here; the other tests read the files"
)
def test_systemd_takes_them(tmp_path: Path) -> None:
    """Verified with a program and a user that exist; all else as it stands."""
    names = (
        "orchestrate-reap.service",
        "orchestrate-reap.timer",
        "orchestrate-drift@.service",
        "orchestrate-drift@.timer",
    )
    for name in names:
        text = (NIGHT / name).read_text().replace("/srv/project/orchestrate ", "/bin/true ")
        (tmp_path / name).write_text(text.replace("User=orchestrate", "User=root"))
    units = [str(tmp_path / name.replace("@.", "@app.")) for name in names]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "orchestrate-" in line]
    assert ours == [], done.stderr
