"""A small provider that really plans and applies, in the versions that a test wants, as a mirror; and roots that lock it."""

from __future__ import annotations

from pathlib import Path

from wrapper.engines.image import inputs, package_checks

SOURCE = "example.com/tests/thing"
_PROGRAM = (Path(__file__).parent / "provider.pl").read_text()
_ROOT = """
terraform {
  required_providers {
    thing = { source = "%s", version = "%s" }
  }
}
resource "thing_note" "this" { text = "hello" }
output "made_by" { value = thing_note.this.made_by }
"""


def mirror(folder: Path, *versions: str) -> dict[str, str]:
    """The checksum (h1) of each version's package, for the processor of this machine, which is in ``folder`` now."""
    return {version: package_checks.package_hash(_package(folder, version)) for version in versions}


def _package(folder: Path, version: str) -> Path:
    place = folder / SOURCE / version / f"linux_{inputs.host_arch()}"
    place.mkdir(parents=True, exist_ok=True)
    program = place / f"terraform-provider-thing_v{version}"
    program.write_text(_PROGRAM.replace("@VERSION@", version))
    program.chmod(0o755)
    return place


def root(constraint: str) -> str:
    """The Terraform of a root with one thing."""
    return _ROOT % (SOURCE, constraint)


def lock(version: str, *hashes: str) -> str:
    rows = "".join(f'    "{one}",\n' for one in hashes)
    return f'provider "{SOURCE}" {{\n  version     = "{version}"\n  hashes = [\n{rows}  ]\n}}\n'
