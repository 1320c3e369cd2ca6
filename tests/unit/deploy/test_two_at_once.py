"""Two applies of one layer at once, the second at each request of the first to the bucket: whole, or cut in two. The state machine
(test_builds_machine.py) cuts them at any of their requests."""

from __future__ import annotations

from copy import deepcopy
from functools import partial

import pytest
from builds_world import HISTORY, RECORD, Turns, World
from project_on_disk import Disk

Builds = dict[str, str | None]
ONE, TWO = "service1-build", "service2-build"
WHOLE = 1000  # more requests than a command makes


@pytest.fixture
def begun(example: Disk) -> World:
    world = World(example)
    world.commit({}, quoted=True, shared=False, mapped=False, memory=1)
    world.apply({ONE: "90", TWO: "5"}, how="promoted_from")
    return world


def ended(begun: World, first: Builds, second: Builds, lengths: list[int]) -> tuple[int, list[int], Builds]:
    """How often it was the other one's turn, the exit codes, and what runs. The files stay as they are."""
    world = deepcopy(begun)
    turns = Turns(lengths)
    world.bucket.access = turns.access
    errors = turns.run(*(partial(world.apply, given, how="promoted_from") for given in (first, second)))
    world.bucket.access = lambda: None
    record, runs = world.bucket.data(RECORD), world.runs
    assert record["builds"] == runs, "record and truth"
    assert not {"trying", "failed"} & record.keys(), record
    assert world.bucket.data(HISTORY)["applies"][-1]["builds"] == runs
    codes = [getattr(e, "exit_code", 70) if e else 0 for e in errors]
    numbers = [one["number"] for one in world.bucket.data(HISTORY)["applies"]]
    assert numbers in ([1, 2], [1, 2, 3][: 1 + codes.count(0)]), "each good one, unless the other had overtaken it"
    _, diff = world.looked_at()
    assert diff.reason == "", "and it is as its record says"
    return turns.switched, codes, runs


@pytest.mark.parametrize("second_goes", [WHOLE, 5, 9])
def test_two_services_by_two_commands(begun: World, second_goes: int) -> None:
    """T7: neither puts the other's back, whichever is first."""
    outcomes = {(0, 0): {ONE: "91", TWO: "7"}, (0, 75): {ONE: "91", TWO: "5"}, (75, 0): {ONE: "90", TWO: "7"}}
    seen = set()
    for at in range(WHOLE):
        switched, codes, runs = ended(begun, {ONE: "91"}, {TWO: "7"}, [at, second_goes])
        assert outcomes.get((codes[0], codes[1])) == runs, (at, codes, runs)
        seen.add((codes[0], codes[1]))
        if not switched:
            break
    assert at > 10 and (0, 0) in seen and len(seen) > 1, (at, seen)


def test_one_service_by_two_commands(begun: World) -> None:
    for at in range(WHOLE):
        switched, codes, runs = ended(begun, {ONE: "91"}, {ONE: "92"}, [at])
        assert codes in ([0, 0], [0, 75], [75, 0]), (at, codes)
        assert runs[ONE] in ("91", "92") and (codes == [0, 0] or runs[ONE] == ("91" if codes[0] == 0 else "92"))
        if not switched:
            break
    assert at > 10
