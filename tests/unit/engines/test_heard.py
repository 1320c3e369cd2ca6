"""What a Step says: all of it is passed on and the last kept, but for a state that could be saved nowhere."""

from __future__ import annotations

from wrapper.engines.heard import Heard
from wrapper.model.nouns import Step

STATE = b'{\n  "version": 4,\n  "serial": 2\n}\n'


def test_a_step_that_changes_something_keeps_a_state_apart() -> None:
    said: list[tuple[bytes, bool]] = []
    heard = Heard(Step(("terraform", "apply"), mutates=True), lambda data, error: said.append((data, error)))
    heard.add(b"Error: no\n" + STATE, True)
    heard.add(b"done\n", False)
    outcome = heard.outcome(1)
    assert said == [(b"Error: no\n", True), (b"done\n", False)]
    assert (outcome.code, outcome.ok, outcome.unsaved) == (1, False, STATE)
    assert (outcome.tail, outcome.stderr) == ("Error: no\ndone\n", "Error: no\n")


def test_a_step_that_was_asked_for_a_state_says_it() -> None:
    said: list[bytes] = []
    heard = Heard(Step(("terraform", "state", "pull")), lambda data, _: said.append(data))
    heard.add(STATE, False)
    assert said == [STATE] and heard.outcome(0).unsaved == b""
