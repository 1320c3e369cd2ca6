"""What of the image stands in a layer's fingerprint: Terraform and the providers, and nothing else of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from wrapper.engines.image import inputs

ROOT = Path(__file__).resolve().parents[4]
LOCK = inputs.FILES / ".terraform.lock.hcl"
ADDED = '"h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",'


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / inputs.FILES, tmp_path / inputs.FILES)
    shutil.copy(ROOT / "Dockerfile", tmp_path)
    return tmp_path


def edited(copy: Path, name: Path | str, edit: Callable[[str], str]) -> None:
    before = (copy / name).read_text()
    (copy / name).write_text(edit(before))
    assert (copy / name).read_text() != before


def test_versions_and_digests_by_name(copy: Path) -> None:
    terraform, provider = (part.split(" ") for part in inputs.versions(copy).split(", "))
    assert [*terraform[:2], len(terraform[2])] == ["terraform", "1.11.4", 16]
    assert [*provider[:2], len(provider[2])] == ["registry.terraform.io/hashicorp/aws", "5.100.0", 16]


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        ("Dockerfile", lambda text: text + "# a comment\n"),
        ("Dockerfile", lambda text: text.replace("ARG BASE=debian:bookworm", "ARG BASE=debian:trixie")),
        ("Dockerfile", lambda text: text.replace("ARG BINARY_ARM64=", "ARG BINARY_ARM64=" + 64 * "0")),
        (inputs.FILES / "hold", lambda text: text + "# a comment\n"),
        (LOCK, lambda text: text.replace("hashes = [", f"hashes = [\n    {ADDED}")),
    ],
    ids=["comment", "base", "digest of a binary", "hold", "checksum of one more platform"],
)
def test_another_image_of_the_same_versions_is_no_other_input(
    copy: Path, name: Path | str, edit: Callable[[str], str]
) -> None:
    before, image = inputs.versions(copy), inputs.tag(copy)
    edited(copy, name, edit)
    assert inputs.tag(copy) != image
    assert inputs.versions(copy) == before


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        ("Dockerfile", lambda text: text.replace("TERRAFORM_VERSION=1.11.4", "TERRAFORM_VERSION=1.11.5")),
        ("Dockerfile", lambda text: text.replace("ZIP_ARM64=a", "ZIP_ARM64=b")),
        (LOCK, lambda text: text.replace('version     = "5.100.0"', 'version     = "5.100.1"')),
        (LOCK, lambda text: text.replace('"zh:0', '"zh:9', 1)),
        (LOCK, lambda text: text + text[text.index("provider") :].replace("hashicorp/aws", "hashicorp/random")),
    ],
    ids=["terraform", "its bytes", "provider", "its bytes", "one more provider"],
)
def test_another_version_or_other_bytes_are(copy: Path, name: Path | str, edit: Callable[[str], str]) -> None:
    before = inputs.versions(copy)
    edited(copy, name, edit)
    assert inputs.versions(copy) != before


def test_the_checksums_of_packages_count_where_there_are_no_others(copy: Path) -> None:
    edited(copy, LOCK, lambda text: "\n".join(line for line in text.splitlines() if '"zh:' not in line))
    before = inputs.versions(copy)
    edited(copy, LOCK, lambda text: text.replace("hashes = [", f"hashes = [\n    {ADDED}"))
    assert inputs.versions(copy) != before


def test_a_terraform_that_is_not_the_images(copy: Path) -> None:
    ours, other = inputs.versions(copy).split(", "), inputs.versions(copy, "99.0.0").split(", ")
    assert (other[0], other[1:]) == ("terraform 99.0.0", ours[1:])
