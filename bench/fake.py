"""Every tenant of a stack applied on an engine that does nothing: python fake.py ROOT STACK JOBS. All else is the tool's:
the look, the logs, the journal, the records, the table. For its memory and its own time."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from place import REGION

OWN = {
    "version": 4,
    "serial": 1,
    "lineage": "bench",
    "outputs": {"greeting": {"value": "hello", "type": "string"}},
    "resources": [],
}
SAID = b"aws_ssm_parameter.this: Still creating... [10s elapsed]\n" * 100


def main(root: str, name: str, jobs: str) -> int:
    from wrapper.cli import run_fleet
    from wrapper.cli.invocation import Invocation
    from wrapper.cli.options import FleetOptions, Options
    from wrapper.cli.session import CliSession
    from wrapper.model.nouns import Outcome
    from wrapper.model.stack import Layer
    from wrapper.state import layer_state
    from wrapper.state import store as stores
    from wrapper.terraform.commands import APPLY

    class Nothing:
        """An Engine and its CliSession."""

        name = "nothing"
        contained = False

        def check(self) -> None:
            pass

        @contextlib.contextmanager
        def open(self, _run: Any) -> Iterator[Nothing]:
            yield self

        def execute(self, _step: Any, output: Any) -> Outcome:
            output(SAID, False)
            return Outcome(0, ok=True, tail="")

        def stop(self) -> None:
            pass

    class Fake(CliSession):
        def make_engine(self) -> Any:
            return Nothing()

    many = FleetOptions(jobs=int(jobs), all_tenants=True)
    session = Fake(Options(root=root, engine="host", fleet=many))
    stack = session.project.stack(name, REGION)
    store = stores.open_store(stack, session.identity(stack))
    store.write(layer_state.state_key(Layer(stack)), json.dumps(OWN).encode())
    return run_fleet.perform(session, Invocation("apply", APPLY, Layer(stack), many=True))


if __name__ == "__main__":
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # a terminal would be asked
    sys.exit(main(*sys.argv[1:]))
