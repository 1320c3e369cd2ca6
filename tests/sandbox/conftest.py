"""A sandbox of one's own per test, stopped afterwards whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wrapper.sandbox import remembered, unasked
from wrapper.sandbox.lifecycle import Sandbox, Seed


def pytest_collectstart() -> None:
    """As the sandbox does before it imports moto, or each client of a test parses the description of its service again, and moto
    reads megabytes of JSON. Not while this is imported: the process that hands tests to others imports it too."""
    remembered.share_descriptions()
    unasked.make_late()


@pytest.fixture
def seed() -> Seed:
    return Seed(
        buckets=(("orchestrate-state", "ap-southeast-2"),),
        zones=("example.com",),
        secrets=(("registry-login", "ap-southeast-2", '{"username": "someone"}'),),
    )


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "sandbox", "/projects/one")
    yield sandbox
    sandbox.stop()
