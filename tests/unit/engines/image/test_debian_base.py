"""The Debian base: apt's mirrors, who can make it, and what is left of a process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from wrapper.engines.image import debian_base
from wrapper.model.errors import UnavailableError

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (
            "bookworm main http://m/debian/\nbookworm-security main http://m/debian-security/",
            ["http://m/debian"],
        ),
        (
            "bookworm main https://other/x/\nbookworm main https://m/debian",
            ["https://m/debian", "https://other/x"],
        ),
        ("trixie main http://m/debian/", ["http://m/debian"]),
        ("noble main http://m/ubuntu/\nbookworm main cdrom:[x]/", []),
    ],
)
def test_debian_mirrors_come_from_apt(shown: str, expected: list[str]) -> None:
    assert debian_base.rank_mirrors(shown, "bookworm") == expected


def test_without_debootstrap_or_root_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get install debootstrap" in debian_base.no_debootstrap()


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_debootstrap_by_another_user_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "debootstrap").write_text("#!/bin/sh\n")
    (tmp_path / "debootstrap").chmod(0o755)
    code = f"import os; os.environ['PATH'] = {str(tmp_path)!r}; os.setuid(65534) or print(no_debootstrap())"
    code = f"from wrapper.engines.image.debian_base import no_debootstrap; import shutil, os; {code}"
    for folder in [tmp_path, *tmp_path.parents[:3]]:
        folder.chmod(folder.stat().st_mode | 0o055)
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "needs root" in shown.stdout


def test_a_process_and_its_children_end_with_us() -> None:
    argv = ["sh", "-c", "sleep 60 & echo $!; wait"]
    with suppress(KeyError), debian_base.spawned(argv) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        raise KeyError
    time.sleep(0.1)
    status = Path(f"/proc/{child}/stat")
    assert not status.exists() or status.read_text().split()[2] == "Z"


def test_half_an_archive_is_never_taken_for_the_whole() -> None:
    with debian_base.spawned(["sh", "-c", "echo half; exit 2"]) as process, pytest.raises(UnavailableError):
        list(debian_base.chunks(process))
