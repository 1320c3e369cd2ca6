"""What RunTask changes of a task definition."""

from __future__ import annotations

from wrapper.containers.one_off import overridden

WEB = {"name": "web", "image": "web:1", "environment": {"A": "a", "B": "b"}, "command": ["serve"]}


def test_command_and_environment_of_one_container() -> None:
    definition = {"network": "bridge", "containers": [WEB, {**WEB, "name": "side"}]}
    override = {"name": "web", "command": ["migrate"], "environment": [{"name": "B", "value": "c"}], "memory": None}
    web, side = overridden(definition, [override])["containers"]
    assert (web["command"], web["environment"], web["image"]) == (["migrate"], {"A": "a", "B": "c"}, "web:1")
    assert side == {**WEB, "name": "side"} and WEB["command"] == ["serve"]
    assert overridden(definition, []) == definition
