"""The demo application as images."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import docker

from wrapper.containers import demo_images


class Api:
    """An engine that has one image that somebody else built."""

    def __init__(self) -> None:
        self.built: list[str] = []

    def inspect_image(self, name: str) -> dict[str, Any]:
        if name == "web:1":
            return {"Config": {"Labels": None}}
        if name == "web:2":
            return {"Config": {"Labels": {"orchestrate.demo": "2"}}}
        raise docker.errors.ImageNotFound(name)

    def build(self, tag: str, pull: bool, **_: Any) -> list[dict[str, str]]:
        assert not pull
        self.built.append(tag)
        return []


class Client:
    def __init__(self) -> None:
        self.api = Api()


def test_an_image_of_somebody_else_stays() -> None:
    client, said = Client(), []
    names = demo_images.make(client, "base", {"web": "web"}, said.append, ("1", "2", "sick"))
    assert names == ["web:1", "web:2", "web:sick"]
    assert client.api.built == ["web:2", "web:sick"]
    assert said == ["sandbox: web:1 is there, and stays as it is"]


def test_what_is_built_says_who_it_is() -> None:
    with tarfile.open(fileobj=io.BytesIO(demo_images.context("base:1", "web", "2"))) as archive:
        file = archive.extractfile("Dockerfile")
        assert file is not None and "application.pl" in archive.getnames()
        text = file.read().decode()
    assert "FROM base:1\n" in text and "ORCHESTRATE_SERVICE=web ORCHESTRATE_BUILD=2" in text and "USER 65534" in text
