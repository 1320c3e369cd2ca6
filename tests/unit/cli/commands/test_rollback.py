"""Back to what ran before: which apply is chosen, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cloud import Cloud
from project_on_disk import Disk
from said import Said

Run = Callable[..., Said]
ACME = ("rollback", "app-test", "-var", "tenant=acme")


@pytest.fixture
def deployed(example: Disk) -> None:
    for build, text in (("90", "a"), ("91", "b")):
        given = ("-var", "tenant=acme", "-var", f"service1-build={build}", "-var", f"text={text}")
        Cloud(example).perform("apply", "acme", *given)


@pytest.mark.usefixtures("deployed")
def test_the_builds_of_the_apply_before(run_cli: Run) -> None:
    said = run_cli(*ACME, "--dry-run", "--engine", "host")
    assert said.code == 0 and "acme: service1-build 91 -> 90 (rollback of 2 to 1)" in said.err
    assert "back to apply 1" in said.err
    assert "typed at its last apply and not now: -var text=b" in said.err


@pytest.mark.usefixtures("deployed")
def test_an_apply_that_is_not_there(run_cli: Run) -> None:
    said = run_cli(*ACME, "--to", "7", "--dry-run", "--engine", "host")
    assert (said.code, said.out) == (66, "")


def test_nothing_ran_before(run_cli: Run) -> None:
    said = run_cli(*ACME, "--dry-run", "--engine", "host")
    assert said.code in (66, 77) and said.out == "" and "error" in said.err
