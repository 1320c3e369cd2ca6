"""An identity whose clients are made once a process: reading a service's model costs more than what is asked."""

from __future__ import annotations

import functools
from typing import Any

from wrapper.aws.identity import Identity


class MotoIdentity(Identity):
    """Clients of a simulated account in this process. moto answers where a request is sent, and forgets everything
    between two tests but not the client."""

    def client(self, service: str, region: str) -> Any:
        return _client(service, region)


@functools.cache
def _client(service: str, region: str) -> Any:
    return Identity({"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}).client(service, region)
