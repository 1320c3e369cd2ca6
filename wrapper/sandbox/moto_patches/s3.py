"""Patches of S3: the bucket policy."""

from __future__ import annotations

import json
from typing import Any

from moto.s3.models import FakeBucket

from .patch_set import Patch, PatchSet


def tls_only_policy_lets_tls_in(patch_set: PatchSet) -> None:
    """AWS denies, by such a statement, only a request that came without TLS.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    moto evaluates a Deny without its condition, so that a bucket made by `bootstrap` answers 403 to all. The simulated AWS
    stands for one that is reached by TLS: the statement is kept and shown, and denies nothing.
    """
    original = FakeBucket.get_permission

    def get_permission(self: FakeBucket, action: str, resource: str) -> Any:
        if self.policy is None:
            return original(self, action, resource)
        whole = self.policy
        policy = json.loads(whole)
        policy["Statement"] = [s for s in policy["Statement"] if not without_tls_only(s)]
        self.policy = json.dumps(policy).encode() if policy["Statement"] else None
        try:
            return original(self, action, resource)
        finally:
            self.policy = whole

    patch_set.replace(FakeBucket, "get_permission", get_permission)


def without_tls_only(statement: dict[str, Any]) -> bool:
    """Whether a statement is about requests without TLS and nothing else."""
    condition = statement.get("Condition", {})
    return bool(condition) and condition in ({"Bool": {"aws:SecureTransport": v}} for v in ("false", False))


PATCHES: tuple[Patch, ...] = (tls_only_policy_lets_tls_in,)
