"""What is kept in the state's place: read as data, never written by us; and a folder as such a place."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from damage import as_anybody, damage
from fakes import LOCAL, S3, layer, stack

from wrapper.aws.identity import Identity
from wrapper.aws.task_definitions import kept_families
from wrapper.deploy.lb_slots import slot_table
from wrapper.model.errors import BusyError, ConfigError, NotFoundError, OrchestrateError, RefusedError
from wrapper.model.nouns import Backend, Layer
from wrapper.state import history, layer_state, s3
from wrapper.state import store as stores
from wrapper.state.record import DeploymentRecord
from wrapper.state.store import LocalStore

GOOD = {"version": 4, "serial": 3, "outputs": {"url": {"value": "u", "type": "string"}}, "resources": [{"type": "x"}]}
EMPTY = {"version": 4, "serial": 4, "outputs": {}, "resources": []}
KEY = "ap-southeast-2/app/tenants/acme/terraform.tfstate"
ACME = layer("acme", backend=LOCAL)


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


def test_a_state_is_read_as_data(store: LocalStore) -> None:
    assert layer_state.load(store, ACME) is None
    store.write(KEY, json.dumps(GOOD).encode())
    assert layer_state.load(store, ACME) == GOOD
    assert layer_state.load(store, Layer(ACME.stack)) is None


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"null", b"\xff"])
def test_a_damaged_state_is_no_missing_state(store: LocalStore, data: bytes) -> None:
    store.write(KEY, data)
    with pytest.raises(ConfigError) as error:
        layer_state.load(store, ACME)
    assert error.value.message == f"the state of {ACME.label} is damaged ({len(data)} bytes)"
    assert error.value.where == KEY


@pytest.mark.parametrize(
    ("data", "outputs", "empty"),
    [
        (GOOD, {"url": "u"}, False),
        (EMPTY, {}, True),
        (None, {}, True),
        ({"version": 4}, {}, True),
        ({"outputs": None}, {}, True),
    ],
)
def test_outputs_and_emptiness(data: dict[str, Any] | None, outputs: dict[str, Any], empty: bool) -> None:
    assert layer_state.outputs(data) == outputs
    assert layer_state.is_empty(data) is empty


def test_who_is_deployed(store: LocalStore) -> None:
    for key in (
        KEY,
        "ap-southeast-2/app/tenants/globex/terraform.tfstate",
        "ap-southeast-2/app/tenants/gone/orchestrate.json",
        "ap-southeast-2/app/tenants/deep/er/terraform.tfstate",
        "ap-southeast-2/app/tenants/terraform.tfstate",
        "ap-southeast-2/app/terraform.tfstate",
        "ap-southeast-2/app2/tenants/other/terraform.tfstate",
    ):
        store.write(key, b"{}")
    assert layer_state.deployed(store, ACME.stack) == ["acme", "globex"]


@pytest.mark.parametrize(
    ("data", "record"),
    [
        (None, DeploymentRecord()),
        (b"", DeploymentRecord()),
        (b"{", DeploymentRecord()),
        (b"[]", DeploymentRecord()),
        (b'{"by": "me"}', DeploymentRecord(by="me")),
    ],
)
def test_a_record_that_cannot_be_read_is_none(store: LocalStore, data: bytes | None, record: DeploymentRecord) -> None:
    if data is not None:
        store.write(layer_state.record_key(ACME), data)
    assert layer_state.load_record(store, ACME) == record


def test_a_record_stands_beside_its_state(store: LocalStore) -> None:
    layer_state.write_record(store, ACME, DeploymentRecord(by="me"))
    assert list(store.listing("")) == ["ap-southeast-2/app/tenants/acme/orchestrate.json"]
    assert layer_state.load_record(store, ACME) == DeploymentRecord(by="me")


def test_two_stacks_of_old_in_one_folder_have_two_records(store: LocalStore) -> None:
    one, other = (
        Layer(stack(backend=Backend("local", {"path": "/s"}, "b", f"old/{n}.tfstate"))) for n in ("one", "two")
    )
    layer_state.write_record(store, one, DeploymentRecord(by="one"))
    layer_state.write_record(store, other, DeploymentRecord(by="other"))
    assert layer_state.load_record(store, one) == DeploymentRecord(by="one")


@pytest.mark.parametrize(
    ("data", "left"), [(EMPTY, []), (None, []), (GOOD, [KEY.replace("terraform.tfstate", "orchestrate.json"), KEY])]
)
def test_only_an_empty_state_is_forgotten(store: LocalStore, data: dict[str, Any] | None, left: list[str]) -> None:
    if data is not None:
        store.write(KEY, json.dumps(data).encode())
    layer_state.write_record(store, ACME, DeploymentRecord())
    layer_state.forget(store, ACME)
    assert list(store.listing("")) == sorted(left)


def _task(family: str, skip: bool, **changes: Any) -> dict[str, Any]:
    attributes = {"family": family, "skip_destroy": skip}
    return {"type": "aws_ecs_task_definition", "mode": "managed", "instances": [{"attributes": attributes}], **changes}


@pytest.mark.parametrize(
    ("data", "families"),
    [
        (None, []),
        ({"resources": []}, []),
        ({"resources": [_task("b", True), _task("a", True), _task("a", True), _task("c", False)]}, ["a", "b"]),
        ({"resources": [_task("a", True, mode="data"), _task("b", True, type="aws_x")]}, []),
    ],
)
def test_which_task_definitions_stay_behind(data: dict[str, Any] | None, families: list[str]) -> None:
    assert kept_families(data) == families


# -- a write under a condition ---------------------------------------------------------------------


class Bucket:
    """An S3 client's two calls, answered as S3 answers them."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def put_object(self, **request: Any) -> Any:
        return self._answer(request)

    def get_object(self, **request: Any) -> Any:
        return self._answer(request)

    def delete_object(self, **request: Any) -> Any:
        return self._answer(request)

    def _answer(self, request: dict[str, Any]) -> Any:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, str):
            raise ClientError({"Error": {"Code": answer, "Message": answer}}, "op")
        return answer


