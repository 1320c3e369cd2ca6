"""A command as its words and as one line, without what is secret."""

from __future__ import annotations

import pytest
from cloud import on_fakes
from fakes import FakeEngine
from project_on_disk import Disk

from wrapper.cli.command_line import as_typed, line_of
from wrapper.cli.invocation import form_of, parse
from wrapper.terraform.commands import PLAN


def test_sensitive_and_unknown_values_are_hidden(example: Disk) -> None:
    words = ("plan", "app-test", "-var", "tenant=acme", "-var", "api_key=hush", "-var", "typo=hush", "-var=text=a b")
    session = on_fakes(example.root, FakeEngine(), words)
    stack = session.project.stack("app-test", "")
    shown = ["-var", "tenant=acme", "-var", "api_key=***", "-var", "typo=***", "-var=text=a b"]
    assert as_typed(session, stack) == ("./orchestrate", "plan", "app-test", *shown)
    assert "hush" not in " ".join(as_typed(session)) and "a b" not in " ".join(as_typed(session)), (
        "no roots: none is known"
    )
    assert as_typed(on_fakes(example.root, FakeEngine())) == ()


@pytest.mark.parametrize("typed", [("--smoke", "https://me:pw@h/x?key=k"), ("--smoke=https://me:pw@h/x?key=k",)])
def test_the_url_of_a_smoke_test_has_no_secret(example: Disk, typed: tuple[str, ...]) -> None:
    shown = as_typed(on_fakes(example.root, FakeEngine(), typed))
    assert shown[-1].removeprefix("--smoke=") == "https://***h/x?***"


def test_one_line_in_one_spelling(example: Disk) -> None:
    session = on_fakes(example.root, FakeEngine())
    one = parse(session, form_of(PLAN), ("app-test", "-var", "api_key=hush", "-var", "tenant=acme"))
    line = line_of(session, one, ["plan", "", "app-test"])
    assert line.startswith("./orchestrate plan app-test ") and "api_key=***" in line and "hush" not in line
