"""Where states live, seen as keys and bytes: a folder, or an S3 bucket. Knows nothing of what a state is."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from .account import Identity
from .errors import NotFoundError, RefusedError, UnavailableError
from .model import Backend, Stack

_OVERTAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409", "404")


class Store(Protocol):
    """Where states live, seen as keys and bytes."""

    def read(self, key: str) -> bytes | None: ...
    def read_tagged(self, key: str) -> tuple[bytes, str] | None:
        """The object and its tag: another tag, another content."""
        ...

    def listing(self, prefix: str) -> dict[str, str]:
        """Every key below ``prefix`` and its tag: one request for a thousand."""
        ...

    def modified(self, key: str) -> float | None:
        """When the object was last written, in seconds since 1970; None where there is none."""
        ...

    def write(self, key: str, data: bytes) -> None: ...
    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        """Write if the object still has this tag (None: if there is none), and say whether: of many that read the
        same, one wins."""
        ...

    def delete(self, key: str) -> None: ...


class LocalStore:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: str) -> bytes | None:
        return tagged[0] if (tagged := self.read_tagged(key)) else None

    def read_tagged(self, key: str) -> tuple[bytes, str] | None:
        file = self._folder / key
        if not file.is_file():
            return None
        with file.open("rb") as opened:  # tag and bytes of one and the same file, also while it is being replaced
            return opened.read(), _file_tag(os.fstat(opened.fileno()))

    def listing(self, prefix: str) -> dict[str, str]:
        below = self._folder / prefix.rpartition("/")[0]
        found = ((str(f.relative_to(self._folder)), f) for f in below.rglob("*") if f.is_file())
        return {key: _file_tag(file.stat()) for key, file in sorted(found) if key.startswith(prefix)}

    def modified(self, key: str) -> float | None:
        file = self._folder / key
        return file.stat().st_mtime if file.is_file() else None

    def write(self, key: str, data: bytes) -> None:
        with self._writable(self._folder / key) as file:
            file.write_bytes(data)

    def delete(self, key: str) -> None:
        (self._folder / key).unlink(missing_ok=True)
        (self._folder / (key + ".backup")).unlink(missing_ok=True)

    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        with self._writable(self._folder / key) as file, _alone(file.parent):
            found = self.read_tagged(key)
            if (found[1] if found else None) != tag:
                return False
            _replace(file, data)
        return True

    @contextlib.contextmanager
    def _writable(self, file: Path) -> Iterator[Path]:
        """The file, its folder made; an OSError inside is a word about that folder."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.parent.mkdir(parents=True, exist_ok=True)
            yield file
        except OSError as error:
            hint = "see path in backend.tfvars"
            raise NotFoundError(f"cannot write there: {error.strerror}", where=str(self._folder), hint=hint) from None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else is in here: the folder itself is locked, so that no lock file stands among the states."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(file: Path, data: bytes) -> None:
    """A reader sees the old bytes or the new ones, never half of them."""
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        _later_than(file, draft)
        os.replace(draft, file)
    except BaseException:
        os.unlink(draft)
        raise


def _later_than(file: Path, draft: str) -> None:
    """The system's own times are as coarse as its tick; two writes within one would have one tag."""
    before = file.stat().st_mtime_ns if file.is_file() else 0
    stamp = max(time.time_ns(), before + 1)
    os.utime(draft, ns=(stamp, stamp))


def _file_tag(found: os.stat_result) -> str:
    return f"{found.st_mtime_ns:x}-{found.st_size:x}"


