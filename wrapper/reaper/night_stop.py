"""What reap does with a stack that keeps what it has: its services have no task until `start`, and nothing is destroyed."""

from __future__ import annotations

from dataclasses import replace

from ..aws import ecs_rollout, ecs_service_status
from ..model.errors import OrchestrateError
from ..model.report import LayerResult
from ..model.stack import Layer
from ..state import index, layer_state, lifetime
from .reaper import Reaper, failed


def stop(reaper: Reaper) -> list[LayerResult]:
    """A result for each layer that has a state. Raises nothing that one layer can cause."""
    found = reaper.fleet.detector.read_index()
    names = [*found.deployed, *([""] if found.stack_layer.deployed else [])]
    return [_guarded(reaper, Layer(reaper.stack, name)) for name in names]


def _guarded(reaper: Reaper, layer: Layer) -> LayerResult:
    reaper.fleet.deployer.signals.check()
    try:
        return _stopped(reaper, layer)
    except OrchestrateError as error:
        return failed(layer.stack.region, layer.stack.name, error, tenant=layer.tenant)


def _stopped(reaper: Reaper, layer: Layer) -> LayerResult:
    deployer = reaper.fleet.deployer
    plain = LayerResult(layer.stack.region, layer.stack.name, layer.tenant, "unchanged")
    state = layer_state.load(deployer.store, layer)
    services = ecs_service_status.services(layer_state.outputs(state))
    if not services:
        return replace(plain, reason="it has no service to stop")
    if index.lock_of(deployer.store, layer):
        return reaper.busy(layer.tenant, [layer.tenant])
    stopping = deployer.stopping(layer)
    before = lifetime.load(deployer.store, layer).stopped
    stopped = stopping.stop(services, state, "" if before else "at night")
    stopping.wait(services, ecs_rollout.LIMIT, reaper.fleet.progress.info)
    return replace(plain, result="unchanged" if stopped == before else "succeeded", reason=str(stopped))
