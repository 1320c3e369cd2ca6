"""What of an environment and of a URL may be shown."""

from __future__ import annotations

import pytest

from wrapper.terraform import commands, redaction


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("TF_TOKEN_example_com", "x", "***"),
        ("AWS_SECRET_ACCESS_KEY", "x", "***"),
        ("AWS_ACCESS_KEY_ID", "x", "***"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "x", "***"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/f", "/f"),
        ("https_proxy", "http://me:x@proxy:1/", "http://***@proxy:1/"),
        ("HTTPS_PROXY", "me:x@proxy:1", "***@proxy:1"),
        ("AWS_ENDPOINT_URL", "http://me:x@host/@b", "http://***@host/@b"),
        ("AWS_REGION", "ap-southeast-2", "ap-southeast-2"),
    ],
)
def test_a_variable_of_the_environment(name: str, value: str, shown: str) -> None:
    assert redaction.variable(name, value) == shown


def test_a_password_in_a_url_is_shown_in_no_argv() -> None:
    argv = ["get", "-from-module=git::https://me:x@example.com/a", "-var", "repository=https://me:x@example.com"]
    assert ":x@" not in commands.redact(argv)


def test_a_line_of_another_program() -> None:
    secrets = redaction.texts(["hunter22", {"a": ["line one\nline two", 12345, True]}, "abc", None])
    said = "hunter22 hunter2 line two 12345 abc True http://me:x@host"
    assert redaction.masked(said, secrets) == "*** hunter2 *** *** abc True http://***@host"


def test_the_longer_of_two_texts_goes_first() -> None:
    assert redaction.masked("secret-and-more", redaction.texts(["secret", "secret-and-more"])) == "***"
