"""A container for one command line: what it may do, what is told of it, and that it is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wrapper.engines import short_container
from wrapper.model.errors import TimeoutExpired, UnavailableError
from wrapper.model.nouns import Mount


class Api:
    """An engine that starts one container, which says two lines."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.asked: dict[str, Any] = {}
        self.host: dict[str, Any] = {}
        self.removed: list[str] = []
        self.goes_on = False  # for as long as nothing removes it

    def create_host_config(self, **words: Any) -> dict[str, Any]:
        self.host = words
        return words

    def create_container(self, image: str, argv: list[str], **words: Any) -> dict[str, str]:
        self.asked = {"image": image, "argv": argv, **words}
        return {"Id": "1"}

    def start(self, made: str) -> None:
        if self.failure:
            raise self.failure

    def attach(self, made: str, **_: Any) -> list[bytes]:
        raise AssertionError("the engine never ends what is attached to a container that has ended")

    def logs(self, made: str, **how: Any) -> Iterator[bytes]:
        assert how == {"stream": True, "follow": True}
        yield from (b"one\ntw", b"o")
        while self.goes_on and not self.removed:
            time.sleep(0.01)

    def wait(self, made: str, **_: Any) -> dict[str, int]:
        return {"StatusCode": 3}

    def remove_container(self, made: str, **_: Any) -> None:
        self.removed.append(made)


class Client:
    def __init__(self, api: Api) -> None:
        self.api = api


def run(api: Api, pause: Callable[[float], None] | None = None) -> tuple[int, list[str]]:
    said: list[str] = []
    mounts = [Mount(Path("/p/src"), "/project/src"), Mount(Path("/t"), "/project", writable=True)]
    around = ("/project", mounts, {"A": "1"}, said.append)
    return short_container.run(Client(api), "i:1", ["terraform"], *around, pause=pause), said


def test_it_is_hardened_and_gone() -> None:
    api = Api()
    assert run(api) == (3, ["one", "two"])
    assert (api.asked["image"], api.asked["argv"], api.asked["working_dir"]) == ("i:1", ["terraform"], "/project")
    assert api.asked["environment"] == {"HOME": "/tmp", "A": "1"}
    assert api.host["read_only"] and api.host["cap_drop"] == ["ALL"]
    assert [mount["ReadOnly"] for mount in api.host["mounts"]] == [True, False]
    assert api.removed == ["1"]


def test_one_that_may_be_stopped_is_heard_the_same() -> None:
    api = Api()
    assert (run(api, time.sleep), api.removed) == ((3, ["one", "two"]), ["1"])


def test_one_that_is_stopped_is_gone() -> None:
    api = Api()
    api.goes_on = True

    def stop(_: float) -> None:
        raise TimeoutExpired("too long")

    with pytest.raises(TimeoutExpired):
        run(api, stop)
    assert api.removed == ["1"]


def test_an_engine_that_fails_is_said_in_our_words() -> None:
    errors = pytest.importorskip("docker.errors")
    api = Api(errors.APIError("no space left"))
    with pytest.raises(UnavailableError, match="no space left"):
        run(api)
    assert api.removed == ["1"]
