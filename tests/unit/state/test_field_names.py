"""The keys of records in the bucket: those of the first versions, whatever the fields are called now."""

from __future__ import annotations

from dataclasses import fields

import pytest

from wrapper.state.field_names import KEYS, from_data, to_data
from wrapper.state.history import HistoryEntry
from wrapper.state.record import DeploymentRecord

RECORD = (
    "inputs given hidden by at state seconds url builds commit job why run failed files brought trying partly unsaved"
)
HISTORY = "number at by builds commit job seconds why run failed files brought serial lineage"


@pytest.mark.parametrize(("one", "keys"), [(DeploymentRecord(), RECORD), (HistoryEntry(), HISTORY)])
def test_a_key_in_the_bucket_keeps_its_name(one: DeploymentRecord | HistoryEntry, keys: str) -> None:
    assert list(to_data(one)) == keys.split()


def test_the_map_names_fields_that_exist() -> None:
    assert set(KEYS) <= {f.name for f in fields(DeploymentRecord)}


def test_what_an_older_version_wrote_is_read() -> None:
    data = {"given": {"size": "1"}, "hidden": ["token"], "job": "http://ci/7/", "why": {"promoted_from": "r/test"}}
    expected = DeploymentRecord(
        cli_vars={"size": "1"},
        sensitive_names=("token",),
        build_url="http://ci/7/",
        reason={"promoted_from": "r/test"},
    )
    assert from_data(DeploymentRecord, data) == expected


@pytest.mark.parametrize("data", [{"cli_vars": {"size": "1"}}, {"given": "size=1"}, {"seconds": True}, {"by": None}])
def test_a_name_that_is_no_key_and_a_value_of_another_type_are_left_out(data: dict[str, object]) -> None:
    assert from_data(DeploymentRecord, data) == DeploymentRecord()


def test_a_whole_number_of_seconds_is_a_number_of_seconds() -> None:
    assert from_data(DeploymentRecord, {"seconds": 3}).seconds == 3