class As(Identity):
    """An identity whose every client is this one."""

    def __init__(self, client: Bucket) -> None:
        object.__setattr__(self, "_client", client)

    def client(self, service: str, region: str) -> Any:
        return self._client  # type: ignore[attr-defined]


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


def body(data: bytes) -> dict[str, Any]:
    return {"Body": io.BytesIO(data), "ETag": '"e"'}


@pytest.mark.parametrize(
    ("answers", "written"),
    [
        ([{}], True),
        (["PreconditionFailed", b"2"], False),
        (["ConditionalRequestConflict", b"2"], False),
        (["NoSuchKey", "NoSuchKey"], False),
        (["PreconditionFailed", b"1"], True),  # the answer to the first try was lost, and the second one met it
        (["ConditionalRequestConflict", b"1"], True),
    ],
)
@pytest.mark.parametrize(("tag", "condition"), [(None, {"IfNoneMatch": "*"}), ('"e"', {"IfMatch": '"e"'})])
def test_a_bucket_writes_only_what_nobody_changed(
    answers: list[Any], written: bool, tag: str | None, condition: dict[str, str]
) -> None:
    bucket = Bucket(*(body(one) if isinstance(one, bytes) else one for one in answers))
    assert s3.BucketStore(As(bucket), S3).write_if("k", b"1", tag) is written
    assert {k: v for k, v in bucket.asked[0].items() if k.startswith("If")} == condition


def test_a_conditional_write_that_is_refused_is_an_error() -> None:
    with pytest.raises(RefusedError, match="state bucket states: AccessDenied"):
        s3.BucketStore(As(Bucket("AccessDenied")), S3).write_if("k", b"1", None)
    with pytest.raises(NotFoundError, match="no state bucket states"):
        s3.BucketStore(As(Bucket("NoSuchBucket")), S3).write_if("k", b"1", None)


def test_a_bucket_reads_with_its_tag() -> None:
    bucket = Bucket(body(b"1"), "NoSuchKey")
    one = s3.BucketStore(As(bucket), S3)
    assert one.read_tagged("k") == (b"1", '"e"')
    assert one.read_tagged("k") is None


