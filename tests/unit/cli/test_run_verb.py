"""A verb on one layer or on many: a signal that comes when it is recorded changes nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from cloud import Cloud, OnFakes, run
from project_on_disk import REGION, Disk

from wrapper.cli.console import TerminalConsole
from wrapper.cli.options import Options


class Signalled(TerminalConsole):
    """Gets a signal before the last words of a command."""

    def print(self, text: str) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        super().print(text)


@dataclass(frozen=True)
class Late(OnFakes):
    @cached_property
    def console(self) -> TerminalConsole:
        return Signalled(color_out=False, color_err=False)


@pytest.fixture
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_handlers")
@pytest.mark.parametrize(
    ("options", "words", "last"),
    [({}, ("-var", "tenant=acme"), "https://"), ({"all_tenants": True}, (), "acme")],
    ids=["one", "many"],
)
def test_a_recorded_apply_ends_as_it_ended(
    example: Disk, capfd: pytest.CaptureFixture[str], options: dict[str, Any], words: tuple[str, ...], last: str
) -> None:
    cloud = Cloud(example)
    session = Late(Options().merged({"root": str(example.root), **options}), environ={"USER": "me"}, fake=cloud.engine)
    assert run(session, "apply", "app-test", REGION, *words) == 0
    assert last in capfd.readouterr().out
    assert cloud.record("acme")
