"""Whatever is wrong with a text is a ValueError."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.model import strict_json

DAMAGED: dict[str, bytes] = {
    "empty": b"",
    "cut": b'{"version": 1,',
    "deep": b"[" * 200_000,
    "deep and closed": b'{"version": 2, "x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "digits": b'{"version": ' + b"9" * 5000 + b"}",
    "no number": b'{"version": NaN}',
    "infinite": b'{"version": -Infinity}',
    "too large": b'{"version": 1e999}',
    "latin": b'{"a": "\xff"}',
    "zeros": b"\0" * 99,
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=list(DAMAGED))
def test_a_damaged_text(text: bytes) -> None:
    with pytest.raises(ValueError):
        strict_json.parse(text)


@given(st.recursive(st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(), st.lists))
def test_what_json_writes_is_read(data: object) -> None:
    assert strict_json.parse(json.dumps(data)) == data
