"""Builds from files, as if typed; a typed one wins."""

from __future__ import annotations

from cloud import on_fakes, tokens
from fakes import FakeEngine
from project_on_disk import Disk

from wrapper.cli.build_options import declared, take
from wrapper.terraform.commands import words


def taken(example: Disk, *typed: str, **options: object) -> list[str]:
    session = on_fakes(example.root, FakeEngine(), **options)
    return words(take(session, session.project.stack("app-test", ""), tokens(*typed)))


def test_builds_stand_before_what_was_typed(example: Disk) -> None:
    file = str(example.write("b.json", '{"SERVICE1_BUILD": 90}'))
    assert taken(example, "-var", "text=a") == ["-var", "text=a"]
    assert taken(example, "-var", "text=a", builds=(file,)) == ["-var", "service1-build=90", "-var", "text=a"]
    typed = ("-var", "service1-build=91")
    assert taken(example, *typed, builds=(file,)) == [*typed]


def test_the_variables_of_all_layers(example: Disk) -> None:
    session = on_fakes(example.root, FakeEngine())
    assert {"size", "service1-build", "zone"} <= declared(session, session.project.stack("app-test", "")).keys()
    assert declared(session, session.project.stack("global", "")).keys() == {"zone"}
