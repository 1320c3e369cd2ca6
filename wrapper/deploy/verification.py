"""Whether what was applied is good: ECS runs it, and it answers. What ECS says :mod:`wrapper.aws.ecs_rollout` knows, and
:mod:`wrapper.deploy.smoke_test` how a URL is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..aws import ecs_rollout, ecs_service_status
from ..aws.identity import Identity
from ..model.errors import ConfigError, SmokeFailed
from ..model.nouns import Layer, Stack
from ..project.project import Project
from ..run.runner import Console
from ..run.signals import SignalHandler
from ..state.record import DeploymentRecord
from ..terraform import commands
from ..terraform.arguments import partial
from . import smoke_test as smoke
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
        if prepared.verb.name != "apply" or not paths or not self._is_asked(layer):
            return
        if "url" not in self.project.values.outputs(layer.source):
            raise ConfigError(
                f'{layer.label}: its Terraform root has no output "url", and {paths[0]} is below it',
                hint="give the smoke test a whole URL, or the root that output",
            )

    def watch(
        self, prepared: PreparedLayer, outputs: Mapping[str, Any], console: Console, signals: SignalHandler
    ) -> None:
        """Wait until ECS runs what was applied; raises when it does not."""
        asked, said = self.rollout_limit, self.stack.settings.rollout_timeout
        limit = asked if asked is not None else commands.parse_limit(said) if said else ecs_rollout.LIMIT
        if not limit or partial(prepared.tokens):
            return
        wanted = ecs_service_status.services(outputs)
        region = self.stack.region or self.stack.backend.region
        if wanted:
            ecs_rollout.RolloutWatch(
                self.identity, region, prepared.layer.label, limit, console.info, signals.pause
            ).check(wanted)

    def run_smoke_test(self, layer: Layer, record: DeploymentRecord, console: Console, signals: SignalHandler) -> None:
        """Ask what was applied, as it was recorded, whether it answers. What does not is recorded as a failure."""
        url = record.url
        if not self._is_asked(layer):
            return
        if self.smoke.paths and not (url and self.smoke.served):
            why = "it has no URL" if self.smoke.served else "in the sandbox no traffic flows"
            console.info(f"{layer.label}: no smoke test of {', '.join(self.smoke.paths)}: {why}")
        try:
            hooks = smoke.SmokeHooks(console.info, signals.pause)
            smoke.check(layer.label, self.smoke.urls(url), self.smoke.policy, hooks)
        except SmokeFailed as error:
            self.recorder.record_failed_check(layer, record, error)
            raise

    def _is_asked(self, layer: Layer) -> bool:
        """Whether there is a smoke test for it: for a tenant, or for a stack that has none."""
        return bool(self.smoke.places) and (bool(layer.tenant) or self.stack.tenant_source is None)
