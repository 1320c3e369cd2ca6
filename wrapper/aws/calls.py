"""AWS asked directly, one operation at a time: below its published rates, page by page, and again where it throttles. Here alone
what AWS answers instead of data becomes an error of ours."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..model.errors import NotFoundError, OrchestrateError, RefusedError, UnavailableError
from .identity import Identity
from .rate_limits import READ_RATES
from .token_bucket import TokenBucket

_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized")
_UNKNOWN_HERE = ("InvalidClientTokenId", "UnrecognizedClientException")  # so answers a Region that is not enabled, too
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", *_UNKNOWN_HERE)
_THROTTLED = (
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "LimitExceededException",
)
_GONE = (
    "ClusterNotFoundException",
    "ServiceNotFoundException",
    "ServiceNotActiveException",
    "ResourceNotFoundException",
    "TargetGroupNotFound",
)
_LOGIN = "log in again (aws sso login), then run the command again"
_NEEDED = re.compile(
    r"not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)"
)  # IAM names what is missing, such as iam:PassRole
_TRIES = 6
_LONGEST = 20.0  # seconds between two tries
_TOLD = 4.0  # seconds from which on a person is told what is waited for
_PREFIXES = {"elbv2": "elasticloadbalancing"}


class CallRefused(RefusedError):
    """AWS answered with an error. ``code`` is AWS's. What is gone has another exit code than what is refused, and so has an AWS
    that cannot serve now."""

    def __init__(self, message: str, *, code: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code
        if self.gone:
            self.exit_code = NotFoundError.exit_code
        elif self.throttled:
            self.exit_code = UnavailableError.exit_code

    @property
    def gone(self) -> bool:
        return self.code in _GONE

    @property
    def throttled(self) -> bool:
        return self.code in _THROTTLED

    @property
    def denied(self) -> bool:
        return self.code in _DENIED

    @property
    def expired(self) -> bool:
        return self.code in _EXPIRED


@dataclass
class CallRates:
    """The buckets of one process, by service; safe between threads."""

    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, TokenBucket] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, service: str) -> float:
        """Seconds to wait before one more request."""
        with self._lock:
            bucket = self._buckets.get(service) or READ_RATES[service].bucket()
            self._buckets[service], seconds = bucket.take(1, self.clock())
        return seconds


@dataclass(frozen=True)
class AwsCalls:
    """``identify`` finds the identity, and finds it again once credentials have expired; ``pause`` sleeps, and raises when the
    command is being stopped; ``patient``: an AWS that does not answer is asked again, since something waits for it; ``info`` is
    told where it is asked again."""

    identify: Callable[[], Identity]
    region: str
    label: str
    pause: Callable[[float], None]
    rates: CallRates = field(default_factory=CallRates)
    patient: bool = False
    info: Callable[[str], None] | None = None
    _clients: dict[str, Any] = field(default_factory=dict)

    def while_waiting(self) -> AwsCalls:
        return replace(self, patient=True)

    def unstoppable(self) -> AwsCalls:
        """For what must be asked although the command is being stopped."""
        return replace(self, pause=time.sleep, patient=False)

    def ask(self, service: str, operation: str, /, **parameters: Any) -> Mapping[str, Any]:
        """AWS's answer. CallRefused with its code, UnavailableError where it does not answer."""
        renewed = False
        for tries in range(1, _TRIES + 1):
            error = self._asked(service, operation, parameters)
            if not isinstance(error, OrchestrateError):
                return error
            code = getattr(error, "code", "")
            if code in _EXPIRED and not renewed:
                renewed = True
                self._clients.clear()
                continue
            if tries == _TRIES or not (code in _THROTTLED or (self.patient and isinstance(error, UnavailableError))):
                raise error
            self._wait(min(_LONGEST, 0.5 * 2**tries), error)
        raise AssertionError("the last try raises")

    def _wait(self, seconds: float, error: OrchestrateError) -> None:
        if self.info and seconds >= _TOLD:
            self.info(f"{error.message}; asked again in {seconds:g} s")
        self.pause(seconds)

    def pages(self, service: str, operation: str, /, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        """Each page of an answer, to the last."""
        while True:
            answer = self.ask(service, operation, **parameters)
            yield answer
            name = next((n for n in ("nextToken", "NextToken") if answer.get(n)), "")
            if not name:
                return
            parameters[name] = answer[name]

    def all(self, service: str, operation: str, key: str, /, **parameters: Any) -> list[Any]:
        """What stands under ``key`` in all pages."""
        return [one for page in self.pages(service, operation, **parameters) for one in page.get(key) or ()]

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self.identify().client(service, self.region)
        return self._clients[service]

    def _asked(
        self, service: str, operation: str, parameters: Mapping[str, Any]
    ) -> Mapping[str, Any] | OrchestrateError:
        from botocore.exceptions import BotoCoreError, ClientError

        if seconds := self.rates.wait(service):
            self.pause(seconds)
        try:
            answer: Mapping[str, Any] = getattr(self.client(service), operation)(**parameters)
            return answer
        except ClientError as error:
            return _answered(self.label, action(service, operation), error.response)
        except BotoCoreError as error:
            return UnavailableError(
                f"{self.label}: {action(service, operation)}: AWS does not answer: {error}",
                hint="check the network, the proxy and the region, then run the command again",
            )


def action(service: str, operation: str) -> str:
    """A method of a client, as IAM names the permission for it: ``ecs:DescribeServices``."""
    words = "".join(word.capitalize() for word in operation.split("_"))
    return f"{_PREFIXES.get(service, service)}:{words}"


def _answered(label: str, name: str, answer: Mapping[str, Any]) -> OrchestrateError:
    """UnavailableError where AWS itself has failed."""
    error = answer.get("Error", {})
    if answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) < 500 or error.get("Code") in _THROTTLED:
        return refusal(label, name, error)
    return UnavailableError(
        f"{label}: {name}: AWS has failed: {error.get('Message') or error.get('Code', '')}",
        hint="try again in a minute; health.aws.amazon.com says what AWS knows of it",
    )


def refusal(label: str, name: str, error: Mapping[str, Any]) -> CallRefused:
    """An error that AWS answered: with the permission that is missing, or the login that has expired, where that is it."""
    code, text = str(error.get("Code", "")), str(error.get("Message", ""))
    if code in _DENIED:
        return CallRefused(f"{label}: not allowed: {name}: {text}", code=code, hint=_allowed_by(name, text))
    if code in _UNKNOWN_HERE:
        return CallRefused(
            f"{label}: AWS does not know these credentials here: {text or code}",
            code=code,
            hint=f"is the Region enabled in this account (aws account list-regions)? else {_LOGIN}",
        )
    if code in _EXPIRED:
        return CallRefused(f"{label}: AWS takes these credentials no longer: {text or code}", code=code, hint=_LOGIN)
    return CallRefused(f"{label}: {name}: {text or code}", code=code, hint=_mended_by(code))


def _allowed_by(name: str, text: str) -> str:
    """What gives the permission. An explicit deny stands above all that a role may be given."""
    found = _NEEDED.search(text)
    needed = found[1] if found else name
    if "explicit deny" in text:
        return (
            f"a policy denies {needed}, whatever the role has (a service control policy, a boundary): ask for it there"
        )
    return f"the role needs {needed}; docs/day-two.md has the whole policy"


def _mended_by(code: str) -> str:
    if code in _THROTTLED:
        return "wait a minute, then try again"
    return "an apply makes it again" if code in _GONE else "that is AWS's answer; status shows what runs"
