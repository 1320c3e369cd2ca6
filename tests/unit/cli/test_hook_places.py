"""Where a hook runs, and with what around it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from cloud import on_fakes
from fakes import FakeEngine
from project_on_disk import Disk

from wrapper.aws.identity import Identity
from wrapper.cli.hook_places import HookPlaces
from wrapper.deploy.hooks import HookCall
from wrapper.model.stack import Hook


def places(disk: Disk, *, contained: bool = True, **environ: str) -> HookPlaces:
    engine = FakeEngine()
    engine.contained = contained
    session = on_fakes(disk.root, engine)
    object.__setattr__(session, "environ", {"PATH": os.environ["PATH"], **environ})
    return HookPlaces(
        session, session.project.stack("app-test", "ap-southeast-2"), Identity({"AWS_ACCESS_KEY_ID": "id"})
    )


def hook(*command: str, place: str = "host") -> Hook:
    return Hook("h", ("before_apply",), command, place=place)


def script(disk: Disk, text: str, mode: int = 0o755) -> Path:
    file = disk.write("scripts/x", "#!/bin/sh\n" + text)
    file.chmod(mode)
    return file


@pytest.mark.parametrize(
    ("one", "contained", "reason"),
    [
        (hook("sh"), True, ""),
        (hook("scripts/x"), False, ""),
        (hook("scripts/y"), True, "there is no program scripts/y"),
        (hook("scripts/plain"), True, "there is no program scripts/plain"),
        (hook("nothing-of-this-name"), True, "there is no program nothing-of-this-name"),
        (hook("anything", place="container"), True, ""),
        (hook("anything", place="container"), False, "its place is a container, and the engine is "),
    ],
)
def test_whether_it_can_run(example: Disk, one: Hook, contained: bool, reason: str) -> None:
    script(example, "")
    example.write("scripts/plain", "")
    found = places(example, contained=contained).check(one)
    assert found.startswith(reason) and bool(found) == bool(reason)


def test_here_it_starts_at_the_root_with_what_terraform_gets(example: Disk) -> None:
    script(example, 'echo "$PWD|$HOOK_TENANT|$AWS_ACCESS_KEY_ID|$MY_OWN|$PATH|$1"; exit 4')
    said: list[str] = []
    call = HookCall(hook("scripts/x", "word"), "before_apply", {"HOOK_TENANT": "acme"})
    found = places(example, MY_OWN="mine", AWS_ACCESS_KEY_ID="another")
    assert found.run(call, said.append, time.sleep) == 4
    assert said == [f"{example.root}|acme|id||{os.environ['PATH']}|word"]
