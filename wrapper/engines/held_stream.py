"""A stream that the Docker daemon gave us to hold: the socket below an HTTP response."""

from __future__ import annotations

import contextlib
from typing import Any


def close_stream(stream: Any) -> None:
    """Close it by the response that it came in, where docker-py kept that. A response whose socket was closed below it fails
    when it is collected, and Python from 3.13 on prints that (docs.python.org/3/whatsnew/3.13.html#io)."""
    with contextlib.suppress(OSError):
        getattr(stream, "_response", stream).close()
