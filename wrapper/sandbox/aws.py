"""Puts moto together: its applications, the patches, the gateway, the seeds, and the threaded server that carries them.

The only room that knows how moto is served. Imported by the sandbox process alone.
"""

from __future__ import annotations

import logging
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from . import moto_patches
from .faults import Faults
from .gateway import Gateway
from .lifecycle import Seed, seed_from_json
from .seeding import plant


class QuietRequestHandler(MotoRequestHandler):
    """One line per request would be megabytes for a fleet; the gateway logs what went wrong."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def build(port: int, seed: Seed, identity: dict[str, Any]) -> tuple[BaseWSGIServer, Gateway]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto_patches.apply_all()
    plant(seed)
    gateway = gateway_for(identity)
    server = make_server("127.0.0.1", port, gateway, threaded=True, request_handler=QuietRequestHandler)
    return server, gateway


def gateway_for(identity: dict[str, Any]) -> Gateway:
    def health(_body: bytes) -> dict[str, Any]:
        return identity

    def seed(body: bytes) -> dict[str, Any]:
        plant(seed_from_json(body.decode()))
        return identity

    faults = Faults()
    routes = {"health": health, "seed": seed, "faults": faults.route}
    return Gateway(DomainDispatcherApplication(create_backend_app), routes, faults)
