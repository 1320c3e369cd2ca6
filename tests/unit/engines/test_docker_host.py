"""Engines that docker-py reaches, and those that are refused with a word."""

from __future__ import annotations

import pytest

from wrapper.engines.docker import connect
from wrapper.engines.docker_host import check, shown
from wrapper.model.errors import UnavailableError


@pytest.mark.parametrize(
    ("environ", "way"),
    [
        ({"DOCKER_HOST": "ssh://me@builder"}, "ssh"),
        ({"DOCKER_HOST": "https://builder:2376"}, "TLS"),
        ({"DOCKER_HOST": "tcp://builder:2376", "DOCKER_TLS_VERIFY": "1"}, "TLS"),
        ({"DOCKER_HOST": "builder:2376", "DOCKER_CERT_PATH": "/certs"}, "TLS"),
        ({"DOCKER_HOST": "tcp://builder:2375", "DOCKER_TLS_VERIFY": ""}, ""),
        ({"DOCKER_HOST": "tcp://builder:2375"}, ""),
        ({"DOCKER_HOST": "unix:///run/docker.sock", "DOCKER_TLS_VERIFY": "1"}, ""),
        ({"DOCKER_TLS_VERIFY": "1"}, ""),
        ({}, ""),
    ],
)
def test_a_way_that_docker_py_does_not_go(environ: dict[str, str], way: str) -> None:
    if not way:
        return check(environ)
    with pytest.raises(UnavailableError, match=f"behind {way} is not used") as error:
        check(environ)
    assert error.value.where == environ["DOCKER_HOST"].replace("me@", "***@") and "--engine host" in error.value.hint


def test_it_is_refused_before_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://me@builder")
    with pytest.raises(UnavailableError, match="behind ssh"):
        connect()


def test_its_address_is_shown_without_a_password() -> None:
    assert shown({}) == shown({"DOCKER_HOST": ""}) == "unix:///var/run/docker.sock"
    assert shown({"DOCKER_HOST": "tcp://a:b@c:1"}) == "tcp://***@c:1"
