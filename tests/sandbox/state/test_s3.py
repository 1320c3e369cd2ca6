"""An empty state object in a bucket that keeps versions: the error names the one to put back, and its command does."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from aws_typed import check_aws
from fakes import S3, layer
from moto import mock_aws
from moto_identity import MotoIdentity

from wrapper.model.errors import ConfigError
from wrapper.model.stack import state_key
from wrapper.state import layer_state
from wrapper.state.s3 import BucketStore

pytestmark = pytest.mark.sandbox
ACME = layer("acme")


@pytest.fixture
def store() -> Iterator[BucketStore]:
    with mock_aws():
        client = MotoIdentity().client("s3", S3.region)
        client.create_bucket(Bucket=S3.bucket, CreateBucketConfiguration={"LocationConstraint": S3.region})
        client.put_bucket_versioning(Bucket=S3.bucket, VersioningConfiguration={"Status": "Enabled"})
        yield BucketStore(MotoIdentity(), S3)


def typed(command: str) -> None:
    """``aws s3api OPERATION --name value``, carried out by the library that the AWS CLI is made of."""
    _, service, operation, *words = shlex.split(command)
    given = {w.removeprefix("--").title().replace("-", ""): v for w, v in zip(words[::2], words[1::2], strict=True)}
    client: Any = MotoIdentity().client(service.removesuffix("api"), given.pop("Region"))
    getattr(client, operation.replace("-", "_"))(**given)


def damaged(store: BucketStore) -> str:
    with pytest.raises(ConfigError, match="is damaged") as error:
        layer_state.load(store, ACME)
    return error.value.hint


def test_the_version_before_is_named_and_its_command_puts_it_back(store: BucketStore) -> None:
    key = state_key(ACME)
    for text in (b'{"version": 4, "serial": 1}', b'{"version": 4, "serial": 2}', b"", b""):
        store.write(key, text)
    store.write(key + ".other", b"{}")
    found = re.search(r"The last one: (aws .+)", damaged(store))
    assert found
    typed(found[1])
    assert layer_state.load(store, ACME) == {"version": 4, "serial": 2}


def test_without_such_a_version_none_is_named(store: BucketStore) -> None:
    store.write(state_key(ACME), b"")
    assert damaged(store).endswith("see docs/state.md")


class Asked(MotoIdentity):
    """A store at another address than AWS's: that of the sandbox."""

    def client(self, service: str, region: str) -> Any:
        version = {"Key": state_key(ACME), "Size": 9, "IsLatest": False, "VersionId": "v1", "LastModified": 1}
        return SimpleNamespace(
            meta=SimpleNamespace(endpoint_url="http://127.0.0.1:4566"),
            list_object_versions=lambda **_: {"Versions": [version]},
        )


def test_the_command_is_for_the_store_that_was_asked(store: BucketStore) -> None:
    store.write(state_key(ACME), b"{}")
    store.write(state_key(ACME), b"")
    assert "--endpoint-url" not in store.restoring(state_key(ACME))
    command = BucketStore(Asked(), S3).restoring(state_key(ACME))
    assert shlex.split(command)[-4:-2] == ["--endpoint-url", "http://127.0.0.1:4566"]
    check_aws(command)
