"""A message to an SNS topic. Knows no report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.errors import RefusedError, UnavailableError


def publish(client: Any, topic: str, message: Mapping[str, Any]) -> None:
    """RefusedError where AWS refuses it, UnavailableError where it does not answer; neither names the topic."""
    from botocore.exceptions import BotoCoreError, ClientError

    order = (
        {"MessageGroupId": "orchestrate", "MessageDeduplicationId": _digest(message)} if topic.endswith(".fifo") else {}
    )
    try:
        client.publish(TopicArn=topic, **message, **order)
    except ClientError as error:
        raise RefusedError(f"AWS answered {error.response['Error'].get('Code', 'an error')}") from None
    except BotoCoreError as error:
        raise UnavailableError(f"AWS does not answer ({type(error).__name__})") from None


def _digest(message: Mapping[str, Any]) -> str:
    import hashlib

    return hashlib.sha256(repr(sorted(message.items())).encode()).hexdigest()
