"""Servers of a running proxy: taken in, changed, and out; what is refused is an error."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from wrapper.containers.routes import ProxyServer
from wrapper.containers.runtime_api import HaproxyCommands, Refused, RunningServers

ONE, TWO = ProxyServer("one", 1), ProxyServer("two", 2)


@dataclass(frozen=True)
class FakeCommands(HaproxyCommands):
    """Answers as HAProxy 2.8 does. ``busy``: places that have connections."""

    home: Path = Path()
    said: list[str] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)

    def work(self, command: str) -> str:
        self.said.append(command)
        word, _, rest = command.partition(" server ")
        busy = word == "del" and rest in self.busy
        usual = {"add": "New server registered.", "del": "Server still has connections" if busy else "Server deleted."}
        return self.answers.get(word, usual.get(word, ""))


def running(**servers: ProxyServer) -> tuple[RunningServers, FakeCommands]:
    commands = FakeCommands()
    found = RunningServers(commands)
    found.begin({"web": servers})
    return found, commands


def test_the_new_one_comes_before_the_old_one_goes() -> None:
    servers, commands = running(one=ONE)
    assert servers.change({"web": {"two": TWO}})
    assert commands.said == [
        "add server web/two 127.0.0.1:2 weight 100",
        "enable server web/two",
        "set server web/one state maint",
        "del server web/one",
    ]
    assert not servers.change({"web": {"two": TWO}}) and len(commands.said) == 4


def test_one_with_connections_is_deleted_when_they_have_ended() -> None:
    servers, commands = running(one=ONE)
    commands.busy.add("web/one")
    servers.change({"web": {}})
    servers.change({"web": {}})
    commands.busy.clear()
    for _ in range(3):
        servers.change({"web": {}})
    assert commands.said == ["set server web/one state maint", *["del server web/one"] * 3]


def test_one_that_comes_back_meanwhile_is_made_ready() -> None:
    servers, commands = running(one=ONE)
    commands.busy.add("web/one")
    servers.change({"web": {}})
    servers.change({"web": {"one": ONE}})
    assert commands.said[2:] == ["set server web/one state ready", "set server web/one weight 100"]


def test_only_the_weight_of_one_that_stays_changes() -> None:
    servers, commands = running(one=ONE)
    servers.change({"web": {"one": ProxyServer("one", 1, 7)}})
    assert commands.said == ["set server web/one weight 7"]


def test_what_is_not_taken_is_an_error() -> None:
    servers, commands = running()
    commands.answers["add"] = "Unknown command"
    with pytest.raises(Refused, match="weight 100: Unknown command"):
        servers.change({"web": {"two": TWO}})
