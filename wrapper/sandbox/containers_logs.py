"""What containers printed, put into the simulated CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.logs.models import logs_backends


def store(found: Iterable[Mapping[str, Any]]) -> None:
    """A stream is made at its first line. Lines for a group that is not there are lost, as the agent's are."""
    for one in found:
        backend: Any = logs_backends[DEFAULT_ACCOUNT_ID][one["region"]]
        group = backend.groups.get(one["group"])
        if group is None:
            continue
        if one["stream"] not in group.streams:
            backend.create_log_stream(one["group"], one["stream"])
        events = sorted(one["events"], key=lambda event: int(event["timestamp"]))  # AWS takes no other order
        backend.put_log_events(one["group"], one["stream"], events)
