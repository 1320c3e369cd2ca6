"""AWS's own clients, answered by botocore's Stubber: what is asked and what is answered must be what AWS's models allow."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.stub import Stubber

from wrapper.aws.calls import AwsCalls
from wrapper.aws.identity import Identity


@cache
def _client(service: str) -> Any:
    """Its model takes longer to be read than a test takes."""
    session = botocore.session.get_session()
    session.set_credentials("a", "b")
    return session.create_client(service, region_name="ap-southeast-2")


class StubbedAws(Identity):
    """Give it back with :meth:`close`."""

    def __init__(self) -> None:
        super().__init__()
        object.__setattr__(self, "stubs", {})

    stubs: dict[str, Stubber]

    def stub(self, service: str) -> Stubber:
        if service not in self.stubs:
            self.stubs[service] = Stubber(_client(service))
            self.stubs[service].activate()
        return self.stubs[service]

    def answers(self, service: str, operation: str, answer: dict[str, Any], /, **asked: Any) -> None:
        self.stub(service).add_response(operation, answer, asked)

    def refuses(self, service: str, operation: str, code: str, message: str = "no") -> None:
        self.stub(service).add_client_error(operation, code, message)

    def client(self, service: str, region: str) -> Any:
        self.stub(service)
        return _client(service)

    def calls(self, waited: list[float] | None = None) -> AwsCalls:
        """What asks it; ``waited`` takes each pause."""
        return AwsCalls(lambda: self, "ap-southeast-2", "r/s/acme", (waited if waited is not None else []).append)

    def close(self) -> None:
        for stub in self.stubs.values():
            stub.deactivate()

    def check_all_was_asked(self) -> None:
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()
