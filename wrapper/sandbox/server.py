"""The sandbox process: moto with its patches, behind the gateway, on one loopback port.

Writes server.json when it answers, and removes it when it ends. Knows nothing of stacks, tenants or Terraform.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .. import __version__
from . import remembered, unasked
from .lifecycle import RECORD, Seed, seed_from_json

SIMULATION = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_ACM_VALIDATION_WAIT": "0",
    "MOTO_DISABLE_GLOBAL_CORS": "true",
    "AWS_ACCESS_KEY_ID": "sandbox",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_DEFAULT_REGION": "us-east-1",
}
log = logging.getLogger("sandbox")


def main(argv: list[str] | None = None) -> None:
    options = parse(argv)
    os.umask(0o077)
    prepare()
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="%(asctime)s %(message)s")
    log.setLevel(logging.INFO)
    serve(options)


def parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"{__package__}.server", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="where server.json is written")
    parser.add_argument("--project", required=True, help="whose sandbox this is")
    parser.add_argument("--version", default=__version__, help="of the orchestrate that starts it")
    parser.add_argument("--port", type=int, default=0, help="0: the kernel chooses")
    parser.add_argument("--containers", action="store_true", help="a data plane says what runs, and not a clock")
    parser.add_argument("--seed", type=seed_from_json, default=Seed(), help="JSON of buckets, zones, secrets")
    return parser.parse_args(argv)


def prepare() -> None:
    """What must be before moto is imported, which reads the environment and a million objects: none of them is garbage."""
    gc.set_threshold(50_000)
    os.environ.update(SIMULATION)
    remembered.share_descriptions()
    unasked.make_late()


def serve(options: argparse.Namespace) -> None:
    from . import aws

    identity = {"token": secrets.token_hex(16), "project": options.project, "pid": os.getpid()}
    key = secrets.token_hex(16) if options.containers else ""  # only server.json tells it, to its owner
    server, gateway = aws.build(options.port, options.seed, identity, key)
    remembered.share_lookups()
    where = {"url": f"http://127.0.0.1:{server.port}", "port": server.port}
    record = identity | where | {"version": options.version} | ({"containers": True, "key": key} if key else {})
    stop_on_signals(server)
    with recorded(options.home, record):
        log.info("ready at %s for %s (pid %s)", record["url"], options.project, os.getpid())
        gc.freeze()
        server.serve_forever(poll_interval=0.05)
        gateway.lock.acquire()  # the request under way ends first
    log.info("stopped")


def stop_on_signals(server: Any) -> None:
    def stop(_signum: int, _frame: Any) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


@contextlib.contextmanager
def recorded(home: Path, record: dict[str, Any]) -> Iterator[None]:
    """server.json appears whole, when the server answers, and goes when it ends."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = home / RECORD
    draft = home / f".{RECORD}.{os.getpid()}"
    draft.write_text(json.dumps(record))
    draft.replace(path)
    try:
        yield
    finally:
        if path.exists() and json.loads(path.read_text()).get("token") == record["token"]:
            path.unlink()


if __name__ == "__main__":
    main()
