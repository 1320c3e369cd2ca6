"""A saved plan remembers its layer, and is refused for another."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import NAMES

from wrapper.model.errors import NotFoundError, OrchestrateError, RefusedError
from wrapper.run import plan_file
from wrapper.state import record
from wrapper.state.record import DeploymentRecord


def plan(file: Path) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tfplan", "planned")
    return file


def test_a_plan_is_for_the_layer_it_was_bound_to(tmp_path: Path) -> None:
    file = plan(tmp_path / "my.plan")
    plan_file.bind(file, "r/s/acme")
    plan_file.check(file, "r/s/acme")
    with zipfile.ZipFile(file) as archive:
        assert archive.read("tfplan") == b"planned"


def test_binding_again_is_for_the_last(tmp_path: Path) -> None:
    file = plan(tmp_path / "my.plan")
    plan_file.bind(file, "r/s/acme")
    plan_file.bind(file, "r/s/globex")
    plan_file.check(file, "r/s/globex")


def test_what_its_apply_will_record_goes_with_it(tmp_path: Path) -> None:
    file, one = (
        plan(tmp_path / "my.plan"),
        DeploymentRecord(inputs={"sources": "s"}, cli_vars={"a": "é\n"}, builds={"b": "1"}),
    )
    plan_file.bind(file, "r/s/acme", one.as_data())
    assert record.parse(plan_file.check(file, "r/s/acme").planned, "") == one
    plan_file.bind(file, "r/s/acme", DeploymentRecord(cli_vars={"a": "x" * 70_000}).as_data())
    saved = plan_file.check(file, "r/s/acme")
    assert (saved.planned, saved.has_digest) == ({}, True), "a comment has no room for it; it is a plan still"


@pytest.mark.parametrize(
    ("comment", "planned"),
    [(b"", {}), (b'\n{"version": 2, "given": {"a": "b"}}', {"version": 2, "given": {"a": "b"}})],
)
def test_a_plan_of_an_older_version_has_no_digest(tmp_path: Path, comment: bytes, planned: dict[str, Any]) -> None:
    file = plan(tmp_path / "my.plan")
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = b"orchestrate layer r/s/acme" + comment
    assert plan_file.check(file, "r/s/acme") == plan_file.SavedPlan(planned)


@pytest.mark.parametrize("planned", [{}, {"version": 2, "given": {"a": "b"}}])
def test_a_plan_in_which_a_byte_flipped_is_refused(tmp_path: Path, planned: dict[str, Any]) -> None:
    """Each byte of the file, its comment and its digest too."""
    file = plan(tmp_path / "my.plan")
    plan_file.bind(file, "r/s/acme", planned)
    good = file.read_bytes()
    for place, byte in enumerate(good):
        for bit in (1, 32, 128):
            file.write_bytes(good[:place] + bytes([byte ^ bit]) + good[place + 1 :])
            with pytest.raises(RefusedError) as error:
                plan_file.check(file, "r/s/acme")
            assert error.value.exit_code == 77
    file.write_bytes(good)
    assert plan_file.check(file, "r/s/acme").planned == planned


def test_a_damaged_plan_says_so(tmp_path: Path) -> None:
    file = plan(tmp_path / "my.plan")
    plan_file.bind(file, "r/s/acme")
    file.write_bytes(file.read_bytes().replace(b"planned", b"PLANNED"))
    with pytest.raises(RefusedError, match="this plan file is damaged") as error:
        plan_file.check(file, "r/s/acme")
    assert error.value.hint == "make a new plan of r/s/acme with -out=FILE"


@given(st.lists(NAMES, min_size=1, max_size=3).map("/".join), st.lists(NAMES, min_size=1, max_size=3).map("/".join))
def test_no_plan_of_one_layer_passes_for_another(
    tmp_path_factory: pytest.TempPathFactory, one: str, other: str
) -> None:
    file = plan(tmp_path_factory.mktemp("plan") / "my.plan")
    plan_file.bind(file, one)
    if one == other:
        plan_file.check(file, other)
    else:
        with pytest.raises(RefusedError, match=f"this plan was made for {one}, not for {other}"):
            plan_file.check(file, other)


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (None, NotFoundError, "no such plan file"),
        (b"", RefusedError, "this is not a plan file"),
        (b"text", RefusedError, "this is not a plan file"),
        ("plan", RefusedError, "this plan does not say which layer it is for"),
    ],
)
def test_what_is_no_plan_of_ours(
    tmp_path: Path, content: bytes | str | None, kind: type[OrchestrateError], message: str
) -> None:
    file = tmp_path / "my.plan"
    if content == "plan":
        plan(file)
    elif isinstance(content, bytes):
        file.write_bytes(content)
    with pytest.raises(kind) as error:
        plan_file.check(file, "r/s")
    assert (error.value.message, error.value.where) == (message, str(file))
    assert "-out=FILE" in error.value.hint
