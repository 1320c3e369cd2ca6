"""One version of each provider a round; the tool's own pins are one round that says what its lock file says."""

from __future__ import annotations

from pathlib import Path

from wrapper.engines.image import inputs, provider_rounds
from wrapper.engines.image.image_request import Locked

ROOT = Path(__file__).resolve().parents[4]
A, B = "example.com/tests/a", "example.com/tests/b"


def test_versions_of_one_provider_are_parted() -> None:
    found = provider_rounds.rounds(
        [Locked(A, "1.10.0", ("h1:x",)), Locked(A, "1.9.0", ("h1:y",)), Locked(B, "2.0.0", ("h1:z",))]
    )
    assert [[(p.source, p.version) for p in one] for one in found] == [[(A, "1.9.0"), (B, "2.0.0")], [(A, "1.10.0")]]


def test_what_two_roots_say_of_one_version_is_one() -> None:
    (found,) = provider_rounds.rounds([Locked(A, "1.0.0", ("h1:x",)), Locked(A, "1.0.0", ("h1:x", "h1:y"))])
    assert found == [Locked(A, "1.0.0", ("h1:x", "h1:y"))]


def test_the_pins_of_this_tool_are_its_lock_file() -> None:
    files = provider_rounds.files(inputs.locked(ROOT), ["registry.terraform.io/hashicorp/aws"])
    assert files["rounds/0/.terraform.lock.hcl"].decode() == inputs.tool_lock(ROOT)
    assert set(files) == {f"rounds/0/{name}" for name in ("versions.tf", ".terraform.lock.hcl", "build.rc")}


def test_what_is_not_here_comes_from_the_registry_or_a_network_mirror() -> None:
    locked = [Locked(A, "1.0.0", ("h1:x",)), Locked(B, "1.0.0", ("h1:x",))]
    here = provider_rounds.files(locked, [A])["rounds/0/build.rc"].decode()
    assert f'include = ["{A}"]' in here and f'direct {{\n    exclude = ["{A}"]' in here
    other = provider_rounds.files(locked, [], "https://example.com/p/")["rounds/0/build.rc"].decode()
    assert 'url     = "https://example.com/p/"' in other and "direct" not in other


def test_without_a_provider_there_is_one_empty_round() -> None:
    files = provider_rounds.files([], [])
    assert b"source" not in files["rounds/0/versions.tf"] and b"provider " not in files["rounds/0/.terraform.lock.hcl"]
