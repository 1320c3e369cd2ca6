"""Puts moto together: its applications, the patches, the gateway, the seeds, and the threaded server that carries them.

The only room that knows how moto is served. Imported by the sandbox process alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from . import moto_patches
from .containers_observed import Observed
from .containers_route import ContainersRoute
from .faults import Faults
from .gateway import Gateway, Route
from .lifecycle import Seed, seed_from_json
from .moto_patches import rollouts
from .request_handler import RequestHandler
from .seeding import plant


def build(port: int, seed: Seed, identity: dict[str, Any], key: str = "") -> tuple[BaseWSGIServer, Gateway]:
    """``key``: of the data plane's route; with one, a data plane says what runs, and not the clock."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto_patches.apply_all()
    plant(seed)
    route = route_of_containers(key) if key else None
    gateway = gateway_for(identity, {"containers": route} if route else {}, {"page": route.page} if route else {})
    server = make_server("127.0.0.1", port, gateway, threaded=True, request_handler=RequestHandler)
    return server, gateway


def route_of_containers(key: str) -> ContainersRoute:
    observed = Observed()
    rollouts.tell(observed)
    return ContainersRoute(key, observed)


def gateway_for(
    identity: dict[str, Any],
    more: dict[str, Route] | None = None,
    pages: dict[str, Callable[[], str]] | None = None,
) -> Gateway:
    def health(_body: bytes) -> dict[str, Any]:
        return identity

    def seed(body: bytes) -> dict[str, Any]:
        plant(seed_from_json(body.decode()))
        return identity

    faults = Faults()
    routes = {"health": health, "seed": seed, "faults": faults.route, **(more or {})}
    gateway = Gateway(DomainDispatcherApplication(create_backend_app), routes, faults, pages)
    routes["actions"] = gateway.tell_actions
    return gateway
