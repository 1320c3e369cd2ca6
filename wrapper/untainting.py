"""Which tainted ECS services a run untaints before it plans: asks ECS whether they are ACTIVE. Writes nothing.

What lies tainted :mod:`wrapper.tainted` reads out of a state; the untainting itself is a Step of the Run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import tainted
from .account import Identity
from .errors import RefusedError
from .model import Layer
from .ready import Ready
from .tainted import ACTIVE, MISSING, Tainted

_AT_ONCE = (
    10  # services per DescribeServices (docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html)
)
_REPLACES_NOTHING = ("destroy", "refresh-only")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Untainting:
    """``confirmed``: the label that was typed with --confirm; ``dry``: nothing is refused, since nothing runs."""

    identity: Identity
    confirmed: str
    dry: bool = False

    def choose(self, ready: Ready, state: Mapping[str, Any] | None, say: Say) -> tuple[str, ...]:
        """The addresses that an apply untaints, each one said. None for a plan and for an apply of a plan file: there it
        is said what becomes of them. RefusedError on a protected stack whose label was not confirmed."""
        label, applies = ready.layer.label, ready.verb.name == "apply" and not ready.common.saved
        active = self._active(_candidates(ready, state), lambda words: say(f"{label}: {words}"))
        allowed = self._is_confirmed(ready.layer)
        if applies and active and not (allowed or self.dry):
            raise _unconfirmed(label, active[0])
        for one in active:
            say(f"{label}: {_words(ready, one, '' if allowed else f'--confirm {label}')}")
        return tuple(one.address for one in active) if applies and allowed else ()

    def _is_confirmed(self, layer: Layer) -> bool:
        return not layer.stack.settings.protected or self.confirmed in (layer.label, layer.stack.label)

    # -- ECS ------------------------------------------------------------------------------------

    def _active(self, services: Sequence[Tainted], say: Say) -> list[Tainted]:
        """Those that ECS shows ACTIVE; of the others it is said that they stay as they are."""
        active = []
        for batch in _batches(services):
            statuses, error = self._statuses(batch)
            active += [one for one in batch if statuses.get(one.name) == ACTIVE]
            for one in (one for one in batch if statuses.get(one.name) != ACTIVE):
                say(tainted.unknown(one, error) if error else tainted.left(one, statuses.get(one.name, MISSING)))
        return active

    def _statuses(self, batch: Sequence[Tainted]) -> tuple[dict[str, str], str]:
        """Name -> status of services of one cluster, as ECS shows them; or why it cannot be asked."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            client = self.identity.client("ecs", batch[0].region)
            answer = client.describe_services(cluster=batch[0].cluster, services=[one.name for one in batch])
            return {service["serviceName"]: service["status"] for service in answer["services"]}, ""
        except ClientError as error:
            gone = error.response["Error"].get("Code") == "ClusterNotFoundException"
            return {}, "" if gone else str(error.response["Error"].get("Message", error))
        except BotoCoreError as error:
            return {}, str(error)


def _candidates(ready: Ready, state: Mapping[str, Any] | None) -> list[Tainted]:
    """The tainted services that this command would replace although no -replace names them."""
    if ready.verb.name not in ("apply", "plan") or any(t.flag in _REPLACES_NOTHING for t in ready.tokens):
        return []
    meant = {t.value for t in ready.tokens if t.flag == "replace"}
    return [one for one in tainted.services(state) if one.address not in meant]


def _batches(services: Sequence[Tainted]) -> Iterator[list[Tainted]]:
    """As many services of one cluster as one question may be about."""
    found: dict[tuple[str, str], list[Tainted]] = defaultdict(list)
    for one in services:
        found[one.region, one.cluster].append(one)
    for mine in found.values():
        yield from (mine[n : n + _AT_ONCE] for n in range(0, len(mine), _AT_ONCE))


def _words(ready: Ready, one: Tainted, confirm: str) -> str:
    if ready.common.saved:
        return tainted.saved(one)
    if ready.verb.name == "plan":
        return tainted.planned(one, kept=any(t.flag == "out" for t in ready.tokens), confirm=confirm)
    return tainted.untainted(one, confirm)


def _unconfirmed(label: str, one: Tainted) -> RefusedError:
    return RefusedError(
        f"{label} is protected, and {one.address} is tainted although ECS shows it {ACTIVE}",
        hint=f"nothing was changed. Let this apply untaint it, so that it is updated in place: --confirm {label}",
    )
