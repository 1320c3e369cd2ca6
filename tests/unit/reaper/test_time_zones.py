"""Time zones by name, and that of a machine."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from wrapper.model.errors import UsageError
from wrapper.reaper import time_zones


def test_a_zone_by_its_name() -> None:
    assert time_zones.zone("UTC") is UTC
    assert str(time_zones.zone("Australia/Sydney")) == "Australia/Sydney"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Australia/Sidney", "did you mean Australia/Sydney?"),
        ("Sydney", "did you mean Australia/Sydney?"),
        ("../x", "use a name such as Australia/Sydney, or UTC"),
    ],
)
def test_no_zone(name: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        time_zones.zone(name)
    assert (error.value.message, error.value.hint) == (f"no time zone {name!r}", hint)


def test_the_zone_of_a_machine(tmp_path: Path) -> None:
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    assert time_zones.local({"TZ": ":Australia/Sydney"}, link)[1] == "Australia/Sydney"
    assert time_zones.local({}, link)[1] == "Europe/Berlin"
    assert time_zones.local({}, tmp_path / "nothing") == (UTC, "UTC")
