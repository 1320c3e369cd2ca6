"""An S3 bucket, seen as keys and bytes, and the making of one for states. Knows nothing of what a state is."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

from ..aws.identity import Identity
from ..model.errors import NotFoundError, OrchestrateError, RefusedError, UnavailableError
from ..model.stack import Backend

_EXPIRED = ("ExpiredToken", "RequestExpired", "InvalidAccessKeyId")
_OVERTAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409", "404")


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

    def now(self) -> float:
        """The Date of its answer (www.rfc-editor.org/rfc/rfc9110.html#field.date)."""
        answer = self._ask(lambda: self._client.list_objects_v2(Bucket=self._backend.bucket, MaxKeys=1))
        try:
            return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp()
        except (KeyError, ValueError):
            raise UnavailableError(
                "the state bucket's answer has no date, by which a tenant could end",
                where=self._backend.where,
                hint="let the proxy before it pass the header Date",
            ) from None

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
        with contextlib.suppress(KeyError):  # gone already, perhaps by this very command, whose answer was lost
            self._ask(lambda: self._client.delete_object(Bucket=self._backend.bucket, Key=key))

    def delete_if(self, key: str, tag: str) -> bool:
        """docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html: as of a conditional write."""
        delete = partial(self._client.delete_object, Bucket=self._backend.bucket, Key=key, IfMatch=tag)
        done = self._ask(lambda: _unless_overtaken(delete))
        return done is not None or self.read_tagged(key) is None

    def restoring(self, key: str) -> str:
        """docs.aws.amazon.com/AmazonS3/latest/userguide/RestoringPreviousVersions.html"""
        bucket = self._backend.bucket
        try:
            found = self._ask(lambda: self._client.list_object_versions(Bucket=bucket, Prefix=key)).get("Versions", ())
        except OrchestrateError:
            return ""  # the caller may not list them
        earlier = [v for v in found if v["Key"] == key and v["Size"] and not v["IsLatest"] and v["VersionId"] != "null"]
        newest = max(earlier, key=lambda v: v["LastModified"], default=None)
        if newest is None:
            return ""
        source = f"{bucket}/{key}?versionId={newest['VersionId']}"
        where = ["--region", self._backend.region, "--bucket", bucket, "--key", key]
        asked = str(self._client.meta.endpoint_url)  # the sandbox's, or one of the caller's environment
        where += [] if asked.endswith(".amazonaws.com") else ["--endpoint-url", asked]
        return shlex.join(["aws", "s3api", "copy-object", *where, "--copy-source", source])

    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        return self.put_if(key, data, tag) is not None

    def put_if(self, key: str, data: bytes, tag: str | None) -> str | None:
        """docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html: 412 where another writer was first,
        409 where two wrote at the same moment, 404 where the object is gone. The other writer may be ourselves: botocore
        repeats a write whose answer was lost, and the repetition meets the first one. The same bytes are a win."""
        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        written = self._ask(
            lambda: _unless_overtaken(
                lambda: self._client.put_object(
                    Bucket=self._backend.bucket, Key=key, Body=data, ContentType="application/json", **condition
                )
            )
        )
        if written is not None:
            return str(written["ETag"])
        found = self.read_tagged(key)
        return found[1] if found and found[0] == data else None

    def _ask(self, call: Callable[[], Any]) -> Any:
        return _translated(call, self._backend, self._place)


def _unless_overtaken(call: Callable[[], Any]) -> Any:
    """The answer; None where another write was first."""
    from botocore.exceptions import ClientError

    try:
        return call()
    except ClientError as error:
        if str(error.response["Error"].get("Code", "")) in _OVERTAKEN:
            return None
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
                hint=f"create it: ./orchestrate bootstrap {place}",
            ) from None
        raise RefusedError(
            f"state bucket {backend.bucket}: {error.response['Error'].get('Message', code)}",
            where=backend.where,
            hint="log in again (aws sso login), then run the command again"
            if code in _EXPIRED
            else "the role needs s3:GetObject, PutObject, DeleteObject and ListBucket on it",
        ) from None
    except BotoCoreError as error:
        raise UnavailableError(
            f"the state bucket does not answer: {error}", where=backend.where, hint="check the network and the region"
        ) from None


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
            f"cannot create bucket {backend.bucket}: {error.response['Error'].get('Message')}",
            where=backend.where,
            hint="bucket names are global: choose another in backend.tfvars",
        ) from None
