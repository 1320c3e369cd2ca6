"""Each object beside a state, damaged in every way: a word about it or a command that goes on, and never a bug of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cloud import applied
from project_on_disk import REGION, Disk, filled
from said import Said

Run = Callable[..., Said]
STATES = f".orchestrate/states/{REGION}/app-test"
OBJECTS = {
    f"{STATES}/keep.json": {"version": 1, "until": "2099-01-01T00:00:00Z", "reason": "r", "by": "b", "at": "a"},
    f"{STATES}/allotments.json": {
        "version": 1,
        "tenants": {"acme": {"load_balancer": 1, "priority": 101}},
        "freed": [],
    },
    f"{STATES}/tenants/acme/.terraform.tfstate.lock.info": {"ID": "1", "Who": "w", "Operation": "o", "Created": "c"},
}
COMMANDS = [
    ("tenants", "app-test"),
    ("affected", "app-test"),
    ("history", "app-test", "-var", "tenant=acme"),
    ("keep", "--list"),
    ("--dry-run", "destroy", "app-test"),
]
DAMAGES = {
    "deep": "[" * 200_000,
    "deep and closed": '{"version": 1, "x": ' + "[" * 20_000 + "]" * 20_000 + "}",
    "digits": '{"version": ' + "9" * 5000 + "}",
    "no number": '{"version": NaN}',
}
OTHERS = (None, 1, [1])


@pytest.fixture
def objects(example: Disk) -> list[Path]:
    filled(example, applied, "", "acme")
    for path, data in OBJECTS.items():
        example.write(path, json.dumps(data))
    return sorted(f for f in (example.root / STATES).rglob("*") if f.is_file())


def of_another_kind(data: Any, depth: int = 2) -> Iterator[Any]:
    """The same with each of its fields replaced by what it cannot be."""
    items = list(data.items()) if isinstance(data, dict) else []
    for name, value in items:
        yield from ({**data, name: other} for other in OTHERS)
        if depth:
            yield from ({**data, name: inner} for inner in of_another_kind(value, depth - 1))


def bugs(run_cli: Run, file: Path, text: str, commands: list[tuple[str, ...]]) -> list[str]:
    file.write_text(text)
    found = []
    for typed in commands:
        said = run_cli(*typed)
        if said.code == 70:
            found.append(f"{file.name} {text[:200]} {typed} {said.err}")
    return found


def test_no_damage_is_a_bug_of_ours(run_cli: Run, objects: list[Path]) -> None:
    found = []
    for file in objects:
        whole = file.read_text()
        for text in DAMAGES.values():
            found += bugs(run_cli, file, text, COMMANDS)
        file.write_text(whole)
    assert found == []


def test_no_field_of_another_kind_is_a_bug_of_ours(run_cli: Run, objects: list[Path]) -> None:
    """Each with the one command that reads most of it."""
    reader = {"keep.json": COMMANDS[3], "orchestrate-history.json": COMMANDS[2], "orchestrate.json": COMMANDS[1]}
    found = []
    for file in objects:
        whole = file.read_text()
        for data in of_another_kind(json.loads(whole)):
            found += bugs(run_cli, file, json.dumps(data), [reader.get(file.name, COMMANDS[0])])
        file.write_text(whole)
    assert found == []
