"""What a smoke test may ask: a path or a URL."""

from __future__ import annotations

import pytest

from wrapper.project.smoke_urls import is_place


@pytest.mark.parametrize("text", ["/", "/health", "/a?b=c", "http://a", "https://a.example.com/health"])
def test_a_path_or_a_url(text: str) -> None:
    assert is_place(text)


@pytest.mark.parametrize("text", ["", "health", "http://", "https:///", "ftp://a", "/a b", "/a\n", "none"])
def test_neither(text: str) -> None:
    assert not is_place(text)
