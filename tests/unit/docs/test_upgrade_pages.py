"""The modules have the version of the project, and each a page that says what an upgrade to it changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import wrapper

ROOT = Path(__file__).resolve().parents[3]
MODULES = sorted(folder for folder in (ROOT / "modules").iterdir() if folder.is_dir())
VERSION = wrapper.__version__.split(".dev")[0]
TYPE = re.compile(r'^variable "(\w+)"', re.MULTILINE)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_the_newest_heading_is_the_version_in_the_making(module: Path) -> None:
    page = (module / "UPGRADE.md").read_text()
    assert re.findall(r"^## [\d.]+ to ([\d.]+)$", page, re.MULTILINE)[0] == VERSION
    assert f"//modules/{module.name}?ref=v" in page
    assert "(UPGRADE.md)" in (module / "README.md").read_text().split("<!-- BEGIN TERRAFORM -->")[0]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_each_input_that_a_page_names_is_one(module: Path) -> None:
    """Of those that it calls new."""
    declared = {name for file in module.glob("variables*.tf") for name in TYPE.findall(file.read_text())}
    text = "".join(file.read_text() for file in module.glob("variables*.tf"))
    (new,) = re.findall(
        r"^New inputs change nothing until you give them: (.*?)\.$", (module / "UPGRADE.md").read_text(), re.M | re.S
    )
    names = re.findall(r"`([a-z_.]+)`", new.split(". A root")[0])
    assert names
    assert [n for n in names if n.split(".")[0] not in declared and not re.search(rf"\b{n} +=", text)] == []
    assert [n for n in names if "." in n and not re.search(rf"\b{n.split('.')[-1]} +=", text)] == []


def test_the_page_of_the_project_leads_to_each() -> None:
    text = (ROOT / "docs/upgrading.md").read_text()
    assert [module.name for module in MODULES if f"(../modules/{module.name}/UPGRADE.md)" not in text] == []
