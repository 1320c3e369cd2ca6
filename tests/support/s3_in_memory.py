"""S3 in memory, answered where botocore would send a request: every request is counted, conditions hold, and a listing has
pages."""

from __future__ import annotations

import hashlib
import io
import urllib.parse
from collections import Counter
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.session import Session

from wrapper.model.stack import Backend
from wrapper.state.s3 import BucketStore


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterable[bytes]:
        return iter([self.read()])


class S3InMemory:
    """An Identity, as far as a BucketStore asks it. ``page``: keys of a listing's page, a thousand in S3; ``requests``: by method
    since :meth:`asked`."""

    is_nobody = False

    def __init__(self, page: int = 1000) -> None:
        self.page = page
        self.objects: dict[str, bytes] = {}
        self.requests: Counter[str] = Counter()

    def store(self) -> BucketStore:
        return BucketStore(self, Backend("s3", {"bucket": "b", "region": "eu-west-1"}, "backend.tfvars"))  # type: ignore[arg-type]

    def client(self, service: str, region: str) -> Any:
        session = Session()
        session.set_credentials("a", "b")
        config = Config(s3={"addressing_style": "path"}, max_pool_connections=32)
        client = session.create_client(service, region, endpoint_url="http://s3.invalid", config=config)
        client.meta.events.register("before-send.s3.*", self._answer)
        return client

    def asked(self) -> Counter[str]:
        found, self.requests = self.requests, Counter()
        return found

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        url = urllib.parse.urlsplit(request.url)
        key, query = (
            urllib.parse.unquote(url.path).removeprefix("/b").strip("/"),
            dict(urllib.parse.parse_qsl(url.query)),
        )
        method = "LIST" if "list-type" in query else request.method
        self.requests[method] += 1
        if method == "LIST":
            return self._response(200, self._page(query))
        found = self.objects.get(key)
        if method == "GET":
            return (
                self._response(404, b"<Error><Code>NoSuchKey</Code></Error>") if found is None else self._object(found)
            )
        wanted = request.headers.get("If-Match")
        refused = (wanted and (found is None or tag_of(found) != _text(wanted))) or (
            request.headers.get("If-None-Match") and found is not None
        )
        if refused:
            return self._response(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        if method == "DELETE":
            self.objects.pop(key, None)
            return self._response(204, b"")
        body = request.body
        self.objects[key] = body if isinstance(body, bytes) else body.read()
        return self._object(b"", tag_of(self.objects[key]))

    def _page(self, query: dict[str, str]) -> bytes:
        keys = sorted(k for k in self.objects if k.startswith(query.get("prefix", "")))
        start = int(query.get("continuation-token", 0))
        items = "".join(
            f"<Contents><Key>{escape(k)}</Key><ETag>{escape(tag_of(self.objects[k]))}</ETag></Contents>"
            for k in keys[start : start + self.page]
        )
        more = start + self.page < len(keys)
        token = f"<NextContinuationToken>{start + self.page}</NextContinuationToken>" if more else ""
        return f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{token}{items}</ListBucketResult>".encode()

    def _object(self, data: bytes, tag: str = "") -> AWSResponse:
        return self._response(200, data, {"ETag": tag or tag_of(data)})

    def _response(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> AWSResponse:
        return AWSResponse(
            "http://s3.invalid", status, {"Content-Length": str(len(data)), **(headers or {})}, _Raw(data)
        )


def tag_of(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
