"""A folder as the place for states."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from damage import as_anybody, damage
from fakes import stack

from wrapper.aws.identity import Identity
from wrapper.model.errors import NotFoundError, OrchestrateError, UnavailableError
from wrapper.model.stack import Backend
from wrapper.state import store as stores
from wrapper.state.s3 import BucketStore
from wrapper.state.store import LocalStore


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "states")


def test_a_folder_as_a_store(store: LocalStore, tmp_path: Path) -> None:
    assert (store.read("a/b"), list(store.listing(""))) == (None, [])
    store.write("a/b", b"1")
    store.write("a/c/d", b"2")
    store.write("e", b"3")
    store.write("a/b.backup", b"4")
    assert (store.read("a/b"), store.read("a")) == (b"1", None)
    assert list(store.listing("a/")) == ["a/b", "a/b.backup", "a/c/d"]
    store.delete("a/b")
    store.delete("nothing")
    assert list(store.listing("")) == ["a/c/d", "e"]
    assert (tmp_path / "states").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("how", ["a dangling link", "a loop", "a sealed folder"])
@pytest.mark.parametrize("confirm", [LocalStore.read, LocalStore.modified])
def test_a_state_that_cannot_be_looked_at_is_not_absent(
    tmp_path: Path, store: LocalStore, confirm: Callable[[LocalStore, str], object], how: str
) -> None:
    damage(tmp_path / "states/a/b", how)
    with as_anybody(tmp_path), pytest.raises(OrchestrateError) as error:
        confirm(store, "a/b")
    assert error.value.where == str(tmp_path / "states/a/b")


def test_another_content_has_another_tag(store: LocalStore) -> None:
    store.write("a/b", b"1")
    one = store.read_tagged("a/b")
    assert one == (b"1", store.listing("a/")["a/b"])
    store.write("a/b", b"two")
    assert store.listing("a/")["a/b"] not in ("", one[1])
    assert store.read_tagged("a/c") is None


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotFoundError, match="cannot write there: File exists") as error:
        LocalStore(tmp_path / "file").write("a", b"1")
    assert error.value.where == str(tmp_path / "file")


def test_a_local_backend_opens_a_folder(tmp_path: Path) -> None:
    backend = Backend("local", {"path": str(tmp_path / "s")}, "b")
    opened = stores.open_store(stack(backend=backend), Identity())
    opened.write("a", b"1")
    assert (tmp_path / "s/a").read_bytes() == b"1"


def test_a_folder_writes_only_what_nobody_changed(store: LocalStore, tmp_path: Path) -> None:
    assert store.read_tagged("a/b") is None
    assert store.write_if("a/b", b"1", None)
    assert not store.write_if("a/b", b"2", None)
    data, tag = store.read_tagged("a/b") or (b"", "")
    assert data == b"1"
    assert store.write_if("a/b", b"2", tag)
    assert not store.write_if("a/b", b"3", tag)
    store.delete("a/b")
    assert not store.write_if("a/b", b"3", tag)
    assert list(store.listing("")) == []


def test_many_writes_in_one_tick_have_many_tags(store: LocalStore) -> None:
    tags: list[str | None] = [None]
    for _ in range(50):
        assert store.write_if("a", b"1", tags[-1])
        tags.append((store.read_tagged("a") or (b"", ""))[1])
    assert len(set(tags)) == 51


def test_the_state_before_is_put_back_by_the_command_that_is_named(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "my states")
    store.write("r/s/terraform.tfstate", b"")
    assert store.restoring("r/s/terraform.tfstate") == ""
    store.write("r/s/terraform.tfstate.backup", b"before")
    subprocess.run(shlex.split(store.restoring("r/s/terraform.tfstate")), check=True)
    assert store.read("r/s/terraform.tfstate") == b"before"


class Dated(Identity):
    """A bucket whose answers have these headers."""

    def __init__(self, **headers: str) -> None:
        super().__init__()
        object.__setattr__(self, "headers", headers)

    headers: dict[str, str]

    def client(self, service: str, region: str) -> Any:
        answer = {"ResponseMetadata": {"HTTPHeaders": self.headers}}
        return SimpleNamespace(list_objects_v2=lambda **_: answer)


def test_the_clock_is_the_buckets() -> None:
    backend = Backend("s3", {"bucket": "b", "region": "ap-southeast-2"}, "backend.tfvars")
    assert BucketStore(Dated(date="Sun, 04 Oct 2026 16:00:00 GMT"), backend).now() == 1791129600.0
    for headers in ({}, {"date": "yesterday"}):
        with pytest.raises(UnavailableError, match="has no date"):
            BucketStore(Dated(**headers), backend).now()
