"""Puts into the simulated AWS what a real account holds before the first run.

Knows moto's back ends for buckets, zones and secrets. Every function may be called again without effect.
"""

from __future__ import annotations

from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.route53.models import route53_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends

from .lifecycle import Seed

PUBLIC_ACCESS_BLOCK = {
    "BlockPublicAcls": "true",
    "IgnorePublicAcls": "true",
    "BlockPublicPolicy": "true",
    "RestrictPublicBuckets": "true",
}


def plant(seed: Seed) -> None:
    for name, region in seed.buckets:
        ensure_bucket(name, region)
    for zone in seed.zones:
        ensure_zone(zone)
    for name, region, value in seed.secrets:
        ensure_secret(name, region, value)


def ensure_bucket(name: str, region: str) -> None:
    """A versioned, private bucket, as ``bootstrap`` makes it in a real account."""
    s3: Any = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    if name in s3.buckets:
        return
    s3.create_bucket(name, region)
    s3.put_bucket_versioning(name, "Enabled")
    s3.put_public_access_block(name, PUBLIC_ACCESS_BLOCK)


def ensure_zone(name: str) -> None:
    route53: Any = route53_backends[DEFAULT_ACCOUNT_ID]["aws"]
    dotted = name.rstrip(".") + "."
    if any(zone.name == dotted and not zone.private_zone for zone in route53.zones.values()):
        return
    route53.create_hosted_zone(dotted, private_zone=False)


def ensure_secret(name: str, region: str, value: str) -> None:
    secrets: Any = secretsmanager_backends[DEFAULT_ACCOUNT_ID][region]
    if name in secrets.secrets:
        return
    secrets.create_secret(
        name=name,
        secret_string=value,
        secret_binary=None,
        description=None,
        tags=[],
        kms_key_id=None,
        client_request_token=None,
        replica_regions=[],
        force_overwrite=False,
    )
