"""The files that run the night without Jenkins say what the tool takes, and systemd takes what they say."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from wrapper.cli.commands.reap import command
from wrapper.model.duration import parse
from wrapper.reaper import time_zones

NIGHT = Path(__file__).resolve().parents[3] / "docs/night"


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((NIGHT / name).read_text())
    return parser


def test_what_they_call_is_a_command_line_of_ours() -> None:
    service = unit("orchestrate-reap.service")["Service"]
    cron = (NIGHT / "crontab").read_text().splitlines()[-1]
    for line in (service["ExecStart"], cron.partition("&& ")[2].partition(" >>")[0]):
        program, name, *words = line.split()
        assert program.endswith("/orchestrate") and name == "reap"
        with click.Context(
            command, **command.context_settings
        ) as context:  # click keeps the first one's words for help
            _, rest, _ = command.make_parser(context).parse_args(list(words))
        assert rest == [] and "--yes" in words
        assert parse(words[words.index("--timeout") + 1]) == 3 * 3600


def test_a_stop_is_one_signal_and_time_to_save_a_state() -> None:
    service = unit("orchestrate-reap.service")["Service"]
    assert (service["Type"], service["KillMode"], service["KillSignal"]) == ("oneshot", "mixed", "SIGTERM")
    assert service["TimeoutStopSec"] == "15min"


def test_both_name_the_same_hour_in_a_zone_that_exists() -> None:
    day, hour, zone = unit("orchestrate-reap.timer")["Timer"]["OnCalendar"].split()
    assert (day, hour) == ("*-*-*", "20:00") and time_zones.zone(zone)
    cron = (NIGHT / "crontab").read_text()
    assert f"CRON_TZ={zone}\n" in cron and re.search(r"^0 20 \* \* \* ", cron, re.MULTILINE)


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd-analyze here; the other tests read the files"
)
def test_systemd_takes_them(tmp_path: Path) -> None:
    """Verified with a program and a user that exist; all else as it stands."""
    for name in ("orchestrate-reap.service", "orchestrate-reap.timer"):
        text = (NIGHT / name).read_text().replace("/srv/project/orchestrate reap", "/bin/true reap")
        (tmp_path / name).write_text(text.replace("User=orchestrate", "User=root"))
    units = [str(tmp_path / name) for name in ("orchestrate-reap.service", "orchestrate-reap.timer")]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "orchestrate-reap" in line]
    assert ours == [], done.stderr
