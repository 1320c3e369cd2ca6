"""Hooks in stack.hcl: what is read, and what is refused with its line."""

from __future__ import annotations

from typing import Any

import pytest
from project_on_disk import APP, Disk

from wrapper.model.errors import ConfigError
from wrapper.model.stack import Hook
from wrapper.project import hook_settings
from wrapper.project.project import Project

GOOD = {"on": ["before_apply"], "command": ["a", "b"]}


def test_what_is_read(example: Disk) -> None:
    example.append(
        f"{APP}/stack.hcl",
        """
hooks = {
  second = { on = ["before_apply", "failed_plan"], command = ["scripts/x", "-y"], timeout = "1m", place = "container" }
  first  = { on = ["after_destroy"], command = ["z"] }
}
""",
    )
    found = Project(example.root, example.root / ".orchestrate").stack("app-test", "ap-southeast-2").settings.hooks
    assert found == (
        Hook("second", ("before_apply", "failed_plan"), ("scripts/x", "-y"), "1m", "container"),
        Hook("first", ("after_destroy",), ("z",), "5m", "host"),
    )


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        (["a"], "hooks: give a map of names to hooks", "for example: hooks = {"),
        ({"a": "b"}, "hooks: give a map of names to hooks", "for example"),
        ({"a": {**GOOD, "when": 1}}, "hooks: a: field 'when' is not known", "known: on, command, timeout, place"),
        ({"a": {**GOOD, "comand": 1}}, "hooks: a: field 'comand' is not known", "did you mean command?"),
        ({"a": {"command": ["x"]}}, "hooks: a: on: give a list of texts", "for example"),
        ({"a": {**GOOD, "on": ["before_aply"]}}, "hooks: a: event 'before_aply' is not known", "did you mean before_apply?"),
        ({"a": {**GOOD, "command": "x y"}}, "hooks: a: command: give a list of texts", "for example"),
        ({"a": {**GOOD, "command": []}}, "hooks: a: command: give a list of texts", "for example"),
        ({"a": {**GOOD, "command": [""]}}, "hooks: a: command: give a list of texts", "for example"),
        ({"a": {**GOOD, "place": "moon"}}, "hooks: a: place 'moon' is not known", "known: host, container"),
        ({"a": {**GOOD, "place": ["host"]}}, r"hooks: a: place \['host'\] is not known", "did you mean host?"),
        ({"a": {**GOOD, "timeout": "soon"}}, "hooks: a: timeout", ""),
        ({"a": {**GOOD, "timeout": 5}}, "hooks: a: timeout", ""),
        ({"a": {**GOOD, "timeout": "0"}}, "hooks: a: timeout", ""),
    ],
)  # fmt: skip
def test_what_is_refused(value: Any, message: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        hook_settings.parse(value, "stack.hcl:7")
    assert (error.value.where, (error.value.hint or "").startswith(hint)) == ("stack.hcl:7", True)
