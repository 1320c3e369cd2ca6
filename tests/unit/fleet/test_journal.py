"""A journal: each answer is on disk before the next layer starts, one run holds it, and nothing is left of a good one."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from wrapper.fleet import journal
from wrapper.model.errors import BusyError, ConfigError, NotFoundError, OrchestrateError, UnavailableError
from wrapper.model.report import LayerResult, Report

OLD = Path(__file__).parents[2] / "support/version-1/journal.jsonl"
HEAD = Report("id-1", "apply", "r", "s", 1.0, 1.0, (), command="./orchestrate apply s r --all-tenants", by="me")
ACME = LayerResult("r", "s", "acme", "succeeded", seconds=2.0, started=1.0, finished=3.0)
BAD = LayerResult("r", "s", "bad", "failed", started=1.0, finished=2.0, exit_code=1)


def killed(folder: Path, *results: LayerResult, head: Report = HEAD) -> None:
    """What a run leaves that ended in its middle."""
    with pytest.raises(KeyboardInterrupt), journal.keep(folder, head) as kept:
        kept.begin()
        for layer_result in results:
            kept.note(layer_result)
        raise KeyboardInterrupt


def test_nothing_is_left_of_a_run_that_ended(tmp_path: Path) -> None:
    with journal.keep(tmp_path, HEAD) as kept:
        kept.note(BAD)
        assert kept.path.is_file()
    assert [f for f in tmp_path.rglob("*") if f.is_file()] == []


def test_one_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    killed(tmp_path, ACME, BAD)
    with journal.keep(tmp_path, replace(HEAD, id="id-2")) as kept:
        assert kept.resume() == {"acme": ACME}
        kept.note(replace(BAD, tenant="more"))
        found = kept.interrupted()
        assert found is not None
        assert [a.tenant for a in found.results] == ["acme", "bad", "more"]


def test_one_that_release_0_1_1_began_goes_on(tmp_path: Path) -> None:
    (old := tmp_path / "ap-southeast-2/appcluster-test.apply.jsonl").parent.mkdir()
    old.write_bytes(OLD.read_bytes())
    command = "./orchestrate apply appcluster-test ap-southeast-2 --all-tenants"
    head = replace(HEAD, region="ap-southeast-2", stack="appcluster-test", command=command)
    with journal.keep(tmp_path, head) as kept:
        assert {n: a.result for n, a in kept.resume().items()} == {"acme": "succeeded"}
        kept.note(replace(BAD, tenant="globex", result="succeeded"))
        assert {*kept.resume()} == {"acme", "globex"}, "old lines and new ones in one journal"


def test_a_failure_that_was_mended_later_is_done(tmp_path: Path) -> None:
    killed(tmp_path, BAD, replace(BAD, result="succeeded", exit_code=0))
    with journal.keep(tmp_path, HEAD) as kept:
        assert set(kept.resume()) == {"bad"}


def test_one_that_was_killed_before_anything_was_done_goes_on_too(tmp_path: Path) -> None:
    killed(tmp_path)
    with journal.keep(tmp_path, HEAD) as kept:
        assert kept.resume() == {}


def test_what_did_not_run_is_asked_again(tmp_path: Path) -> None:
    killed(tmp_path, ACME, LayerResult("r", "s", "same", "unchanged"), LayerResult("r", "s", "out", "excluded"))
    with journal.keep(tmp_path, HEAD) as kept:
        assert set(kept.resume()) == {"acme"}


def test_a_run_that_begins_anew_forgets_the_one_before(tmp_path: Path) -> None:
    killed(tmp_path, ACME)
    killed(tmp_path, BAD)
    with journal.keep(tmp_path, HEAD) as kept:
        assert kept.resume() == {}


@pytest.mark.parametrize("ran", [False, True])
def test_a_run_that_was_refused_takes_nothing_away(tmp_path: Path, ran: bool) -> None:
    killed(tmp_path, ACME)
    with pytest.raises(ConfigError), journal.keep(tmp_path, HEAD) as kept:
        kept.begin()
        if ran:
            kept.note(BAD)
        raise ConfigError("no")
    with journal.keep(tmp_path, HEAD) as kept:
        assert set(kept.resume()) == (set() if ran else {"acme"})
    with pytest.raises(ConfigError), journal.keep(tmp_path, HEAD) as kept:
        kept.begin()
        raise ConfigError("no")
    assert [f for f in tmp_path.rglob("*") if f.is_file()] == []


def test_half_a_line_is_lost_alone(tmp_path: Path) -> None:
    killed(tmp_path, ACME, BAD)
    (file,) = (f for f in tmp_path.rglob("*.jsonl"))
    file.write_bytes(file.read_bytes()[:-20])
    with journal.keep(tmp_path, HEAD) as kept:
        found = kept.interrupted()
        assert found is not None
        assert [a.tenant for a in found.results] == ["acme"]


def test_nothing_to_go_on_from(tmp_path: Path) -> None:
    with journal.keep(tmp_path, HEAD) as kept, pytest.raises(NotFoundError, match="no interrupted apply of r/s here"):
        kept.resume()


def test_another_command_is_not_gone_on_with(tmp_path: Path) -> None:
    killed(tmp_path, ACME)
    other = replace(HEAD, command="./orchestrate apply s r --tenants=a*")
    with pytest.raises(ConfigError) as error, journal.keep(tmp_path, other) as kept:
        kept.resume()
    assert HEAD.command in error.value.hint
    with journal.keep(tmp_path, HEAD) as kept:
        assert kept.resume() == {"acme": ACME}


def test_a_second_run_is_refused_and_told_about_the_first(tmp_path: Path) -> None:
    with journal.keep(tmp_path, HEAD) as kept:
        kept.begin()
        with pytest.raises(BusyError, match=r"another apply .* \(since 1970-01-01T00:00:01.000Z, by me\)"):
            journal.keep(tmp_path, HEAD).__enter__()
        for other in (replace(HEAD, shard="1/8"), replace(HEAD, verb="plan"), replace(HEAD, stack="t")):
            with journal.keep(tmp_path, other):
                pass
    with journal.keep(tmp_path, HEAD):
        pass


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "r").write_text("")
    with pytest.raises(UnavailableError) as error:
        journal.keep(tmp_path, HEAD).__enter__()
    assert isinstance(error.value, OrchestrateError)
    assert error.value.exit_code == 69


def test_a_full_disk_does_not_end_the_run(tmp_path: Path) -> None:
    with pytest.raises(OSError), journal.keep(tmp_path, HEAD) as kept:  # closing says it; the run did not
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, kept._file)
        os.close(full)
        kept.note(ACME)
        kept.note(BAD)


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    with journal.keep(tmp_path, HEAD) as kept:
        assert kept.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("then", "now", "word"),
    [("abc", "def", True), ("abc", "abc", False), ("", "def", False), ("abc", "", False)],
)
def test_other_files_than_those_of_the_interrupted_run_get_a_word(
    tmp_path: Path, then: str, now: str, word: bool
) -> None:
    killed(tmp_path, ACME, head=replace(HEAD, commit=then))
    with journal.keep(tmp_path, replace(HEAD, commit=now)) as kept:
        said = kept.other_files()
        assert ("the interrupted run had files of commit abc; these are of def" in said) is word, said
        kept.resume()
