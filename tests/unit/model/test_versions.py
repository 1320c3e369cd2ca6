"""What a newer orchestrate wrote: not read, not even in part, and never written over; of many, that one alone fails."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cloud_fleet import Many
from fakes import layer, stack
from project_on_disk import REGION

from wrapper.deploy.lb_slots import slot_table, slots
from wrapper.fleet import journal
from wrapper.fleet.change_detection import TenantFilter
from wrapper.model.errors import BusyError, NewerError
from wrapper.model.report import LayerResult, Report
from wrapper.model.stack import Layer
from wrapper.model.versions import check_known
from wrapper.reaper import holds, rules
from wrapper.reaper.rules import Hold
from wrapper.reports import json as document
from wrapper.run import plan_file
from wrapper.state import history, index, layer_state, record
from wrapper.state.history import HistoryEntry
from wrapper.state.record import DeploymentRecord
from wrapper.state.store import LocalStore
from wrapper.terraform.commands import VERBS

STACK, ACME = stack(), layer("acme")
KEPT = Hold(2.0, "2026-12-01", "UTC")
HEAD = Report("id-1", "apply", "r", "s", 1.0, 1.0, (), command="./orchestrate apply s r --all-tenants", by="me")
NEWER = "of version 99 was written by a newer orchestrate; this one reads up to"


@pytest.mark.parametrize(
    "data", [None, [], "x", {}, {"version": None}, {"version": 1}, {"version": 2}, {"version": -1}]
)
def test_what_is_known_passes(data: Any) -> None:
    check_known(data, 2, "a thing", "here")


@pytest.mark.parametrize(
    ("version", "words"),
    [(3, "3"), (2.5, "2.5"), ("2", '"2"'), ([1], "[1]"), ({"a": 1}, '{"a": 1}'), (float("nan"), "NaN"), ("x" * 99, '"' + "x" * 39)],
)  # fmt: skip
def test_what_is_not_known_is_named(version: Any, words: str) -> None:
    with pytest.raises(NewerError) as error:
        check_known({"version": version}, 2, "a thing", "here")
    assert (
        error.value.message == f"a thing of version {words} was written by a newer orchestrate; this one reads up to 2"
    )
    assert (error.value.where, error.value.exit_code, bool(error.value.hint)) == ("here", 65, True)


# -- each thing that is kept --------------------------------------------------------------------------


def newer(data: dict[str, Any], field: str = "version") -> bytes:
    """The same as a newer orchestrate may write it: with something that this one does not know."""
    return json.dumps({**data, field: 99, "more": {"than": "this"}}).encode()


RECORD, HISTORY = (
    newer(DeploymentRecord(by="me").as_data()),
    newer(history.as_data(history.added((), DeploymentRecord(by="me")))),
)
PREFIX = f"{REGION}/app/"
BESIDE = {"orchestrate.json": RECORD, "orchestrate-history.json": HISTORY}


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize(
    "act",
    [
        lambda store: layer_state.check_known(store, ACME),
        lambda store: layer_state.forget(store, ACME, HistoryEntry()),
    ],
)  # fmt: skip
def test_what_stands_beside_a_state_is_left(tmp_path: Path, name: str, act: Callable[[LocalStore], Any]) -> None:
    store, key = LocalStore(tmp_path), f"{PREFIX}tenants/acme/{name}"
    store.write(key, BESIDE[name])
    with pytest.raises(NewerError, match=NEWER) as error:
        act(store)
    assert (error.value.where, store.read(key)) == (key, BESIDE[name])


def test_a_record_is_not_written_over(tmp_path: Path) -> None:
    store, key = LocalStore(tmp_path), layer_state.record_key(ACME)
    store.write(key, RECORD)
    with pytest.raises(NewerError):
        layer_state.change_record(store, ACME, lambda _: DeploymentRecord(by="you"))
    assert store.read(key) == RECORD


def test_a_history_is_not_written_over(tmp_path: Path) -> None:
    store, key = LocalStore(tmp_path), f"{PREFIX}tenants/acme/orchestrate-history.json"
    store.write(key, HISTORY)
    with pytest.raises(NewerError):
        layer_state.change_history(store, ACME, lambda applies: history.added(applies, DeploymentRecord()))
    assert store.read(key) == HISTORY


def test_a_record_and_a_history_without_a_version_are_of_the_first() -> None:
    assert record.parse({"by": "me"}) == DeploymentRecord(by="me")
    assert [e.by for e in history.parse({"applies": [{"number": 1, "by": "me"}]})] == ["me"]


GIVEN = {"assign": ({"acme": {}},), "release": (["acme"],)}


@pytest.mark.parametrize("act", ["assign", "release", "forget", "read", "check_known"])
def test_a_register_of_allotments_is_left(tmp_path: Path, act: str) -> None:
    store = LocalStore(tmp_path)
    table = slot_table.SlotTableStore(store, STACK, "me")
    text = newer(json.loads(slots.render(table.assign({"acme": {}}))))
    store.write(table.key, text)
    with pytest.raises(NewerError, match=NEWER):
        getattr(table, act)(*GIVEN.get(act, ()))
    assert store.read(table.key) == text


def test_what_the_night_spares_is_left(tmp_path: Path) -> None:
    store, key, text = LocalStore(tmp_path), holds.key(STACK), newer(KEPT.as_data())
    store.write(key, text)
    for act in (holds.read, holds.forget, lambda s, t: holds.write(s, t, KEPT)):
        with pytest.raises(NewerError, match=NEWER):
            act(store, STACK)
    assert store.read(key) == text
    store.write(key, b"{")
    holds.write(store, STACK, KEPT)
    assert holds.read(store, STACK) == KEPT, "a damaged one is written anew"
    assert rules.parse_hold({"until": 2.0}, key).until == 2.0


def test_a_plan_file_is_not_applied_in_part(tmp_path: Path) -> None:
    file = tmp_path / "my.plan"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tfplan", "x")
    plan_file.bind(file, "r/s/acme", {**DeploymentRecord(by="me").as_data(), "version": 99})
    with pytest.raises(NewerError, match=NEWER) as error:
        record.parse(plan_file.check(file, "r/s/acme").planned, str(file))
    assert error.value.where == str(file)


def test_a_report_is_not_read_in_part() -> None:
    with pytest.raises(NewerError, match=f"a report {NEWER} 2"):
        document.parse(newer(document.data_of(HEAD), "schema").decode(), "r.json")


def left_by_a_newer(folder: Path) -> Path:
    """The journal of a run of a newer orchestrate that was killed."""
    with pytest.raises(KeyboardInterrupt), journal.keep(folder, HEAD) as kept:
        kept.begin()
        kept.note(LayerResult("r", "s", "acme", "succeeded", started=1.0, finished=3.0))
        raise KeyboardInterrupt
    lines = [newer(json.loads(line), "schema") for line in kept.path.read_bytes().splitlines()]
    kept.path.write_bytes(b"\n".join(lines) + b"\n")
    return kept.path


def test_a_journal_is_neither_gone_on_with_nor_begun_anew(tmp_path: Path) -> None:
    file = left_by_a_newer(tmp_path / "a folder")
    text = file.read_bytes()
    for _ in range(2):
        with pytest.raises(NewerError, match=NEWER) as error, journal.keep(tmp_path / "a folder", HEAD) as kept:
            kept.begin()
        assert file.read_bytes() == text
    assert error.value.hint.endswith(f"or give it up: rm '{file}'")


def test_a_newer_orchestrate_that_runs_now_is_waited_for(tmp_path: Path) -> None:
    with journal.keep(tmp_path, HEAD) as kept:
        kept.begin()
        kept.path.write_bytes(newer(document.data_of(HEAD), "schema") + b"\n")
        with pytest.raises(BusyError, match=r"is running here$"):
            journal.keep(tmp_path, HEAD).__enter__()


# -- the index of tenants ------------------------------------------------------------------------------


def put(store: LocalStore, name: str, text: bytes) -> None:
    store.write(f"{PREFIX}tenants/{name}/terraform.tfstate", b'{"version": 4}')
    store.write(f"{PREFIX}tenants/{name}/orchestrate.json", text)


def test_of_many_records_the_newer_one_alone_is_not_read(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    put(store, "acme", RECORD)
    put(store, "globex", json.dumps(DeploymentRecord(by="you").as_data()).encode())
    for _ in range(2):  # from the objects, and then from memory
        found = index.read(store, STACK)
        acme = found.of("acme")
        assert isinstance(acme.error, NewerError) and acme.error.where.endswith("acme/orchestrate.json")
        assert (acme.deployed, acme.record, found.of("globex").record.by) == (True, DeploymentRecord(), "you")
        assert (found.of("globex").error, found.stack_layer.error) == (None, None)
    kept = json.loads(store.read(PREFIX + index.MEMORY) or b"")["tenants"]["acme"]["record"]
    assert kept == json.loads(RECORD), "what is remembered of it is all of it"
    with pytest.raises(NewerError):
        index.layer_status(store, ACME)


def test_an_index_of_a_newer_orchestrate_is_left_to_it(tmp_path: Path) -> None:
    store, text = LocalStore(tmp_path), newer({"tenants": {}})
    put(store, "acme", json.dumps(DeploymentRecord(by="me").as_data()).encode())
    store.write(PREFIX + index.MEMORY, text)
    assert index.read(store, STACK).of("acme").record.by == "me"
    assert store.read(PREFIX + index.MEMORY) == text


# -- commands ------------------------------------------------------------------------------------------


def wrote(many: Many, tenant: str, name: str = "orchestrate.json") -> Path:
    """What a newer orchestrate left of a tenant, or of the stack's own layer (""), which is there."""
    file = many.cloud.states / REGION / "app-test" / (f"tenants/{tenant}" if tenant else "") / name
    file.write_bytes(newer(json.loads(file.read_text())))
    return file


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize("verb", ["plan", "apply", "destroy", "refresh", "import", "taint", "untaint"])
def test_a_layer_of_a_newer_orchestrate_is_not_touched(made: Many, name: str, verb: str) -> None:
    file = wrote(made, "acme", name)
    text = file.read_bytes()
    made.cloud.engine.steps.clear()
    with pytest.raises(NewerError, match=NEWER):
        made.cloud.perform(verb, "acme", *(["a", "b"] if verb == "import" else []))
    assert (made.cloud.engine.steps, file.read_bytes()) == ([], text)
    assert made.cloud.perform(verb, "globex", *(["a", "b"] if verb == "import" else [])).ok


