"""The record beside a state: written and read back whole, and never a stumbling block when it is damaged."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import JSON

from wrapper.state.record import DeploymentRecord, moment, parse

WHOLE = DeploymentRecord(
    inputs={"variables": {"size": "1"}, "sources": "s", "modules": "m", "versions": "v"},
    cli_vars={"size": "1"},
    sensitive_names=("token",),
    by="me",
    at="2026-01-02T03:04:05Z",
    state={"serial": 3, "lineage": "l", "tag": '"t"'},
    seconds=3.5,
    url="https://acme.example.com",
    failed={"at": "a", "by": "b", "error": "e"},
)


@pytest.mark.parametrize("record", [DeploymentRecord(), WHOLE, DeploymentRecord(seconds=3.0)])
def test_what_is_written_is_read_back(record: DeploymentRecord) -> None:
    assert parse(json.loads(json.dumps(record.as_data()))) == record


@given(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(WHOLE.as_data().keys() - {"version"}, JSON)))
def test_anything_else_is_read_as_far_as_it_goes(data: Any) -> None:
    assert parse(parse(data).as_data()) == replace(parse(data), damaged=False)


def test_an_older_one_counts_as_changed() -> None:
    old = parse({"version": 1, "inputs": {"variables": {}, "sources": "s", "image": "i"}, "state": {"serial": 1}})
    assert (old.inputs["sources"], old.tag) == ("s", "")


def test_a_failure_leaves_the_last_apply_as_it_was() -> None:
    failed = DeploymentRecord(by="me", seconds=1.0).after_failure("t", "you", "no")
    assert (failed.by, failed.seconds, failed.failed) == ("me", 1.0, {"at": "t", "by": "you", "error": "no"})


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1970-01-01T00:00:00Z"), (1767323045.999, "2026-01-02T03:04:05Z"), (4e9, "2096-10-02T07:06:40Z")],
)
def test_a_moment(seconds: float, text: str) -> None:
    assert moment(seconds) == text
