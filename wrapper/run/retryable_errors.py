"""Errors that pass by themselves and that Terraform's AWS provider does not retry, or gave up on; and what must never be
tried again. Pure; printed in docs/rate-limits.md.

A failure is worth another try when *every* error Terraform said is one of these and none is of those: one denial
among ten throttled requests would be denied again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..model import strict_json
from ..model.errors import OrchestrateError, TerraformFailed

_PROVIDER = "github.com/hashicorp/terraform-provider-aws/issues/"


@dataclass(frozen=True)
class RetryableError:
    """``pattern`` is searched in one error of Terraform's, its lines joined by blanks; ``times``: how often it is tried
    again. ``after``: counts only where this was said in the same run too."""

    name: str
    pattern: str
    reason: str
    source: str
    times: int = 3
    after: str = ""


@dataclass(frozen=True)
class NonRetryable:
    """What stays as it is however often it is tried, or gets worse."""

    name: str
    pattern: str
    reason: str


RETRYABLE_ERRORS = (
    RetryableError(
        "task definition revisions",
        r"Too many concurrent attempts to create a new revision of the specified family",
        "two revisions of one family at once; a ClientException, which the SDK does not retry",
        _PROVIDER + "9777",
    ),
    RetryableError(
        "throttled",
        r"Rate exceeded|Throttl(?:ing|ed)|TooManyRequests|RequestLimitExceeded|Request limit exceeded|SlowDown",
        "the provider asked 25 times and gave up",
        "docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html",
    ),
    RetryableError(
        "conflicting operation",
        r"OperationAborted: A conflicting conditional operation",
        "two changes of one bucket at once; S3 answers 409 and says: try again",
        _PROVIDER + "33478",
    ),
    RetryableError(
        "concurrent change",
        r"Concurrent(?:Update|Access|Modification)(?:Exception)?\b|PriorRequestNotComplete",
        "another change of the same thing is still under way",
        "docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html",
    ),
    RetryableError(
        "service unavailable",
        r"ServiceUnavailable|InternalFailure|InternalError\b|InternalServerError|StatusCode: 50[0234]\b",
        "AWS answers 5xx, longer than the provider asks",
        "docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html",
    ),
    RetryableError(
        "connection lost",
        r"(?:connection reset by peer|broken pipe|unexpected EOF|TLS handshake timeout|i/o timeout|"
        r"Client\.Timeout|context deadline exceeded \(|server misbehaving|Temporary failure in name resolution)",
        "the network between here and AWS",
        _PROVIDER + "20517",
    ),
    RetryableError(
        "name not found",
        r"dial tcp: lookup \S+.{0,60}: no such host",
        "a name server that does not know for a moment; a wrong Region says the same, so once",
        _PROVIDER + "30959",
        times=1,
    ),
    RetryableError(
        "service-linked role",
        r"Unable to assume the service linked role|ECS Service Linked Role does not exist",
        "AWS makes it with the first cluster of an account, and IAM takes a while to say so",
        _PROVIDER + "11417",
    ),
    RetryableError(
        "new role not known yet",
        r"(?i)\brole (?!.{0,120}User: ).{0,200}?(?:is not authorized to perform|cannot be assumed|is not valid)|"
        r"Invalid principal in policy|Invalid IAM Instance Profile|unable to assume (?:the )?(?:provided )?role",
        "IAM is eventually consistent; counts only where the same run created a role",
        "docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html",
        times=2,
        after=r"\baws_iam_\w+\.\S+: Creation complete",
    ),
    RetryableError(
        "provider did not start",
        r"Failed to read any lines from plugin's stdout",
        "a provider that died before its first word, before anything was changed; a crash later is not tried again",
        "github.com/hashicorp/go-plugin/blob/main/client.go",
        times=1,
    ),
    RetryableError(
        "registry",
        r"(?:[Cc]ould not (?:connect to|query|download|retrieve)|[Ff]ailed to (?:request discovery|query available|"
        r"install)).{0,300}(?:tim(?:eout|ed out)|deadline exceeded|reset by peer|EOF|: 50[0234]\b)",
        "a registry of providers or modules that does not answer",
        "developer.hashicorp.com/terraform/internals/provider-registry-protocol",
    ),
)

NON_RETRYABLE = (
    NonRetryable(
        "denied",
        r"AccessDenied|UnauthorizedOperation|User: \S+ is not authorized|AuthFailure|OptInRequired",
        "a permission is missing",
    ),
    NonRetryable(
        "credentials",
        r"ExpiredToken|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|No valid credential sources",
        "they are missing, wrong or expired",
    ),
    NonRetryable(
        "state",
        r"(?:acquiring|releasing) the state lock|Failed to (?:persist|save) state|errored\.tfstate|Saved plan is stale|"
        r"state data in S3|Failed to load state|state snapshot",
        "locked, at risk or changed by another run: check the state first",
    ),
    NonRetryable(
        "condition",
        r"^(?:Error: )?(?:Resource (?:pre|post)condition|Module output value precondition|Check block assertion) failed",
        "a condition of the configuration, in its own words",
    ),
    NonRetryable(
        "crash",
        r"Plugin did not respond|Request cancelled|panic:",
        "the provider died or was stopped in the middle: the outcome is unknown",
    ),
    NonRetryable(
        "quota",
        r"(?<!Request)LimitExceeded|TooMany(?!Requests)[A-Z]\w+|QuotaExceeded|TargetGroupAssociationLimit",
        "a retry does not raise the quota",
    ),
    NonRetryable(
        "invalid",
        r"Validation(?:Error|Exception)|Invalid value for|Unsupported argument|Missing required argument|"
        r"Reference to undeclared|AlreadyExists|already exists",
        "a retry has the same values",
    ),
)

_HEAD = re.compile(r"^[│|╷ ]*(Error|Warning): ", re.MULTILINE)


def errors(said: str) -> list[str]:
    """Each error in Terraform's words, on one line. ``said`` holds no colours."""
    if '"@level":"error"' in said:
        return [_json_error(line) for line in said.splitlines() if '"@level":"error"' in line]
    _, *parts = _HEAD.split(said)  # a kind and its text, by turns
    texts = (text.partition("╵")[0] for kind, text in zip(parts[::2], parts[1::2], strict=True) if kind == "Error")
    return [" ".join(text.replace("│", " ").split()) for text in texts]


def _json_error(line: str) -> str:
    try:
        said = strict_json.parse(line)
        return f"{said['@message']} {said.get('diagnostic', {}).get('detail', '')}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return line


def worth_another_try(error: OrchestrateError) -> RetryableError | None:
    """The transient that a failure amounts to, or None. Only of a Terraform that failed and saved its state."""
    if not isinstance(error, TerraformFailed):
        return None
    found = [_transient(one, error.said) for one in errors(error.said)]
    known = [one for one in found if one]
    return min(known, key=lambda one: one.times) if known and len(known) == len(found) else None


def _transient(error: str, said: str) -> RetryableError | None:
    if any(re.search(never.pattern, error) for never in NON_RETRYABLE):
        return None
    return next((t for t in RETRYABLE_ERRORS if re.search(t.pattern, error) and re.search(t.after, said)), None)
