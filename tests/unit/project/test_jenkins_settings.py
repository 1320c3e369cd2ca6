"""config/jenkins.hcl: what is there is read, and what is of another form is an error with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from project_on_disk import Disk

from wrapper.model.errors import ConfigError, NotFoundError
from wrapper.project import jenkins_settings
from wrapper.project.jenkins_settings import JenkinsSettings, Repository
from wrapper.project.project import Project

ROOT = Path(__file__).resolve().parents[3]
GOOD = """\
folder   = "shop"
project  = { repository = "https://git/p.git", branch = "main" }
library  = { tag = "v1" }
services = { service1 = { repository = "https://git/s.git", commit = "abc", credentials = "git" } }
"""


def read(disk: Disk, text: str) -> JenkinsSettings:
    disk.write("config/jenkins.hcl", text)
    return jenkins_settings.load(Project(disk.root, disk.root / ".orchestrate").files)


def test_what_is_given_and_what_is_left_out(example: Disk) -> None:
    least = read(example, GOOD)
    assert least.project == Repository("https://git/p.git")
    assert least.library == Repository("https://git/p.git", "tag", "v1")
    assert least.services == {"service1": Repository("https://git/s.git", "commit", "abc", "git")}
    assert (least.deploy, least.release, least.night, least.registry) == ((), (), None, "")
    assert least.where["services"] == "config/jenkins.hcl:4"


def test_the_rest(example: Disk) -> None:
    more = 'groups = { deploy = ["a b"], release = ["c"] }\nnight = { zone = "Europe/Paris", time = "06:05" }\n'
    all_of_it = read(example, GOOD + more + 'registry = "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"\n')
    assert (all_of_it.deploy, all_of_it.release, all_of_it.night) == (("a b",), ("c",), ("Europe/Paris", 6, 5))
    assert all_of_it.registry.endswith(".cn")


def test_the_shipped_one_is_good() -> None:
    """And a pipeline offers the builds of each image that the example's tenants run."""
    shipped = jenkins_settings.load(Project(ROOT, ROOT / ".orchestrate").files)
    images = re.search(r"images = \{\n(.*?)\n\}", (ROOT / "config/common.tfvars").read_text(), re.DOTALL)
    assert images and set(shipped.services) == set(re.findall(r"^ +(\w+) +=", images[1], re.MULTILINE))
    assert shipped.library.kind == "tag"


@pytest.mark.parametrize(
    ("old", "new", "words", "hint"),
    [
        ("folder   =", "foldr    =", "no setting 'foldr'", "did you mean folder?"),
        ('"shop"', '"Shop"', "'Shop' is no name of a folder", "small letters"),
        ('"shop"', "7", "7 is no name of a folder", "small letters"),
        ('branch = "main"', 'brnach = "main"', "no setting 'brnach'", "did you mean branch?"),
        ('branch = "main"', 'branch = "main", tag = "v1"', "one of branch, tag and commit", "docs/jenkins.md"),
        ('{ tag = "v1" }', '"v1"', "library: give an object", "docs/jenkins.md"),
        ('{ tag = "v1" }', "{ tag = 1 }", "tag: give a text of one line, not 1", ""),
        ('repository = "https://git/s.git", ', "", "no repository is given", "docs/jenkins.md"),
        ("service1 =", "Service1 =", "services: 'Service1' is no name", "small letters"),
        ("{ service1 = {", '{ api = "x", service1 = {', "services: api: give an object", "docs/jenkins.md"),
        ('library  = { tag = "v1" }\n', "", "no setting 'library'", "docs/jenkins.md"),
        (
            "folder ",
            'night = { zone = "Mars", time = "20:00" }\nfolder ',
            "night: give a time zone",
            "Australia/Sydney",
        ),
        ("folder ", 'drift = { zone = "UTC", time = "24:00" }\nfolder ', "drift: give a time zone", "20:00"),
        ("folder ", 'night = { zone = "UTC", time = "24:00" }\nfolder ', "night: give a time zone", "20:00"),
        ("folder ", 'groups = { deploy = "x" }\nfolder ', "groups: deploy: give a list", "docs/jenkins.md"),
        ("folder ", 'groups = { deplyo = ["x"] }\nfolder ', "no setting 'deplyo'", "did you mean deploy?"),
        ("folder ", 'registry = "docker.io"\nfolder ', "registry: 'docker.io' is none of ECR", "dkr.ecr"),
    ],
)
def test_another_form_is_refused_with_its_line(example: Disk, old: str, new: str, words: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(example, GOOD.replace(old, new, 1))
    assert words in caught.value.message and hint in (caught.value.hint or "")
    assert str(caught.value.where).startswith("config/jenkins.hcl")


def test_without_the_file_it_says_what_to_write(example: Disk) -> None:
    with pytest.raises(NotFoundError, match=r"config/jenkins.hcl is not there"):
        jenkins_settings.load(Project(example.root, example.root / ".orchestrate").files)
