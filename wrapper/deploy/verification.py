"""Whether what was applied is good: ECS runs it, and it answers. What ECS says :mod:`wrapper.aws.ecs_rollout` knows, and
:mod:`wrapper.deploy.smoke_test` how a URL is asked."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..aws import ecs_rollout, ecs_service_status
from ..aws.ecs_service_status import ExpectedService
from ..aws.identity import Identity
from ..engines import Engine
from ..model import duration
from ..model.console import Console
from ..model.errors import ConfigError, OrchestrateError, SmokeFailed, TerraformFailed
from ..model.stack import Layer, Stack
from ..project.project import Project
from ..run.signals import SignalHandler
from ..state.record import DeploymentRecord
from ..terraform.arguments import partial
from . import smoke_test
from .prepared import PreparedLayer
from .recorder import Recorder
from .smoke_test import Smoke


@dataclass(frozen=True)
class Verification:
    """``rollout_limit`` in seconds; None: as stack.hcl says."""

    project: Project
    stack: Stack
    identity: Identity
    recorder: Recorder
    smoke: Smoke
    rollout_limit: float | None

    def check(self, prepared: PreparedLayer) -> None:
        """A path is below a URL that the layer's root must give: said before it is applied."""
        layer, paths = prepared.layer, self.smoke.paths
        if not prepared.verb.applies or not paths or not self._is_asked(layer):
            return
        if "url" not in self.project.values.outputs(layer.source):
            raise ConfigError(
                f'{layer.label}: its Terraform root has no output "url", and {paths[0]} is below it',
                hint="give the smoke test a whole URL, or the root that output",
            )

    def begins(self) -> None:
        """Terraform is about to change something."""

    def watched(self, prepared: PreparedLayer, engine: Engine, console: Console, signals: SignalHandler) -> Engine:
        """The engine, or one that also looks at ECS while Terraform waits for it."""
        if not self.limit_for(prepared) or self.identity.is_nobody:
            return engine
        from ..engines.rollout_watch import RolloutWatchedEngine

        return RolloutWatchedEngine(engine, self._watch(prepared, 0.0, console, signals), console.info)

    def explained(
        self, prepared: PreparedLayer, error: OrchestrateError, state: Mapping[str, Any] | None, console: Console
    ) -> OrchestrateError:
        """What an apply failed by; why ECS does not run its services, where that is it."""
        wanted = ecs_service_status.services_in_state(state)
        if not wanted or type(error) is not TerraformFailed or not self.limit_for(prepared):
            return error
        reason = self._watch(prepared, 0.0, console, None).explained(wanted)
        if reason is None:
            return error
        reason.said = error.said
        return reason

    def _watch(
        self, prepared: PreparedLayer, limit: float, console: Console, signals: SignalHandler | None
    ) -> ecs_rollout.RolloutWatch:
        region = self.stack.aws_region
        pause = signals.pause if signals else time.sleep
        return ecs_rollout.RolloutWatch(self.identity, region, prepared.layer.label, limit, console.info, pause)

    def limit_for(self, prepared: PreparedLayer) -> float:
        """Seconds that ECS is waited for; 0: it is not asked."""
        asked, said = self.rollout_limit, self.stack.settings.rollout_timeout
        limit = asked if asked is not None else duration.parse_or_zero(said) if said else ecs_rollout.LIMIT
        return 0.0 if partial(prepared.tokens) else limit

    def watch(
        self, prepared: PreparedLayer, outputs: Mapping[str, Any], console: Console, signals: SignalHandler
    ) -> None:
        """Wait until ECS runs what was applied; raises when it does not."""
        limit, wanted = self.limit_for(prepared), ecs_service_status.services(outputs)
        if limit and wanted:
            self._watch(prepared, limit, console, signals).check(wanted)

    def wait(
        self, prepared: PreparedLayer, wanted: Sequence[ExpectedService], console: Console, signals: SignalHandler
    ) -> None:
        """Until ECS runs these services; raises when it does not."""
        self._watch(prepared, self.limit_for(prepared), console, signals).check(wanted)

    def run_smoke_test(self, layer: Layer, record: DeploymentRecord, console: Console, signals: SignalHandler) -> None:
        """Ask what was applied, as it was recorded, whether it answers. What does not is recorded as a failure."""
        url = record.url
        if not self._is_asked(layer):
            return
        if self.smoke.paths and not (url and self.smoke.served):
            reason = "it has no URL" if self.smoke.served else "in the sandbox no traffic flows"
            console.info(f"{layer.label}: no smoke test of {', '.join(self.smoke.paths)}: {reason}")
        try:
            hooks = smoke_test.SmokeHooks(console.info, signals.pause)
            smoke_test.check(layer.label, self.smoke.urls(url), self.smoke.policy, hooks)
        except SmokeFailed as error:
            self.recorder.record_failed_check(layer, record, error)
            raise

    def _is_asked(self, layer: Layer) -> bool:
        """Whether there is a smoke test for it: for a tenant, or for a stack that has none."""
        return bool(self.smoke.places) and (bool(layer.tenant) or self.stack.tenant_source is None)
