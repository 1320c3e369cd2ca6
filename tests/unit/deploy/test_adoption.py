"""A state from elsewhere: what it must be, and which state of a layer it may follow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fakes import LOCAL, layer

from wrapper.aws.identity import Identity
from wrapper.deploy import adoption
from wrapper.deploy.adoption import FoundState
from wrapper.model.errors import BusyError, ConfigError, NewerError, NotFoundError, RefusedError, UsageError
from wrapper.state.store import LocalStore

ACME = layer("acme")
KEY = "ap-southeast-2/app/tenants/acme/terraform.tfstate"


def state(**changes: Any) -> dict[str, Any]:
    whole = {"version": 4, "terraform_version": "1.5.7", "serial": 7, "lineage": "l", "outputs": {}}
    return {**whole, "resources": [{"type": "a", "instances": [{}, {}]}], **changes}


def found(**changes: Any) -> FoundState:
    data = json.dumps(state(**changes)).encode()
    return FoundState("old.tfstate", data, adoption.parse(data, "old.tfstate"))


def no_identity() -> Identity:
    raise AssertionError("a file needs no identity")


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "old.tfstate").write_text(json.dumps(state()))
    one = adoption.load("old.tfstate", tmp_path, no_identity, "eu-west-1")
    assert one.words == "2 resources, serial 7, lineage l, Terraform 1.5.7"


@pytest.mark.parametrize("name", ["none.tfstate", "dir"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "dir").mkdir()
    with pytest.raises((NotFoundError, ConfigError)):
        adoption.load(name, tmp_path, no_identity, "eu-west-1")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no state of Terraform (0 bytes)"),
        (b"[]", "no state of Terraform"),
        (b'{"a": 1}', "no state of Terraform"),
        (b"\xff\xfe", "no state of Terraform"),
        (json.dumps(state(version=3)).encode(), "a state of format 3"),
        (json.dumps(state(version=5)).encode(), "a state of format 5"),
        (json.dumps(state(serial=None)).encode(), "without serial, lineage or resources"),
        (json.dumps(state(lineage="")).encode(), "without serial, lineage or resources"),
        (json.dumps(state(resources={})).encode(), "without serial, lineage or resources"),
    ],
)
def test_what_is_no_state(data: bytes, says: str) -> None:
    with pytest.raises(ConfigError) as error:
        adoption.parse(data, "old.tfstate")
    assert says in str(error.value) and error.value.hint


def test_a_later_terraform_is_needed_for_its_state() -> None:
    adoption.check_version(found(), "terraform 1.11.4 0123")
    adoption.check_version(found(terraform_version="1.11.9"), "terraform 1.11.4 0123")
    with pytest.raises(NewerError, match=r"Terraform 1.12.0 wrote that state; this is 1.11"):
        adoption.check_version(found(terraform_version="1.12.0"), "terraform 1.11.4 0123")


@pytest.mark.parametrize("saved", [None, state(), state(serial=6), state(serial=8)])
def test_a_state_that_it_may_follow_or_has_already(saved: dict[str, Any] | None) -> None:
    """A later serial with the same content: Terraform pushed it, and counted on."""
    assert adoption.is_there(found(), ACME, saved) == (saved is not None)


def test_an_empty_layer_gets_the_lineage_first(tmp_path: Path) -> None:
    """A later serial than that of the empty state: Terraform pushes over it."""
    store = LocalStore(tmp_path)
    with adoption.seeded(store, ACME, found()):
        seed = json.loads(store.read(KEY) or b"")
        assert (seed["lineage"], seed["serial"], seed["resources"]) == ("l", 6, [])
    assert store.read(KEY) is not None


@pytest.mark.parametrize("then", [None, b"another run's"])
def test_a_push_that_fails_leaves_what_was_there(tmp_path: Path, then: bytes | None) -> None:
    store = LocalStore(tmp_path)
    with pytest.raises(KeyboardInterrupt), adoption.seeded(store, ACME, found()):
        if then:
            store.write(KEY, then)
        raise KeyboardInterrupt
    assert store.read(KEY) == then


def test_a_state_that_is_there_is_no_empty_one(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.write(KEY, b"{}")
    with pytest.raises(KeyboardInterrupt), adoption.seeded(store, ACME, found(serial=0)):
        raise KeyboardInterrupt
    assert store.read(KEY) == b"{}"


@pytest.mark.parametrize("saved", [None, state(lineage="other"), state(resources=[])])
def test_what_stands_there_after_the_push(saved: dict[str, Any] | None) -> None:
    adoption.check_there(found(), ACME, state(serial=8))
    with pytest.raises(BusyError, match="not the one that was pushed"):
        adoption.check_there(found(), ACME, saved)


def test_an_earlier_state_of_the_layer_is_followed() -> None:
    assert not adoption.is_there(found(), ACME, state(serial=6, resources=[]))


@pytest.mark.parametrize(
    ("saved", "says"),
    [
        (state(lineage="other"), "is another state's"),
        (state(serial=8, resources=[]), "was overtaken by another run (serial 7"),
        (state(resources=[]), "was overtaken by another run (serial 7"),
    ],
)
def test_a_state_of_the_layer_that_it_must_not_follow(saved: dict[str, Any], says: str) -> None:
    with pytest.raises(RefusedError) as error:
        adoption.is_there(found(), ACME, saved)
    assert says in error.value.message and "nothing was written" in error.value.hint


@pytest.mark.parametrize("source", [f"s3://states/{KEY}", "s3:states/x", "s3://states"])
def test_a_source_that_is_none(source: str) -> None:
    with pytest.raises(UsageError):
        adoption.check_source(source, ACME)


def test_any_other_source_is_one() -> None:
    adoption.check_source("s3://states/other.tfstate", ACME)
    adoption.check_source(f"s3://states/{KEY}", layer("acme", backend=LOCAL))
    adoption.check_source("old.tfstate", ACME)
