"""A package and the lock files that name it: each error has the line, the reason and a command."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import thing_provider

from wrapper.engines.image import build, inputs, package_checks
from wrapper.engines.image.image_request import NOTHING, ImageRequest, Locked
from wrapper.engines.image.inputs import Pins, Sources
from wrapper.model.errors import ConfigError

ROOT = Path(__file__).resolve().parents[4]
THING = thing_provider.SOURCE
ARCH = inputs.host_arch()
PINS = Pins(ARCH, "b", "1.11.4", "", ((THING, "1.0.0"),))
LINE = "src/app/.terraform.lock.hcl:4"


def locked(*hashes: str, version: str = "1.0.0") -> ImageRequest:
    return ImageRequest(locked=(Locked(THING, version, hashes, LINE),))


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    thing_provider.mirror(tmp_path, "1.0.0", "1.1.0")
    return tmp_path


def sources(mirror: Path) -> Sources:
    return Sources(None, ((THING, mirror),))


def test_a_package_has_terraforms_checksum(tmp_path: Path) -> None:
    """Unpacked as packed: of a SHA-256 of each file, as golang.org/x/mod/sumdb/dirhash has it."""
    (tmp_path / "p").mkdir()
    (tmp_path / "p/hello").write_text("hello\n")
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as file:
        file.write(tmp_path / "p/hello", "hello")
    known = "h1:KYAyXd5o3I6ZzfEXbGuEvQtWbCUsA0COhqz9QdRwEPE="
    assert [package_checks.package_hash(tmp_path / name) for name in ("p", "p.zip")] == [known, known]


def test_the_package_that_is_locked_passes(mirror: Path) -> None:
    (hashed,) = thing_provider.mirror(mirror, "1.0.0").values()
    package_checks.check(PINS, sources(mirror), locked("h1:other", hashed))
    package_checks.check(PINS, Sources(), locked("h1:other"))  # the registry has it, which the build asks


@pytest.mark.parametrize(
    ("hashes", "says"),
    [(("zh:a",), "no checksum of an unpacked package (h1:)"), (("h1:other", "zh:a"), "not the checksum h1:")],
)
def test_another_package_is_an_error_with_the_line(mirror: Path, hashes: tuple[str, ...], says: str) -> None:
    with pytest.raises(ConfigError) as error:
        package_checks.check(PINS, sources(mirror), locked(*hashes))
    assert says in error.value.message and str(mirror) in error.value.message
    assert error.value.where == LINE
    assert f"./orchestrate providers lock src/app --platform linux_{ARCH}" in error.value.hint


class Engine:
    """A Docker engine that has no image yet."""

    def version(self) -> dict[str, str]:
        return {"Arch": ARCH}


def test_no_other_build_is_waited_for(mirror: Path) -> None:
    env = {"ORCHESTRATE_MIRROR": str(mirror)}
    client: Any = Engine()
    with pytest.raises(ConfigError, match="not the checksum"):
        build.check_parts(ROOT, client, env, locked("h1:other"))
    build.check_parts(ROOT, client, {}, NOTHING)


def test_a_named_mirror_that_lacks_a_version(mirror: Path) -> None:
    named = {"ORCHESTRATE_MIRROR": str(mirror)}
    package_checks.check_named_mirror(PINS, locked("h1:x"), named)
    package_checks.check_named_mirror(PINS, locked("h1:x", version="2.0.0"), {})
    with pytest.raises(ConfigError, match=r"thing 2\.0\.0 cannot be had: .* has 1\.0\.0, 1\.1\.0$") as error:
        package_checks.check_named_mirror(PINS, locked("h1:x", version="2.0.0"), named)
    assert error.value.where == LINE and "./orchestrate providers lock src/app --upgrade" in error.value.hint
    shutil.rmtree(mirror / THING)
    with pytest.raises(ConfigError, match="has none of it"):
        package_checks.check_named_mirror(PINS, locked("h1:x"), named)


def test_a_mirror_with_other_versions_is_told_where_no_registry_answers(mirror: Path) -> None:
    place = mirror / "home/.terraform.d/plugins"
    shutil.copytree(mirror / "example.com", place / "example.com")
    env = {"HOME": str(mirror / "home")}
    asked = locked("h1:x", version="2.0.0")
    found = package_checks.other_versions(PINS, asked, Sources(), env)
    assert found is not None and "no registry answers" in found.message and found.where == LINE
    assert package_checks.other_versions(PINS, replace(asked, locked=()), Sources(), env) is None


# -- what a build says --------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["E: Couldn't find these debs: no-such", "E: Unable to locate package no-such"])
def test_a_package_that_debian_does_not_have(said: str) -> None:
    """By debootstrap, and by apt in the open way."""
    asked = ImageRequest(packages=("no-such",), where={"packages": "orchestrate.hcl:3"})
    error = build.failure("non-zero code: 100", build.BuildLog(print, said=["Step 1", said], asked=asked))
    assert isinstance(error, ConfigError) and error.where == "orchestrate.hcl:3"
    assert error.message == "packages: Debian has no package no-such"


def test_a_terraform_that_the_release_site_does_not_have() -> None:
    said = ["orchestrate: there is no https://e.com/terraform/1.99.0/terraform_1.99.0_linux_amd64.zip"]
    asked = ImageRequest((("TERRAFORM_VERSION", "1.99.0"),), where={"terraform": "orchestrate.hcl:1"})
    error = build.failure("non-zero code: 5", build.BuildLog(print, said=said, asked=asked))
    assert isinstance(error, ConfigError) and error.where == "orchestrate.hcl:1"
    assert "there is no https://e.com/terraform/1.99.0/" in error.message


def test_a_version_that_the_registry_does_not_have() -> None:
    said = [
        f"- {THING}: no available releases match the given constraints 1.0.0",
        "orchestrate: no registry has a provider of the lock file",
    ]
    log = build.BuildLog(print, said=said, asked=locked("h1:x"))
    error = build.failure("The command 'sh' returned a non-zero code: 5", log)
    assert isinstance(error, ConfigError) and error.where == LINE
    assert "cannot be had: no registry has a provider of the lock file" in error.message