def test_many_writes_in_one_tick_have_many_tags(store: LocalStore) -> None:
    tags: list[str | None] = [None]
    for _ in range(50):
        assert store.write_if("a", b"1", tags[-1])
        tags.append((store.read_tagged("a") or (b"", ""))[1])
    assert len(set(tags)) == 51


@pytest.mark.parametrize("answer", [{}, "NoSuchKey", "404"])
def test_what_is_gone_already_is_removed(answer: Any) -> None:
    bucket = Bucket(answer)
    s3.BucketStore(As(bucket), S3).delete("k")
    assert bucket.asked == [{"Bucket": "states", "Key": "k"}]


# -- a write whose answer is lost -------------------------------------------------------------------


class Lossy(LocalStore):
    """Writes, loses the answer and asks again, as botocore does, perhaps after another command wrote: it is overtaken."""

    def __init__(self, folder: Path, meanwhile: Callable[[], None] = lambda: None) -> None:
        super().__init__(folder)
        self._meanwhile = meanwhile
        self.lost = 0

    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        written = super().write_if(key, data, tag)
        if self.lost or not written:
            return written
        self.lost += 1
        self._meanwhile()
        return False


MINE, OTHERS = DeploymentRecord(by="me", run="1"), DeploymentRecord(by="you", run="2")


def note(store: LocalStore, record: DeploymentRecord) -> None:
    layer_state.change_history(store, ACME, lambda applies: history.added(applies, record))


@pytest.mark.parametrize("others", [0, 1])
def test_an_apply_stands_in_the_history_once_whatever_becomes_of_the_answer(tmp_path: Path, others: int) -> None:
    store = Lossy(tmp_path, lambda: [note(LocalStore(tmp_path), OTHERS) for _ in range(others)].clear())
    note(store, MINE)
    found = [(e.number, e.by) for e in layer_state.load_history(store, ACME)]
    assert (store.lost, found) == (1, [(1, "me"), (2, "you")][: 1 + others])


def test_the_failure_of_an_apply_is_its_own(tmp_path: Path) -> None:
    """Its smoke test takes a while, and Terraform's lock is gone by then."""
    store = Lossy(tmp_path, lambda: note(LocalStore(tmp_path), OTHERS))
    note(LocalStore(tmp_path), MINE)
    layer_state.change_history(store, ACME, lambda applies: history.with_failure(applies, MINE.run, "no answer"))
    found = [(e.by, e.failed) for e in layer_state.load_history(store, ACME)]
    assert (store.lost, found) == (1, [("me", "no answer"), ("you", "")])


def test_a_slot_is_given_once_whatever_becomes_of_the_answer(tmp_path: Path) -> None:
    other = slot_table.SlotTableStore(LocalStore(tmp_path), ACME.stack, "you")
    store = Lossy(tmp_path, lambda: other.assign(["globex"]) and None)
    table = slot_table.SlotTableStore(store, ACME.stack, "me", wait=lambda _: None).assign(["acme"])
    slots = {name: entry.slot.priority for name, entry in table.tenants.items()}
    assert (store.lost, slots, table.freed) == (1, {"acme": 101, "globex": 102}, ())


class Busy(LocalStore):
    """Another writer comes first, so often."""

    others = 1

    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        if self.others:
            self.others -= 1
            self.write(key, json.dumps({"version": 2, "by": "another", "seconds": self.others}).encode())
        return super().write_if(key, data, tag)


def test_a_record_is_changed_beside_what_another_writes(tmp_path: Path) -> None:
    store = Busy(tmp_path)
    layer_state.change_record(store, layer("acme"), lambda one: replace(one, url="u"))
    assert (layer_state.load_record(store, layer("acme")).by, layer_state.load_record(store, layer("acme")).url) == (
        "another",
        "u",
    )
    store.others = 99
    with pytest.raises(BusyError, match="other commands keep writing its record"):
        layer_state.change_record(store, layer("acme"), lambda one: replace(one, url="v"))
