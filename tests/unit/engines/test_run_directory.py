"""A layer's run directory: what stands in it, whose it is, and what is left of it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from damage import as_anybody
from fakes import run_of, stack
from project_on_disk import Disk

from wrapper.engines.run_directory import RunDirectory, collect, occupy
from wrapper.model.errors import BusyError, ConfigError, NotFoundError, UnavailableError
from wrapper.model.naming import LOCK_FILE
from wrapper.model.nouns import Run, Step
from wrapper.model.stack import Layer
from wrapper.terraform.commands import ERRORED_STATE, PLAN_FILE, VALUES_FILE


def run(disk: Disk, tenant: str = "", **changes: Any) -> Run:
    root = disk.root
    one = stack(root=root, source=root / "src/app", tenant_source=root / "src/app/tenant", config=root / "config")
    layer = Layer(one, tenant)
    given: dict[str, Any] = {
        "layer": layer,
        "verb": "plan",
        "home": root / ".orchestrate/runs/r/app" / (tenant or "_stack"),
        "work": str(layer.source.relative_to(root)),
        "sources": {f.name: f for f in layer.source.iterdir() if f.is_file()},
        "made": {VALUES_FILE: b"{}"},
        "author": "me-here-1",
    }
    return run_of(*changes.pop("steps", ()), **{**given, **changes})


def quiet(_: str) -> None: ...


def tree(folder: Path) -> set[str]:
    return {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file() and not f.is_symlink()}


def test_a_module_from_elsewhere_is_a_link_whatever_lay_there(example: Disk) -> None:
    name = ".terraform/modules/x"
    for target in ("/modules-fetched/a/m", "/modules-fetched/b/m"):
        with occupy(run(example, links={name: target}), quiet) as directory:
            assert os.readlink(directory.work / name) == target
    (directory.work / name).unlink()
    (directory.work / name / "old").mkdir(parents=True)
    with occupy(run(example, links={name: "/modules-fetched/a/m"}), quiet) as directory:
        assert os.readlink(directory.work / name) == "/modules-fetched/a/m"


def test_all_is_laid_out_and_secrets_go_when_it_ends(example: Disk) -> None:
    one = run(example)
    with occupy(one, quiet) as directory:
        work = directory.work
        assert work == one.home / "tree/src/app"
        assert tree(work) == {"variables.tf", "outputs.tf", VALUES_FILE, ".nonce"}
        assert (work / ".nonce").read_text() == directory.nonce
        assert {f.stat().st_mode & 0o777 for f in work.iterdir() if f.is_file()} == {0o600}
        (work / PLAN_FILE).write_bytes(b"secret")
        (work / "inputs").mkdir()
        (work / "inputs/x").write_bytes(b"secret")
    assert tree(work) == {"variables.tf", "outputs.tf"}


def test_secrets_go_when_it_fails_too(example: Disk) -> None:
    with pytest.raises(RuntimeError), occupy(run(example), quiet) as directory:
        raise RuntimeError
    assert not (directory.work / VALUES_FILE).exists()


def test_the_work_directory_is_its_owners_alone(example: Disk) -> None:
    with occupy(run(example), quiet) as directory:
        assert directory.work.stat().st_mode & 0o777 == 0o700
        assert (directory.run.home / "lock").stat().st_mode & 0o777 == 0o600


def test_modules_and_neighbours_are_the_projects(example: Disk) -> None:
    example.write("src/shared/x.tf", "")
    example.write("src/.policies/x.json", "")
    example.write("src/.terraform/x", "")
    with occupy(run(example, "acme"), quiet) as directory:
        assert (
            directory.work / "../../../modules/service/main.tf"
        ).resolve() == example.root / "modules/service/main.tf"
        assert (directory.work / "../../shared/x.tf").read_text() == ""
        assert (directory.work / "../../.policies/x.json").is_file()
        assert not (directory.work / "../../.terraform").exists()
        assert (directory.work / "../variables.tf").resolve() == example.root / "src/app/variables.tf"
        assert not directory.work.is_symlink()


def test_a_neighbour_that_moved_is_found_again(example: Disk, tmp_path: Path) -> None:
    with occupy(run(example, "acme"), quiet) as directory:
        link = directory.run.home / "tree/modules"
        link.unlink()
        link.symlink_to(tmp_path)
    with occupy(run(example, "acme"), quiet):
        assert link.readlink() == example.root / "modules"


def test_what_left_the_sources_leaves_the_work_directory_and_what_init_made_stays(example: Disk) -> None:
    example.write("src/app/files/a.json", "{}")
    one = run(example)
    more = run(example, sources={**one.files.sources, "files/a.json": example.root / "src/app/files/a.json"})
    with occupy(more, quiet) as directory:
        work = directory.work
        assert "files/a.json" in tree(work)
        for kept in (".terraform/x", ".terraform.lock.hcl", ERRORED_STATE):
            (work / kept).parent.mkdir(exist_ok=True)
            (work / kept).write_text("kept")
        (work / "stray.tf").write_text("")
    with occupy(one, quiet):
        assert tree(work) == {
            *one.files.sources,
            VALUES_FILE,
            ".nonce",
            ".terraform/x",
            ".terraform.lock.hcl",
            ERRORED_STATE,
        }


def test_a_changed_source_is_copied_again(example: Disk) -> None:
    for text in ("# one\n", "# two\n"):
        example.write("src/app/outputs.tf", text)
        with occupy(run(example), quiet) as directory:
            assert (directory.work / "outputs.tf").read_text() == text


def test_no_file_is_written_through_a_link(example: Disk, tmp_path: Path) -> None:
    with occupy(run(example), quiet) as directory:
        (directory.work / VALUES_FILE).unlink()
        (directory.work / VALUES_FILE).symlink_to(tmp_path / "elsewhere")
        (directory.work / ".nonce").unlink()
    (directory.work / "outputs.tf").unlink()
    (directory.work / "outputs.tf").symlink_to(tmp_path / "elsewhere")
    with (
        pytest.raises(ConfigError, match="a symbolic link where a file of the run belongs"),
        occupy(run(example), quiet),
    ):
        pass
    assert not (tmp_path / "elsewhere").exists()


# -- one at a time ------------------------------------------------------------------------------


def test_the_second_is_told_who_holds_it(example: Disk) -> None:
    with occupy(run(example), quiet), pytest.raises(BusyError) as error, occupy(run(example), quiet):
        pass
    assert error.value.message.startswith("ap-southeast-2/app is in use by me-here-1 (plan, process ")
    assert "-lock-timeout" in error.value.hint


def test_the_second_waits_when_told_to_and_says_so_once(example: Disk) -> None:
    said: list[str] = []
    heard = threading.Event()

    def notice(text: str) -> None:
        said.append(text)
        heard.set()

    with contextlib.ExitStack() as first:
        first.enter_context(occupy(run(example), quiet))

        def second() -> None:
            with occupy(run(example, lock_timeout=60), notice):
                said.append("mine")

        thread = threading.Thread(target=second)
        thread.start()
        assert heard.wait(30)
        first.close()
        thread.join()
    assert [s.split(" (")[0] for s in said] == ["waiting for me-here-1", "mine"]


def test_a_lock_file_that_says_nothing_is_still_a_lock(example: Disk) -> None:
    with occupy(run(example), quiet) as directory:
        (directory.run.home / "lock").write_text("{}")
        with pytest.raises(BusyError, match="in use by another run"), occupy(run(example), quiet):
            pass


def test_two_layers_do_not_meet(example: Disk) -> None:
    with (
        occupy(run(example), quiet) as one,
        occupy(run(example, "acme"), quiet) as other,
        occupy(run(example, "globex"), quiet) as third,
    ):
        assert len({one.work, other.work, third.work}) == 3


def test_who_holds_it_is_written_down(example: Disk) -> None:
    with occupy(run(example), quiet) as directory:
        held = json.loads((directory.run.home / "lock").read_text())
    assert (held["who"], held["verb"]) == ("me-here-1", "plan")


# -- what init did ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "asked", "initialised", "ready"),
    [
        ("abc", "abc", True, True),
        ("abc", "abd", True, False),
        ("abc", "abc", False, False),
        ("", "abc", True, False),
        ("abc", "", True, False),
    ],
)
def test_init_is_done_once_per_stamp(example: Disk, marked: str, asked: str, initialised: bool, ready: bool) -> None:
    with occupy(run(example), quiet) as directory:
        if marked:
            directory.mark(marked)
        if initialised:
            (directory.work / ".terraform").mkdir()
        assert directory.ready(asked) is ready


# -- a state that could not be saved ------------------------------------------------------------


@pytest.mark.parametrize("text", [None, "", "{}"])
def test_an_unsaved_state_is_found_also_where_it_is_empty(example: Disk, text: str | None) -> None:
    with occupy(run(example, "acme"), quiet) as directory:
        file = directory.work / ERRORED_STATE
        if text is not None:
            file.write_text(text)
        assert directory.errored_state == (None if text is None else file)


def test_what_inherited_the_lock_holds_it_only_while_it_works(example: Disk) -> None:
    """As Terraform on this host, when the tool is killed; and as what a provisioner leaves running, when it ended."""
    one, heir = run(example), -1
    try:
        with occupy(one, quiet) as directory:
            heir, directory.working = os.dup(directory.lock), True
        with pytest.raises(BusyError), occupy(one, quiet):
            pass
    finally:
        os.close(heir)
    with occupy(one, quiet) as directory:
        heir = os.dup(directory.lock)
    with occupy(one, quiet):
        os.close(heir)


def test_a_lock_of_another_user_is_called_so(example: Disk) -> None:
    one = run(example)
    with occupy(one, print):
        pass
    (one.home / "lock").chmod(0)
    with (
        as_anybody(example.root),
        pytest.raises(UnavailableError, match="cannot write the run directory") as error,
        occupy(one, print),
    ):
        pass
    assert error.value.where == str(one.home / "lock")


# -- the caller's files -------------------------------------------------------------------------


def test_the_callers_files_come_and_go(example: Disk, tmp_path: Path) -> None:
    (tmp_path / "in.tfvars").write_text("a = 1")
    one = run(
        example, copies={"inputs/0-in.tfvars": tmp_path / "in.tfvars"}, collect={"inputs/1-out": tmp_path / "my.plan"}
    )
    stamped: list[str] = []
    with occupy(one, quiet) as directory:
        assert (directory.work / "inputs/0-in.tfvars").read_text() == "a = 1"
        (directory.work / "inputs/1-out").write_text("plan")
        collect(directory, lambda file: stamped.append(file.name))
    assert ((tmp_path / "my.plan").read_text(), stamped) == ("plan", ["1-out"])
    assert (tmp_path / "my.plan").stat().st_mode & 0o777 == 0o600
    assert {f.name for f in tmp_path.iterdir()} == {"project", "in.tfvars", "my.plan"}


def test_what_was_not_made_is_not_collected(example: Disk, tmp_path: Path) -> None:
    with occupy(run(example, collect={"inputs/1-out": tmp_path / "my.plan"}), quiet) as directory:
        collect(directory, lambda file: pytest.fail("nothing to stamp"))
    assert not (tmp_path / "my.plan").exists()


def test_a_place_that_cannot_be_written_is_named(example: Disk, tmp_path: Path) -> None:
    target = tmp_path / "nowhere/my.plan"
    with occupy(run(example, collect={"inputs/1-out": target}), quiet) as directory:
        (directory.work / "inputs/1-out").write_text("plan")
        with pytest.raises(NotFoundError, match="cannot write it") as error:
            collect(directory, lambda _: None)
    assert error.value.where == str(target)


def test_a_file_that_cannot_be_read_is_named(example: Disk, tmp_path: Path) -> None:
    one = run(example, copies={"inputs/0": tmp_path / "nothing"})
    with pytest.raises(NotFoundError, match="cannot read it: No such file") as error, occupy(one, quiet):
        pass
    assert error.value.where == str(tmp_path / "nothing")
    assert not (one.home / "tree/src/app" / VALUES_FILE).exists()


def test_a_home_that_cannot_be_made_is_named(example: Disk) -> None:
    one = run(example, home=example.root / "src/app/outputs.tf/home")
    with pytest.raises(NotFoundError, match="cannot make the folder") as error, occupy(one, quiet):
        pass
    assert "ORCHESTRATE_HOME" in error.value.hint


def test_each_run_has_a_nonce_of_its_own(example: Disk) -> None:
    assert RunDirectory(run(example)).nonce != RunDirectory(run(example)).nonce


LOCK = """\
# This file is maintained automatically by "terraform init".

provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.100.0"
  constraints = ">= 5.0.0"
%s}
"""
SUMS = '  hashes = [\n    "h1:one=",\n    "zh:two",\n  ]\n'


def test_while_sealed_the_lock_file_has_no_checksums(example: Disk) -> None:
    example.write("src/app/.terraform.lock.hcl", LOCK % SUMS)
    for sealed, meanwhile in ((True, LOCK % ""), (False, LOCK % SUMS)):
        with occupy(run(example, sealed=sealed), quiet) as directory:
            file = directory.work / LOCK_FILE
            assert file.read_text() == LOCK % SUMS, "init checks them"
            for _ in range(2):
                directory.seal()
                assert file.read_text() == meanwhile
        assert file.read_text() == LOCK % SUMS


def _written_to(provider: Path) -> None:
    """With the size and the time that it had."""
    before = provider.stat()
    provider.write_bytes(provider.read_bytes().upper())
    os.utime(provider, ns=(before.st_atime_ns, before.st_mtime_ns))


def _laid_in_its_place(provider: Path) -> None:
    new = provider.with_name("new")
    shutil.copy2(provider, new)
    new.rename(provider)


def _is_sealed(one: Run) -> bool:
    with occupy(one, quiet) as directory:
        directory.seal()
        return "hashes" not in (directory.work / LOCK_FILE).read_text()


@pytest.mark.parametrize("changed", [_written_to, _laid_in_its_place, Path.unlink])
def test_on_this_machine_init_is_believed_while_its_files_are_the_same(
    example: Disk, changed: Callable[[Path], object]
) -> None:
    """A mirror may be written to; what stands there then is hashed again."""
    example.write("src/app/.terraform.lock.hcl", LOCK % SUMS)
    mirror = example.root.parent / "mirror"
    mirror.mkdir()
    provider = mirror / "terraform-provider-aws"
    provider.write_bytes(b"provider")
    one = run(example, sealed=True, contained=False)
    with occupy(one, quiet) as directory:
        link = directory.work / ".terraform/providers/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64"
        link.parent.mkdir(parents=True)
        link.symlink_to(mirror)
    assert not _is_sealed(one), "nothing was checked"
    (one.home / "stamp").write_text("by 0.1")
    with occupy(one, quiet) as directory:
        assert not directory.ready("by 0.1"), "which looked at no provider: init is done again"
        directory.mark("init has checked it")
        assert directory.ready("init has checked it")
    assert _is_sealed(one) and _is_sealed(one)
    time.sleep(0.02)  # a tick of the clock by which files change
    changed(provider)
    assert not _is_sealed(one)


def test_what_was_checked_was_checked_by_this_lock_file(example: Disk) -> None:
    example.write("src/app/.terraform.lock.hcl", LOCK % SUMS)
    one = run(example, sealed=True, contained=False)
    with occupy(one, quiet) as directory:
        (directory.work / ".terraform/providers").mkdir(parents=True)
        directory.mark("init has checked it")
    assert _is_sealed(one)
    example.write("src/app/.terraform.lock.hcl", LOCK % SUMS.replace("one", "two"))
    assert not _is_sealed(one)


@pytest.mark.parametrize("own", [True, False])
def test_where_init_must_run_a_lock_file_of_an_earlier_image_goes(example: Disk, own: bool) -> None:
    if own:
        example.write("src/app/.terraform.lock.hcl", "the root's own")
    first, second = (run(example, steps=(Step(("terraform", "init"), stamp=s),)) for s in ("one image", "another"))
    with occupy(first, quiet) as directory:
        (directory.work / LOCK_FILE).write_text("made by init")
        (directory.work / ".terraform").mkdir()
        directory.mark("one image")
    for one, kept in ((first, "made by init"), (second, "")):
        with occupy(one, quiet):
            file = directory.work / LOCK_FILE
            assert (file.read_text() if file.exists() else "") == ("the root's own" if own else kept)
