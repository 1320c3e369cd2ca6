"""The place for states that needs no bucket."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from project_on_disk import REGION
from said import Said

Run = Callable[..., Said]


@pytest.mark.parametrize("words", [("app-test",), (REGION, "app-test"), ("app-test", REGION)])
def test_a_local_place_for_states_needs_no_making(run_cli: Run, words: tuple[str, ...]) -> None:
    said = run_cli("bootstrap", *words)
    assert (said.code, "no bucket to create" in said.err) == (0, True)
