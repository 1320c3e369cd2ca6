"""What a project asks of its image: out of orchestrate.hcl, the lock files of its roots and the environment."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import thing_provider
from project_on_disk import Disk
from said import Said

from wrapper.cli import installation
from wrapper.cli.image_settings import ask, check_old_pins
from wrapper.engines.image import inputs
from wrapper.engines.image.image_request import NOTHING, ImageRequest
from wrapper.model.errors import ConfigError
from wrapper.project.project import Project

Run = Callable[..., Said]
SELF = installation.SELF
LOCK = "src/app/.terraform.lock.hcl"
SUMS = 'terraform_digests = { "1.9.8" = { zip_amd64 = "%s" } }\n' % ("a" * 64)


def project(disk: Disk, notice: Callable[[str], None] = print) -> Project:
    return Project(disk.root, disk.root / ".orchestrate", notice)


def asked(disk: Disk, environ: dict[str, str] | None = None, terraform: str = "") -> ImageRequest:
    return installation.asked(project(disk), environ or {}, terraform, "orchestrate.hcl:1")


def test_a_project_that_says_nothing_has_the_tools_own_image(example: Disk) -> None:
    assert asked(example) is NOTHING
    example.write(LOCK, inputs.tool_lock(SELF))
    assert asked(example) is NOTHING
    example.write("orchestrate.hcl", 'environment = ["A"]\n')
    assert asked(example) is NOTHING


def test_the_same_version_with_fewer_checksums_is_that_image_too(example: Disk) -> None:
    rows = [row for row in inputs.tool_lock(SELF).splitlines() if '"zh:' not in row]
    example.write(LOCK, "\n".join(rows) + "\n")
    assert asked(example) is NOTHING


def test_another_lock_file_makes_another_image_with_the_union(example: Disk) -> None:
    said: list[str] = []
    example.write(LOCK, thing_provider.lock("1.0.0", "h1:a"))
    example.write("src/global/.terraform.lock.hcl", thing_provider.lock("1.1.0", "h1:b"))
    found = installation.asked(project(example, said.append), {})
    things = [(p.version, p.where) for p in found.locked if p.source == thing_provider.SOURCE]
    assert things == [("1.0.0", f"{LOCK}:1"), ("1.1.0", "src/global/.terraform.lock.hcl:1")]
    assert [p.source for p in found.locked][2:] == ["registry.terraform.io/hashicorp/aws"], (
        "of the root without a lock file"
    )
    assert said == [line for line in said if line.startswith("src/app/tenant has no lock file")] != []
    example.write("src/app/tenant/.terraform.lock.hcl", thing_provider.lock("1.0.0", "h1:a"))
    assert len(asked(example).locked) == 3


def test_two_roots_with_other_bytes_of_one_version_are_an_error(example: Disk) -> None:
    example.write(LOCK, thing_provider.lock("1.0.0", "h1:a"))
    example.write("src/global/.terraform.lock.hcl", "# here\n" + thing_provider.lock("1.0.0", "h1:b"))
    with pytest.raises(ConfigError, match=rf"thing 1\.0\.0: {LOCK}:1 has other checksums") as error:
        asked(example)
    assert error.value.where == "src/global/.terraform.lock.hcl:2"
    assert "./orchestrate providers lock src/app" in error.value.hint


def test_a_lock_file_without_a_checksum_of_an_unpacked_package(example: Disk) -> None:
    example.write(LOCK, thing_provider.lock("1.0.0", "zh:a"))
    with pytest.raises(ConfigError, match="no checksum of an unpacked package") as error:
        asked(example)
    assert (error.value.where, error.value.hint) == (f"{LOCK}:1", "add it: ./orchestrate providers lock src/app")


def test_the_base_is_an_input(example: Disk) -> None:
    one, other = (asked(example, {"ORCHESTRATE_BASE": base}) for base in ("a:1", "b:1"))
    assert len({installation.image(request) for request in (one, other, NOTHING)}) == 3
    assert dict(ask(SELF, None, {"ORCHESTRATE_BASE": "a:1"}, "", "").arguments) == {"BASE": "a:1"}


def test_packages_registries_and_their_lines(example: Disk) -> None:
    text = (
        'packages = ["jq", "awscli"]\nregistries = { releases = "https://e.com/h/", providers = "https://e.com/p/" }\n'
    )
    example.write("orchestrate.hcl", text)
    found = asked(example)
    assert (found.packages, found.releases, found.registry) == (("awscli", "jq"), "https://e.com/h", "https://e.com/p/")
    assert found.where["packages"] == "orchestrate.hcl:1"


# -- Terraform ----------------------------------------------------------------------------------


def test_the_version_that_this_tool_pins_needs_no_digest(example: Disk) -> None:
    assert asked(example, terraform=installation.pins().terraform) == NOTHING


def test_another_needs_its_digests(example: Disk) -> None:
    with pytest.raises(ConfigError, match=r"digests of Terraform 1\.9\.8 are not known") as error:
        asked(example, terraform="1.9.8")
    assert error.value.where == "orchestrate.hcl:1"
    assert "curl -fsS https://releases.hashicorp.com/terraform/1.9.8/terraform_1.9.8_SHA256SUMS" in error.value.hint
    example.write("orchestrate.hcl", SUMS)
    found = asked(example, terraform="1.9.8")
    pins = installation.pins(found)
    assert (pins.terraform, pins.binary) == ("1.9.8", ""), "no digest of this tool's own Terraform is left"
    assert dict(found.arguments)["ZIP_AMD64"] == "a" * 64
    assert installation.versions("", found).startswith("terraform 1.9.8 ")


def test_a_stack_may_have_another(run_cli: Run, example: Disk) -> None:
    example.write("config/global/stack.hcl", '\nterraform = "1.9.8"\n')
    assert "where: config/global/stack.hcl:2\n" in run_cli("plan", "global", "--dry-run").err
    example.write("orchestrate.hcl", SUMS)
    images = [
        next(word for word in run_cli("plan", stack, "--dry-run").out.split() if word.startswith("orchestrate:"))
        for stack in ("app-test", "global")
    ]
    assert images[0] == installation.image() != images[1]


def test_the_pins_of_an_old_copy_are_found(example: Disk) -> None:
    example.write("Dockerfile", f"FROM x\nARG TERRAFORM_VERSION=1.9.8\nARG ZIP_AMD64={'a' * 64}\nARG BINARY_ARM64=\n")
    with pytest.raises(ConfigError, match=r"says Terraform 1\.9\.8, and nothing reads it") as error:
        asked(example)
    assert error.value.where == "Dockerfile:2"
    lines = 'terraform = "1.9.8" and ' + SUMS.strip()
    assert lines in error.value.hint
    example.write("orchestrate.hcl", lines.replace(" and ", "\n") + "\n")
    assert dict(asked(example, terraform="1.9.8").arguments)["ZIP_AMD64"] == "a" * 64
    example.write("orchestrate.hcl", "")
    example.write("Dockerfile", "FROM nginx\n")
    check_old_pins(SELF, project(example))


# -- certificates -------------------------------------------------------------------------------


def authority() -> str:
    """A certificate of an authority: one of those that this machine trusts."""
    found = ssl.create_default_context().get_ca_certs(binary_form=True)
    if not found:
        pytest.skip("this machine trusts no authority")
    return ssl.DER_cert_to_PEM_cert(found[0])


def test_a_certificate_is_taken_along(example: Disk) -> None:
    example.write("orchestrate.hcl", 'certificates = ["certificates/Our CA.pem"]\n')
    example.write("certificates/Our CA.pem", authority())
    assert [name for name, _ in asked(example).certificates] == ["0-Our-CA.crt"]


@pytest.mark.parametrize(
    "text", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_is_an_error(example: Disk, text: str) -> None:
    example.write("orchestrate.hcl", '\ncertificates = ["ca.pem"]\n')
    example.write("ca.pem", text)
    with pytest.raises(ConfigError, match=r"ca\.pem is no certificate of an authority") as error:
        asked(example)
    assert error.value.where == "orchestrate.hcl:2"


def test_a_key_does_not_go_into_an_image(example: Disk) -> None:
    example.write("orchestrate.hcl", 'certificates = ["ca.pem"]\n')
    example.write("ca.pem", authority() + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    with pytest.raises(ConfigError, match="is no certificate of an authority"):
        asked(example)


def test_a_certificate_that_is_not_there(example: Disk) -> None:
    example.write("orchestrate.hcl", 'certificates = ["ca.pem"]\n')
    with pytest.raises(ConfigError, match=r"no file ca\.pem"):
        asked(example)


# -- what a layer's fingerprint says ------------------------------------------------------------


def test_an_upgrade_of_the_tool_changes_no_tenant() -> None:
    """The same string as before a project's lock files counted; a root's own lock file counts where it says another."""
    text, before = inputs.tool_lock(SELF), installation.versions()
    assert installation.versions(locks=[text, text]) == before
    assert installation.versions(locks=[text + "\n" + thing_provider.lock("1.0.0", "h1:a")]) == before
    other = text.replace('version     = "5.100.0"', 'version     = "5.80.0"')
    assert "hashicorp/aws 5.80.0 " in installation.versions(locks=[other])
    assert "hashicorp/aws 5.100.0 " not in installation.versions(locks=[other])
    assert "hashicorp/aws 5.100.0 " in installation.versions(locks=[other, text])


def test_locked_providers_of_a_request_keep_their_lines() -> None:
    (one,) = inputs.parse_lock("\n\n" + thing_provider.lock("1.0.0", "h1:a", "zh:b"), "src/a/.terraform.lock.hcl")
    assert (one.where, one.hashes) == ("src/a/.terraform.lock.hcl:3", ("h1:a", "zh:b"))
    assert one == replace(one, where="")
    assert Path(one.where.partition(":")[0]).parent == Path("src/a")
