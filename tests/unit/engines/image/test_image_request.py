"""What makes another image, and what does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wrapper.engines.image import inputs
from wrapper.engines.image.image_request import NOTHING, ImageRequest, Locked

ROOT = Path(__file__).resolve().parents[4]
ONE = Locked("example.com/tests/thing", "1.0.0", ("h1:a", "zh:b"), "src/app/.terraform.lock.hcl:1")
FULL = ImageRequest((("BASE", "b"),), (ONE,), ("jq",), (("0-ca.crt", b"text"),))


def test_nothing_asked_is_the_image_of_this_tool() -> None:
    assert inputs.tag(ROOT, NOTHING) == inputs.tag(ROOT) == inputs.tag(ROOT, ImageRequest())


@pytest.mark.parametrize(
    "other",
    [
        replace(FULL, arguments=(("BASE", "c"),)),
        replace(FULL, locked=(ONE, replace(ONE, version="1.1.0"))),
        replace(FULL, locked=(replace(ONE, hashes=("h1:a", "zh:c")),)),
        replace(FULL, packages=()),
        replace(FULL, certificates=(("0-ca.crt", b"other"),)),
        replace(FULL, bare=True),
        NOTHING,
    ],
    ids=["base", "one more version", "other bytes", "packages", "certificate", "bare", "nothing"],
)
def test_each_input_makes_another_image(other: ImageRequest) -> None:
    assert inputs.tag(ROOT, other) != inputs.tag(ROOT, FULL)


@pytest.mark.parametrize(
    "same",
    [
        replace(FULL, releases="https://example.com", registry="https://example.com/"),
        replace(FULL, where={"packages": "orchestrate.hcl:1"}),
        replace(FULL, locked=(ONE, replace(ONE, where="src/b/.terraform.lock.hcl:9"))),
    ],
    ids=["where it is downloaded", "the line", "two roots that lock the same"],
)
def test_what_is_the_same_in_it_is_one_image(same: ImageRequest) -> None:
    assert inputs.tag(ROOT, same) == inputs.tag(ROOT, FULL)


def test_two_locks_are_of_one_package_where_an_unpacked_checksum_is_in_both() -> None:
    assert ONE.is_same(replace(ONE, hashes=("h1:a",)))
    assert not ONE.is_same(replace(ONE, hashes=("zh:b", "h1:c")))
    assert not ONE.is_same(replace(ONE, version="1.1.0"))
