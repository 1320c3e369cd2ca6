"""The slot table beside the states: read, and written by compare-and-swap, so that two commands on two machines
never give one slot twice. Which slot is free is :mod:`wrapper.deploy.lb_slots.slots`' to say."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from ...model import naming, versions
from ...model.errors import BusyError
from ...model.stack import Stack
from ...state import conditional
from ...state.layer_state import data_in
from ...state.record import moment
from ...state.store import Store
from . import assignment, slots
from .assignment import Paths
from .slots import UNKNOWN, HostNames, SlotTable

_TRIES = 60  # at most two seconds apart: a minute or so
_FIRST, _LONGEST = 0.05, 2.0  # seconds


@dataclass
class SlotTableStore:
    """One stack's table. ``by`` says who writes; ``wait`` sleeps that many seconds."""

    store: Store
    stack: Stack
    by: str
    wait: Callable[[float], None] = time.sleep
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def key(self) -> str:
        return naming.slots_key(self.stack.region, self.stack.name)

    @property
    def origin(self) -> str:
        """How a value from here is named."""
        return f"{naming.SLOTS_FILE} of {self.stack.label}"

    def read(self) -> SlotTable:
        return slots.parse(self.store.read(self.key), self.key)

    def assign(
        self, wanted: Mapping[str, Paths], hosts: Mapping[str, HostNames] = UNKNOWN, *, joins: bool = False
    ) -> SlotTable:
        """The table with the slots that these tenants need, and their host names, all in one write."""
        at = moment(time.time())
        return self._change(lambda table: assignment.assign_named(table, wanted, hosts, at, self.by, joins=joins))

    def release(self, tenants: Collection[str]) -> SlotTable:
        """The table without these; what is not in it is no error."""
        return self._change(lambda table: slots.release(table, tenants, moment(time.time()), self.by))

    def move(self, turned: Mapping[str, int]) -> SlotTable:
        """The table with a second slot for these rules of a tenant; without them where none is free."""
        return self._change(lambda table: slots.move(table, turned, moment(time.time()), self.by))

    def settle(self, tenant: str, services: Collection[str]) -> SlotTable:
        """The table without a tenant's second slots, and without those of services that are none of these."""
        return self._change(lambda table: slots.settle(table, tenant, services, moment(time.time()), self.by))

    def check_known(self) -> None:
        """NewerError where a newer orchestrate keeps the table."""
        versions.check_known(data_in(self.store.read(self.key)), slots.VERSION, slots.WHAT, self.key)

    def forget(self) -> None:
        """Remove the table: its stack is gone, and its load balancers with it."""
        self.check_known()
        if self.store.read(self.key) is not None:
            self.store.delete(self.key)

    def _change(self, change: Callable[[SlotTable], SlotTable]) -> SlotTable:
        form = (lambda data: slots.parse(data, self.key)), slots.render
        with self._lock:  # those of this command take turns and never overtake each other
            found = conditional.changed(self.store, self.key, form, change, _TRIES, self._wait)
        if found is not None:
            return found
        raise BusyError(
            f"{self.stack.label}: other commands keep writing its slot table",
            where=self.key,
            hint="nothing was changed; run the command again",
        )

    def _wait(self, turn: int) -> None:
        """A time that differs for each command."""
        self.wait(random.uniform(0, min(_LONGEST, _FIRST * 2**turn)))  # noqa: S311 - no secret
