"""What the simulated AWS holds from the start; a second time changes nothing."""

from __future__ import annotations

from typing import Any

from moto import mock_aws
from moto_identity import MotoIdentity

from wrapper.sandbox.lifecycle import Seed
from wrapper.sandbox.seeding import plant

ME = MotoIdentity({"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"})


def client(service: str) -> Any:
    return ME.client(service, "ap-southeast-2")


def test_a_seed_is_planted_once(seed: Seed) -> None:
    with mock_aws():
        plant(seed)
        client("secretsmanager").put_secret_value(SecretId="registry-login", SecretString="changed")
        plant(seed)
        assert client("s3").get_bucket_versioning(Bucket="orchestrate-state")["Status"] == "Enabled"
        assert [z["Name"] for z in client("route53").list_hosted_zones()["HostedZones"]] == ["example.com."]
        assert client("secretsmanager").get_secret_value(SecretId="registry-login")["SecretString"] == "changed"
