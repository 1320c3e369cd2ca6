"""Who we are, as far as nobody need be asked: credentials found or not, the sandbox's own, nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ProfileNotFound, UnknownServiceError
from fakes import stack

from wrapper.aws import identity
from wrapper.model.errors import RefusedError


def test_without_credentials_nothing_goes_on() -> None:
    with pytest.raises(RefusedError, match="no AWS credentials found") as error:
        identity.identify(stack(), {})
    assert "--sandbox" in error.value.hint


@pytest.mark.usefixtures("with_credentials")
def test_credentials_of_the_environment_are_used_as_they_are() -> None:
    found = identity.identify(stack(), {})
    assert (found.environment, found.endpoint, found.account, found.method) == ({}, "", "", "env")


@pytest.mark.usefixtures("with_credentials")
def test_an_endpoint_of_the_environment_is_everywhere_the_same() -> None:
    assert identity.identify(stack(), {"AWS_ENDPOINT_URL": "http://here"}).endpoint == "http://here"


def test_the_sandbox_has_credentials_of_its_own() -> None:
    who = identity.sandbox("http://127.0.0.1:1")
    assert who.environment == {
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    }
    client = who.client("s3", "eu-west-1")
    assert (client.meta.endpoint_url, client.meta.region_name) == ("http://127.0.0.1:1", "eu-west-1")


@pytest.mark.parametrize(
    "said",
    ["2026-11-21T04:54:20.000Z", "2026-11-21T04:54:20Z", "Sat, 21 Nov 2026 04:54:20 GMT", 1795236860, "1795236860"],
)
def test_times_of_a_listing_are_read_quickly_and_the_others_as_botocore_does(said: object) -> None:
    parser = identity.sandbox("http://127.0.0.1:1").client("s3", "eu-west-1")._response_parser
    assert parser._timestamp_parser(said) == datetime(2026, 11, 21, 4, 54, 20, tzinfo=UTC)


def test_the_sandbox_looks_at_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of AWS_PROFILE, which may name none; the real AWS is asked with it."""
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    assert identity.sandbox("http://127.0.0.1:1").client("s3", "eu-west-1").meta.endpoint_url == "http://127.0.0.1:1"
    with pytest.raises(ProfileNotFound):
        identity.Identity().client("s3", "eu-west-1")


def test_a_model_is_read_once_for_all_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def models() -> Any:
        return identity.sandbox("http://127.0.0.1:1").session("eu-west-1").get_component("data_loader")

    before = models()
    assert models().load_service_model("sqs", "service-2") is before.load_service_model("sqs", "service-2")
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    (tmp_path / "ours" / "2020-01-01").mkdir(parents=True)
    (tmp_path / "ours" / "2020-01-01" / "service-2.json").write_text('{"version": "2.0"}')
    assert models().load_service_model("ours", "service-2") == {"version": "2.0"}
    with pytest.raises(UnknownServiceError, match="ours"):
        before.load_service_model("ours", "service-2")


def test_credentials_are_found_once_for_all_clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, calls = tmp_path / "credentials", tmp_path / "calls"
    keys = '{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "s"}'
    program.write_text(f"#!/bin/sh\necho asked >> {calls}\necho '{keys}'\n")
    program.chmod(0o755)
    (tmp_path / "config").write_text(f"[default]\ncredential_process = {program}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    found = identity.identify(stack(), {})
    assert found.method == "custom-process"
    for service in ("s3", "sqs"):
        assert found.client(service, *found.sessions).meta.service_model.service_name == service
    assert calls.read_text() == "asked\n"


def test_nobody_has_nothing() -> None:
    assert (identity.nobody().environment, identity.nobody().method) == ({}, identity.NOBODY)
