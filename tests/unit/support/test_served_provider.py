"""The provider of the tests: a short schema says of the types that it keeps what the long one says."""

from __future__ import annotations

from pathlib import Path

import pytest
import served_provider

FILES = {"a.tf": 'resource "aws_vpc" "this" {}', "b.py": 'X = """data "aws_ami" "x" {}"""', "c.md": 'data "aws_no" "x"'}


def field(number: int, value: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(number: int) -> bytes:
    more, rest = number & 127, number >> 7
    return bytes([more | 128]) + varint(rest) if rest else bytes([more])


def typed(name: str, schema: bytes) -> bytes:
    return field(1, name.encode()) + field(2, schema)


def test_only_the_types_that_are_named_stay_and_all_that_is_no_type() -> None:
    kept = field(2, typed("aws_vpc", b"v" * 300)), field(3, typed("aws_ami", b"a")), field(7, typed("arn_parse", b"f"))
    gone = field(2, typed("aws_rds", b"r" * 20_000)), field(8, typed("aws_lambda", b""))
    schema = b"".join([field(1, b"the provider"), gone[0], kept[0], gone[1], kept[1], kept[2], field(6, b"\x08\x01")])
    short = b"".join([field(1, b"the provider"), *kept, field(6, b"\x08\x01")])
    assert served_provider.shortened(schema, {"aws_vpc", "aws_ami"}) == short


def test_a_message_that_is_none_is_no_schema() -> None:
    with pytest.raises(AssertionError, match="field 1 has wire type 0"):
        served_provider.shortened(b"\x08\x01", set())


def test_what_is_always_the_same_is_asked_once() -> None:
    asked: list[tuple[str, bytes]] = []

    def ask(method: str, request: bytes) -> bytes:
        asked.append((method, request))
        return b"" if method == "GetSchema" else request

    answer = served_provider.answering(ask, {"aws_vpc"})
    valid = [
        ("PrepareProviderConfig", b"p"),
        ("ValidateResourceTypeConfig", b"a"),
        ("ValidateResourceTypeConfig", b"b"),
    ]
    once = [("GetSchema", b""), *valid]
    each = [("ReadResource", b"a"), ("PlanResourceChange", b"a"), ("Configure", b"a")]
    assert [answer(*call) for call in [*once, *each] * 2] == [b"", b"p", b"a", b"b", b"a", b"a", b"a"] * 2
    assert asked == once + each * 2


def test_a_failure_is_not_kept() -> None:
    failures = [OSError("gone")]

    def ask(method: str, request: bytes) -> bytes:
        if failures:
            raise failures.pop()
        return b"valid"

    answer = served_provider.answering(ask, set())
    with pytest.raises(OSError, match="gone"):
        answer("ValidateResourceTypeConfig", b"")
    assert answer("ValidateResourceTypeConfig", b"") == b"valid"


def test_what_one_process_answered_another_does_not_ask(tmp_path: Path) -> None:
    answers = [b"the schema"]
    assert [served_provider.kept(tmp_path / "provider.schema", answers.pop) for _ in range(2)] == [b"the schema"] * 2
    assert [file.name for file in tmp_path.iterdir()] == ["provider.schema"]


def test_types_are_those_of_the_code(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    assert served_provider.types_in([tmp_path]) == {"aws_vpc", "aws_ami"}
