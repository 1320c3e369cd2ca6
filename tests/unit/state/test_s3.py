"""A bucket as the place for states: conditions, tags, errors in our words."""

from __future__ import annotations

import io
from typing import Any

import pytest
from botocore.exceptions import ClientError
from fakes import S3
from s3_in_memory import S3InMemory

from wrapper.aws.identity import Identity
from wrapper.model.errors import NotFoundError, RefusedError
from wrapper.state import s3


class Bucket:
    """An S3 client's two calls, answered as S3 answers them."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def put_object(self, **request: Any) -> Any:
        return self._answer(request)

    def get_object(self, **request: Any) -> Any:
        return self._answer(request)

    def delete_object(self, **request: Any) -> Any:
        return self._answer(request)

    def _answer(self, request: dict[str, Any]) -> Any:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, str):
            raise ClientError({"Error": {"Code": answer, "Message": answer}}, "op")
        return answer


class As(Identity):
    """An identity whose every client is this one."""

    def __init__(self, client: Bucket) -> None:
        object.__setattr__(self, "_client", client)

    def client(self, service: str, region: str) -> Any:
        return self._client  # type: ignore[attr-defined]


def body(data: bytes) -> dict[str, Any]:
    return {"Body": io.BytesIO(data), "ETag": '"e"'}


@pytest.mark.parametrize(
    ("answers", "written"),
    [
        ([{"ETag": '"new"'}], True),
        (["PreconditionFailed", b"2"], False),
        (["ConditionalRequestConflict", b"2"], False),
        (["NoSuchKey", "NoSuchKey"], False),
        (["PreconditionFailed", b"1"], True),  # the answer to the first try was lost, and the second one met it
        (["ConditionalRequestConflict", b"1"], True),
    ],
)
@pytest.mark.parametrize(("tag", "condition"), [(None, {"IfNoneMatch": "*"}), ('"e"', {"IfMatch": '"e"'})])
def test_a_bucket_writes_only_what_nobody_changed(
    answers: list[Any], written: bool, tag: str | None, condition: dict[str, str]
) -> None:
    bucket = Bucket(*(body(one) if isinstance(one, bytes) else one for one in answers))
    assert s3.BucketStore(As(bucket), S3).write_if("k", b"1", tag) is written
    assert {k: v for k, v in bucket.asked[0].items() if k.startswith("If")} == condition


def test_a_conditional_write_that_is_refused_is_an_error() -> None:
    with pytest.raises(RefusedError, match="state bucket states: AccessDenied"):
        s3.BucketStore(As(Bucket("AccessDenied")), S3).write_if("k", b"1", None)
    with pytest.raises(NotFoundError, match="no state bucket states"):
        s3.BucketStore(As(Bucket("NoSuchBucket")), S3).write_if("k", b"1", None)


@pytest.mark.parametrize(("code", "hint"), [("ExpiredToken", "log in again"), ("AccessDenied", "the role needs s3:")])
def test_what_is_refused_says_what_mends_it(code: str, hint: str) -> None:
    with pytest.raises(RefusedError) as error:
        s3.BucketStore(As(Bucket(code)), S3).read("k")
    assert error.value.hint.startswith(hint)


def test_a_bucket_reads_with_its_tag() -> None:
    bucket = Bucket(body(b"1"), "NoSuchKey")
    one = s3.BucketStore(As(bucket), S3)
    assert one.read_tagged("k") == (b"1", '"e"')
    assert one.read_tagged("k") is None


@pytest.mark.parametrize("answer", [{}, "NoSuchKey", "404"])
def test_what_is_gone_already_is_removed(answer: Any) -> None:
    bucket = Bucket(answer)
    s3.BucketStore(As(bucket), S3).delete("k")
    assert bucket.asked == [{"Bucket": "states", "Key": "k"}]


def test_an_object_is_removed_only_as_it_was_read() -> None:
    bucket = S3InMemory()
    store = bucket.store()
    assert store.put_if("a/b", b"1", None)
    _, tag = store.read_tagged("a/b") or (b"", "")
    store.write("a/b", b"2")
    assert not store.delete_if("a/b", tag)
    assert bucket.objects == {"a/b": b"2"}
    _, tag = store.read_tagged("a/b") or (b"", "")
    assert store.delete_if("a/b", tag)
    assert bucket.objects == {}
    assert store.delete_if("never/there", tag), "what is gone is gone"
