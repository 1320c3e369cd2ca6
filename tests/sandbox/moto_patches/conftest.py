"""Asks moto one question twice: as it is, and with one mend. No server, no network."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from moto import mock_aws

from wrapper.sandbox.moto_patches.patch_set import Patch, applied

REGION = "ap-southeast-2"
Client = Callable[[str], Any]
Question = Callable[[Client], Any]


@functools.cache
def client(service: str) -> Any:
    """One per service for all tests here: reading a service's model costs more than any question, and moto, which
    answers where a request is sent, forgets everything between two questions but not the client."""
    return boto3.Session("testing", "testing", region_name=REGION).client(service)


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE", "MOTO_IAM_LOAD_MANAGED_POLICIES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # half of the time otherwise


@pytest.fixture
def asked() -> Callable[..., tuple[Any, Any]]:
    """``unmended, mended = asked(question, mend)``; an answer may be the exception that was raised."""

    def ask(question: Question, *patches: Patch) -> tuple[Any, Any]:
        unpatched = answer_to(question)
        with applied(*patches):
            patched = answer_to(question)
        return unpatched, patched

    return ask


def answer_to(question: Question) -> Any:
    with mock_aws():
        try:
            return question(client)
        except Exception as error:
            return error
