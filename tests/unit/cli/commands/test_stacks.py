"""Which stacks there are, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from project_on_disk import REGION, Disk
from said import Said

Run = Callable[..., Said]


def test_stacks_as_a_table(run_cli: Run) -> None:
    said = run_cli("stacks")
    head, *rows = [line.split() for line in said.out.splitlines()]
    assert (said.code, said.err, head) == (0, "", ["STACK", "REGION", "SOURCE", "TENANTS", "STATE", "MARKS"])
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("global", "-", "src/global"),
        ("app-live", REGION, "src/app"),
        ("app-test", REGION, "src/app"),
        ("app-live", "eu-west-1", "src/app"),
    ]
    assert rows[2][3:5] == ["acme,", "globex"]
    assert [row[-1] for row in rows] == ["-", "protected", "ephemeral", "protected"]


@pytest.mark.parametrize("arguments", [("stacks", "--json"), ("--json", "stacks")])
def test_stacks_as_data(run_cli: Run, example: Disk, arguments: tuple[str, ...]) -> None:
    said = run_cli(*arguments)
    found = {(s["region"], s["stack"]): s for s in json.loads(said.out)}
    assert found[REGION, "app-test"] == {
        "stack": "app-test",
        "region": REGION,
        "source": "src/app",
        "tenants": ["acme", "globex"],
        "state": str(example.root / ".orchestrate/states"),
        "marks": ["ephemeral"],
        "account": "",
        "promotes_from": "",
        "way": ["app-test"],
    }
    assert found["", "global"]["tenants"] is None
    assert found[REGION, "app-live"]["promotes_from"] == "app-test"
