"""What was answered well lately, for a client that asks again because the answer never reached it.

An SDK repeats a request under the id of the first try (``amz-sdk-invocation-id``, docs.aws.amazon.com/sdkref/latest/guide,
"Retry behavior"), and only when it got no answer or a bad one. So a repeat of what was answered well has lost its answer;
to carry it out once more would refuse it ("already exists") or find nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

KEPT = 1000  # answers
MAXIMUM = 100_000  # bytes of one


@dataclass(frozen=True)
class RecordedResponse:
    """A status line, headers, and the body."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Replay:
    """The last good answers by the id of what asked for them."""

    def __init__(self) -> None:
        self._responses: OrderedDict[str, RecordedResponse] = OrderedDict()

    def of(self, environ: Mapping[str, object]) -> RecordedResponse | None:
        """The answer that a repeated request was given before, or None."""
        return self._responses.get(_id(environ))

    def keep(self, environ: Mapping[str, object], answer: RecordedResponse) -> None:
        key = _id(environ)
        if key and answer.status.startswith("2") and len(answer.body) <= MAXIMUM:
            self._responses[key] = answer
            if len(self._responses) > KEPT:
                self._responses.popitem(last=False)


def _id(environ: Mapping[str, object]) -> str:
    return str(environ.get("HTTP_AMZ_SDK_INVOCATION_ID", ""))
