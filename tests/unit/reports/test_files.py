"""Reports on disk: whole or not at all, tried first, read back."""

from __future__ import annotations

import json
import os
import resource
import stat
import threading
from pathlib import Path

import pytest
from reports_of_many import many, report

from wrapper.model.errors import ConfigError, NotFoundError, UsageError
from wrapper.reports import files
from wrapper.reports import json as document
from wrapper.reports.files import ReportFiles

MADE = many(5)


def test_each_form_goes_where_it_was_asked(tmp_path: Path) -> None:
    wanted = ReportFiles(tmp_path / "a/b/r.json", tmp_path / "r.xml", tmp_path / "r.html")
    files.check_writable(wanted)
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [], "tried, and nothing left"
    files.write(MADE, wanted)
    assert document.text_of(files.read(tmp_path / "a/b/r.json")) == document.text_of(MADE)
    assert (tmp_path / "r.xml").read_text().startswith("<?xml version='1.0' encoding='utf-8'?>\n<testsuites")
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["r.html", "r.json", "r.xml"]


def test_nothing_wanted_is_nothing(tmp_path: Path) -> None:
    assert not ReportFiles()
    assert ReportFiles(html=tmp_path / "h")
    files.check_writable(ReportFiles())
    files.write(MADE, ReportFiles())


def test_a_report_is_readable_as_files_are_here(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write(MADE, ReportFiles(tmp_path / "r.json"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "r.json").stat().st_mode) == 0o640


def test_a_link_to_a_report_stays_one(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("old")
    (tmp_path / "r.json").symlink_to("old.json")
    files.write(MADE, ReportFiles(tmp_path / "r.json"))
    assert (tmp_path / "r.json").is_symlink()
    assert json.loads((tmp_path / "old.json").read_text())["schema"] == 2


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()))
    reader.start()
    files.check_writable(ReportFiles(Path("/dev/null")))
    files.write(report(), ReportFiles(pipe))
    reader.join(30)
    assert json.loads(heard[0])["id"] == "run-1"
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize(
    ("name", "words"),
    [("folder", "it is a folder"), ("file/r.json", "Not a directory"), ("x" * 300, "File name too long")],
)
def test_what_cannot_be_written_is_said_first(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(NotFoundError) as caught:
        files.check_writable(ReportFiles(html=tmp_path / name))
    assert words in caught.value.message or "File exists" in caught.value.message
    assert caught.value.where == str(tmp_path / name)
    assert caught.value.hint


def test_two_forms_in_one_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the html report and the json report in one file"):
        files.check_writable(ReportFiles(tmp_path / "r", html=tmp_path / "x/../r"))


def test_a_full_disk_leaves_what_stood_there_and_no_crumbs(tmp_path: Path) -> None:
    """No file may grow beyond a limit: the kernel's own way to say that there is no room."""
    wanted = ReportFiles(tmp_path / "r.json", html=tmp_path / "small.html")
    files.write(report(), wanted)
    before = (tmp_path / "r.json").read_text()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(NotFoundError, match="cannot write this report: File too large"):
            files.write(many(200), wanted)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "r.json").read_text() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.json", "small.html"]


def test_one_form_that_cannot_be_written_keeps_no_other_back(tmp_path: Path) -> None:
    (tmp_path / "r.json").mkdir()
    with pytest.raises(NotFoundError) as caught:
        files.write(MADE, ReportFiles(tmp_path / "r.json", html=tmp_path / "r.html"))
    assert caught.value.where == str(tmp_path / "r.json")
    assert (tmp_path / "r.html").is_file()


def test_what_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="cannot read this report: No such file"):
        files.read(tmp_path / "none.json")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="this is not JSON"):
        files.read(tmp_path / "bytes")
    (tmp_path / "bom.json").write_text("\ufeff" + document.text_of(MADE))
    assert files.read(tmp_path / "bom.json").id == MADE.id
