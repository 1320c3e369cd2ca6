"""What is found of Terraform, the image and a mirror on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from wrapper.cli import installation
from wrapper.model.errors import ConfigError


def test_no_terraform_on_the_path(tmp_path: Path) -> None:
    assert installation.terraform({"PATH": str(tmp_path)}) == ("", "")


def test_the_versions_are_those_of_the_image_or_of_another_terraform() -> None:
    assert f"terraform {installation.pins().terraform}" in installation.versions()
    assert installation.versions("9.8.7").startswith("terraform 9.8.7")


def test_a_mirror_that_is_named_holds_every_provider_of_the_image(tmp_path: Path) -> None:
    named, pins = {"ORCHESTRATE_MIRROR": str(tmp_path)}, installation.pins()
    with pytest.raises(ConfigError, match="hashicorp/aws"):
        installation.mirrors(named)
    for source, version in pins.providers:
        (tmp_path / source / version / f"linux_{pins.arch}").mkdir(parents=True)
    assert installation.mirrors(named) == tuple((source, tmp_path) for source, _ in pins.providers)
