"""Which pattern of paths contains which, against all short texts."""

from __future__ import annotations

import fnmatch
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.model.path_patterns import contains, is_every_path

TEXTS = ["".join(t) for n in range(6) for t in itertools.product("/ax", repeat=n)]  # x stands in no pattern


def fits(pattern: str, text: str) -> bool:
    return re.fullmatch(fnmatch.translate(pattern), text) is not None


@given(st.text("/a*?", max_size=4), st.text("/a*?", max_size=4))
def test_one_contains_another_where_all_that_fits_the_second_fits_the_first(wide: str, narrow: str) -> None:
    assert contains(wide, narrow) is all(fits(wide, text) for text in TEXTS if fits(narrow, text))


@pytest.mark.parametrize(
    ("wide", "narrow"), [("/api/*", "/api/v2/*"), ("/api*", "/api"), ("/a.b*", "/a.b*c*d*e*f"), ("/?*", "/a*")]
)
def test_the_wider_contains_the_narrower(wide: str, narrow: str) -> None:
    assert contains(wide, narrow) and not contains(narrow, wide)


def test_a_point_is_a_point() -> None:
    assert not contains("/a.b", "/axb") and not contains("/api/*", "/api")


@pytest.mark.parametrize(("pattern", "every"), [("/*", True), ("*", True), ("/**", True), ("/", False), ("/a*", False)])
def test_what_fits_every_path(pattern: str, every: bool) -> None:
    assert is_every_path(pattern) is every