@pytest.mark.parametrize("verb", ["plan", "apply", "destroy"])
def test_in_a_fleet_the_others_go_on(made: Many, verb: str) -> None:
    file = wrote(made, "acme")
    text = file.read_bytes()
    made.cloud.disk.append("src/app/tenant/main.tf", "# changed\n")
    found = made.run(verb, tenant_filter=TenantFilter(stack_layer=False))
    assert sorted(found) == [("acme", "failed", 65), ("globex", "succeeded", 2 if verb == "plan" else 0)]
    error = made.results["acme"].error
    assert error and NEWER in error.message and error.where.endswith("acme/orchestrate.json")
    assert not any(label.endswith("/acme") for label, _ in made.cloud.engine.steps)
    assert file.read_bytes() == text


def test_one_that_a_newer_orchestrate_applies_meanwhile_is_left(made: Many) -> None:
    made.cloud.disk.append("src/app/tenant/main.tf", "# changed\n")
    deployer = made.cloud.deployer()
    ready = deployer.resolver.prepare(VERBS["apply"], Layer(deployer.stack, "acme"), [])
    text = wrote(made, "acme").read_bytes()
    with pytest.raises(NewerError):
        deployer.carry_out(ready)
    assert (made.cloud.states / REGION / "app-test/tenants/acme/orchestrate.json").read_bytes() == text


def test_the_stacks_own_layer_of_a_newer_orchestrate(made: Many) -> None:
    wrote(made, "")
    made.cloud.disk.append("src/app/tenant/main.tf", "# changed\n")
    assert made.run("apply")[0] == ("-", "failed", 65)
    assert {a.result for n, a in made.results.items() if n} == {"stopped"}
    assert sorted(made.run("apply", tenant_filter=TenantFilter(stack_layer=False))) == [
        ("acme", "succeeded", 0),
        ("globex", "succeeded", 0),
    ]
    assert f"left alone: a record {NEWER}" in made.cloud.console.text()
    assert made.run("destroy")[-1] == ("-", "failed", 65)
    assert [a.result for n, a in made.results.items() if n] == ["succeeded", "succeeded"]
