"""States and records of tenants that were never applied: python seed_states.py ROOT STACK MODEL.

The state is the MODEL tenant's, with its name replaced; the record is what the tool would have left: the same look at the
tenant's files, the same digests, written by the same code. A thousand applies would leave the same in an hour.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from place import REGION

WRITERS = 8


def main(root: str, name: str, model: str) -> None:
    from wrapper.cli.options import Options
    from wrapper.cli.session import CliSession
    from wrapper.model.stack import Layer
    from wrapper.state import layer_state
    from wrapper.terraform.commands import VERBS

    session = CliSession(Options(root=root, sandbox=True, engine="host"))
    stack = session.project.stack(name, REGION)
    deployer = session.deployer(stack, session.signals())
    store, resolver = deployer.store, deployer.resolver
    found = layer_state.load_tagged(store, Layer(stack, model))
    assert found, f"{model} has no state"
    text, record = (
        store.read(layer_state.state_key(Layer(stack, model))) or b"",
        layer_state.load_record(store, Layer(stack, model)),
    )
    layers = [session.project.layer(stack, tenant) for tenant in session.project.tenants(stack) if tenant != model]

    def seed(ready: object) -> None:
        layer = ready.layer  # type: ignore[attr-defined]
        key = layer_state.state_key(layer)
        store.write(key, text.replace(model.encode(), layer.tenant.encode()))
        tagged = store.read_tagged(key)
        one = replace(record, inputs=ready.inputs, builds=ready.builds)  # type: ignore[attr-defined]
        mine = replace(one, state={**record.state, "tag": tagged[1] if tagged else ""})
        layer_state.change_record(store, layer, lambda _: mine)

    with ThreadPoolExecutor(WRITERS) as pool:
        print(len(list(pool.map(seed, resolver.prepare_all(VERBS["apply"], layers, ())))))


if __name__ == "__main__":
    main(*sys.argv[1:])
