"""A number is passed on digit for digit, or refused."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.model.errors import ConfigError
from wrapper.terraform.exact_number import exact

KEPT = ["0", "7", "007", "-12", "1.50", "1e3", "1E+5", "-1.5e-7", "0.1", "1e23", "9007199254740993", "9" * 200]


@pytest.mark.parametrize("text", KEPT)
def test_the_number_is_the_one_that_stands_there(text: str) -> None:
    assert Decimal(json.dumps(exact(text, "f:1"))) == Decimal(text)


@pytest.mark.parametrize(
    "text",
    ["1e400", "-1e400", "1e-400", "1.123456789012345678901", "9007199254740993.0", "9" * 5000, "1e" + "9" * 40, "NaN"],
)
def test_a_number_of_more_digits_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="has more digits than are kept") as error:
        exact(text, "f:1")
    assert error.value.where == "f:1"
    assert "in quotes" in error.value.hint


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_every_number_that_python_writes_is_read(number: float) -> None:
    assert exact(repr(number), "f:1") == number