class BucketStore:
    """An S3 bucket. ``place`` is how a command line names a stack whose states are in it."""

    def __init__(self, identity: Identity, backend: Backend, place: str = "REGION STACK") -> None:
        self._client = identity.client("s3", backend.region)
        self._backend = backend
        self._place = place

    def read(self, key: str) -> bytes | None:
        return tagged[0] if (tagged := self.read_tagged(key)) else None

    def read_tagged(self, key: str) -> tuple[bytes, str] | None:
        try:
            found = self._ask(lambda: self._client.get_object(Bucket=self._backend.bucket, Key=key))
            return bytes(self._ask(found["Body"].read)), found["ETag"]
        except KeyError:
            return None

    def listing(self, prefix: str) -> dict[str, str]:
        pages = self._ask(
            lambda: list(
                self._client.get_paginator("list_objects_v2").paginate(Bucket=self._backend.bucket, Prefix=prefix)
            )
        )
        return {item["Key"]: item["ETag"] for page in pages for item in page.get("Contents", ())}

    def modified(self, key: str) -> float | None:
        try:
            found = self._ask(lambda: self._client.head_object(Bucket=self._backend.bucket, Key=key))
            return float(found["LastModified"].timestamp())
        except KeyError:
            return None

    def write(self, key: str, data: bytes) -> None:
        self._ask(
            lambda: self._client.put_object(
                Bucket=self._backend.bucket, Key=key, Body=data, ContentType="application/json"
            )
        )

    def delete(self, key: str) -> None:
        self._ask(lambda: self._client.delete_object(Bucket=self._backend.bucket, Key=key))

    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        """docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html: 412 where another writer was first,
        409 where two wrote at the same moment, 404 where the object is gone."""
        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        return bool(
            self._ask(
                lambda: _unless_overtaken(
                    lambda: self._client.put_object(
                        Bucket=self._backend.bucket, Key=key, Body=data, ContentType="application/json", **condition
                    )
                )
            )
        )

    def _ask(self, call: Callable[[], Any]) -> Any:
        return _translated(call, self._backend, self._place)


def _unless_overtaken(call: Callable[[], Any]) -> bool:
    from botocore.exceptions import ClientError

    try:
        call()
        return True
    except ClientError as error:
        if str(error.response["Error"].get("Code", "")) in _OVERTAKEN:
            return False
        raise


def _translated(call: Callable[[], Any], backend: Backend, place: str = "REGION STACK") -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return call()
    except ClientError as error:
        code = str(error.response["Error"].get("Code", ""))
        if code in ("NoSuchKey", "404"):
            raise KeyError(code) from None
        if code == "NoSuchBucket":
            raise NotFoundError(
                f"no state bucket {backend.bucket} in {backend.region}",
                where=backend.where,
                hint=f"make it: ./orchestrate bootstrap {place}",
            ) from None
        raise RefusedError(
            f"state bucket {backend.bucket}: {error.response['Error'].get('Message', code)}",
            where=backend.where,
            hint="the role needs s3:GetObject, PutObject, DeleteObject and ListBucket on it",
        ) from None
    except BotoCoreError as error:
        raise UnavailableError(
            f"the state bucket does not answer: {error}", where=backend.where, hint="check the network and the region"
        ) from None


def open_store(stack: Stack, identity: Identity) -> Store:
    backend = stack.backend
    if backend.kind == "local":
        return LocalStore(Path(str(backend.config["path"])))
    return BucketStore(identity, backend, f"{stack.region} {stack.name}".strip())


def bootstrap(identity: Identity, backend: Backend) -> bool:
    """Make the state bucket: versioned, encrypted, private, TLS only. False when it was there already."""
    client = identity.client("s3", backend.region)
    made = _create_bucket(client, backend)
    name = backend.bucket
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TLSOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
    key = backend.config.get("kms_key_id")
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key} if key else {"SSEAlgorithm": "AES256"}
    for call, arguments in (
        ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
        (
            "put_bucket_encryption",
            {
                "ServerSideEncryptionConfiguration": {
                    "Rules": [{"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": bool(key)}]
                }
            },
        ),
        (
            "put_public_access_block",
            {
                "PublicAccessBlockConfiguration": dict.fromkeys(
                    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
                )
            },
        ),
        ("put_bucket_policy", {"Policy": json.dumps(policy)}),
    ):
        _translated(partial(getattr(client, call), Bucket=name, **arguments), backend)
    return made


def _create_bucket(client: Any, backend: Backend) -> bool:
    from botocore.exceptions import ClientError

    place = (
        {} if backend.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": backend.region}}
    )
    try:
        client.create_bucket(Bucket=backend.bucket, **place)
        return True
    except ClientError as error:
        if error.response["Error"].get("Code") in ("BucketAlreadyOwnedByYou",):
            return False
        raise RefusedError(
            f"cannot make bucket {backend.bucket}: {error.response['Error'].get('Message')}",
            where=backend.where,
            hint="bucket names are global: choose another in backend.tfvars",
        ) from None
