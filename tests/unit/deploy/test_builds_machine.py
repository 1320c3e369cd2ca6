"""Builds that stay, command after command, against a model of the rule: what runs, what is recorded, what is said.

`python tests/support/builds_mutations.py` shows that it finds a product which breaks the rule; BUILDS_EXAMPLES says how many
runs it makes, and BUILDS_FIRST that the first that fails is not made shorter."""

from __future__ import annotations

import os
import tempfile
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

from builds_model import DEFAULTS, Layer, Numbers
from builds_world import HISTORY, NAMES, PLAN, RECORD, STATE, BuildPolicy, Killed, Turns, World
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from project_on_disk import small_project

from wrapper.model.errors import BusyError, OrchestrateError, RefusedError

NUMBER = st.sampled_from(["90", "91", "92", "95", "97"])
NAME = st.sampled_from(NAMES)
GIVEN = st.dictionaries(NAME, NUMBER, max_size=2)
DEFAULT = {"service1-build": "1"}


class Builds(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(small_project(Path(self.folder.name) / "project"))
        self.model = Layer(upstream={"90", "91", "92", "95"})
        self.memory = 1
        self.style, self.mapped = {"quoted": True, "shared": False, "mapped": False}, False
        self.commit()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def commit(self) -> None:
        self.world.commit(self.model.files, memory=self.memory, **self.style)

    @property
    def deployed(self) -> bool:
        return bool(self.model.memory)

    @property
    def recorded(self) -> bool:
        return self.deployed and RECORD in self.world.bucket.objects

    # -- files ----------------------------------------------------------------------------------

    @rule(name=NAME, number=NUMBER)
    def a_file_names(self, name: str, number: str) -> None:
        self.model.files[name] = number
        self.commit()

    @rule(name=NAME)
    def a_line_goes(self, name: str) -> None:
        self.model.files.pop(name, None)
        self.commit()

    @rule()
    def a_file_says_null(self) -> None:
        self.model.files["service2-build"] = None
        self.commit()

    @rule(quoted=st.booleans(), shared=st.booleans(), mapped=st.booleans(), root=st.booleans())
    def the_same_is_written_otherwise(self, quoted: bool, shared: bool, mapped: bool, root: bool) -> None:
        """``root``: it takes its builds in one map."""
        self.style, self.mapped = {"quoted": quoted, "shared": shared, "mapped": mapped}, root
        self.commit()
        self.world.declare(self.model.defaults, mapped=root)

    @rule()
    def another_value_changes(self) -> None:
        self.memory += 1
        self.commit()

    @rule(number=st.sampled_from(["1", "2"]))
    def a_default_changes(self, number: str) -> None:
        self.model.defaults = {**DEFAULTS, "service1-build": number}
        self.world.declare(self.model.defaults, mapped=self.mapped)

    @rule(numbers=st.sets(st.sampled_from(["90", "91", "92", "95"]), min_size=1))
    def the_stack_before_goes_ahead(self, numbers: set[str]) -> None:
        self.model.upstream = numbers
        self.world.upstream(numbers)

    # -- commands -------------------------------------------------------------------------------

    @rule(given=GIVEN, files_first=st.booleans())
    def apply(self, given: Numbers, files_first: bool) -> None:
        numbers = self.model.outcome(given, files_first=files_first)
        policy = BuildPolicy(from_files=files_first)
        if self.model.strange(numbers):
            self.refused(lambda: self.world.apply(given, builds=policy))
            self.world.apply(given, builds=policy, unpromoted="INC-1")
        elif hotfix := self.displaced(numbers, given, files_first):
            self.refused(lambda: self.world.apply(given, builds=policy))
            given = {**given, **hotfix}
            numbers = self.model.outcome(given, files_first=files_first)
            self.world.apply(given, builds=policy, unpromoted="" if not self.model.strange(numbers) else "INC-2")
        else:
            self.world.apply(given, builds=policy)
        self.went_well(numbers, given)

    def displaced(self, numbers: Numbers, given: Numbers, files_first: bool) -> Numbers:
        """Builds that run unpromoted, and that a file would take the place of."""
        brought = (self.world.bucket.data(RECORD) or {}).get("brought", {})
        return {
            n: self.model.before(n)
            for n, number in numbers.items()
            if "unpromoted" in brought.get(n, {})
            and n not in given
            and not files_first
            and number != self.model.before(n)
            and self.model.says(n).named
        }

    @precondition(lambda self: self.deployed)
    @rule()
    def fleet(self) -> None:
        given: Numbers = {}
        numbers = self.model.outcome(given)
        result = self.world.fleet()
        if self.model.strange(numbers) or self.displaced(numbers, given, False):
            assert result.exit_code == 77, result
        elif result.result == "unchanged":
            assert numbers == {n: self.model.before(n) for n in NAMES}
            self.model.caught_up()
        else:
            assert result.ok, result
            self.went_well(numbers, given)

    @precondition(lambda self: self.deployed)
    @rule()
    def files_catch_up_and_go_back(self) -> None:
        """A fleet in between takes note of them."""
        before = dict(self.model.files)
        self.model.files |= {n: self.model.before(n) for n in NAMES if self.model.before(n)}
        self.commit()
        self.fleet()
        self.model.files = before
        self.commit()

    @precondition(lambda self: self.deployed)
    @rule(given=st.fixed_dictionaries({"service1-build": NUMBER}, optional={"service2-build": NUMBER}))
    def promote_or_rollback(self, given: Numbers) -> None:
        numbers = self.model.outcome(given)
        self.world.apply(given, how="promoted_from")
        self.went_well(numbers, given)

    @rule(given=GIVEN)
    def looking_changes_nothing(self, given: Numbers) -> None:
        before = dict(self.world.bucket.objects)
        self.world.apply(given, verb=PLAN)
        assert {k: v for k, v in self.world.bucket.objects.items() if "register" not in k} == {
            k: v for k, v in before.items() if "register" not in k
        }
        self.said(self.model.outcome(given))

    @precondition(lambda self: self.deployed)
    @rule(given=GIVEN, how=st.sampled_from(["before", "lock", "killed"]))
    def an_apply_fails(self, given: Numbers, how: str) -> None:
        self.world.fails, killed = how, False
        try:
            self.world.apply(given, unpromoted="INC-3", builds=BuildPolicy())
        except OrchestrateError:
            pass
        except Killed:
            killed = True
        finally:
            self.world.fails = ""
        assert how != "lock" or "trying" not in (self.world.bucket.data(RECORD) or {})
        if killed:
            self.refused(lambda: self.world.apply({}), BusyError)
        self.world.time_passes()

    @precondition(lambda self: self.deployed)
    @rule(number=NUMBER, name=NAME)
    def another_deploys_while_a_fleet_looks_on(self, name: str, number: str) -> None:
        """Its record was read before; at the layer's turn it is read again."""
        if self.displaced(self.model.outcome({name: number}), {name: number}, False):
            return  # the other command is refused
        many, diff = self.world.looked_at(builds=BuildPolicy())
        expected = self.model.outcome({})
        moves = {n for n, v in expected.items() if v != self.model.before(n)}
        self.world.apply({name: number}, unpromoted="INC-4")
        given = {name: number}
        self.went_well(self.model.outcome(given), given)
        assert diff.prepared is not None
        clash = {n for n in moves if self.model.before(n) not in (expected[n], self.was[n])}
        if clash:
            self.refused(lambda: many.deployer.carry_out(diff.prepared), BusyError)
        else:
            numbers = self.model.outcome({})
            many.deployer.carry_out(diff.prepared)
            self.went_well(numbers, {})

    @precondition(lambda self: self.deployed)
    @rule(given=GIVEN)
    def another_deploys_between_plan_and_apply(self, given: Numbers) -> None:
        other = dict.fromkeys(NAMES, "90")

        def meanwhile() -> None:
            self.world.apply(other, how="promoted_from")
            self.went_well(self.model.outcome(other), other)

        self.world.while_planned = meanwhile
        try:
            self.world.apply(given, unpromoted="INC-5")
            raise AssertionError("it was applied all the same")
        except (BusyError, RefusedError):
            self.world.while_planned = None

    @precondition(lambda self: self.deployed)
    @rule(first=GIVEN, second=GIVEN, lengths=st.lists(st.integers(0, 9), max_size=12))
    def two_at_once(self, first: Numbers, second: Numbers, lengths: list[int]) -> None:
        """They take turns at any of their requests: it ends as one after the other, or one of them ends with 75."""
        turns, models = Turns(lengths), [deepcopy(self.model), deepcopy(self.model)]
        self.world.bucket.access = turns.access
        ended = turns.run(*(partial(self.world.apply, given, how="promoted_from") for given in (first, second)))
        self.world.bucket.access = lambda: None
        for error in ended:
            assert error is None or (isinstance(error, OrchestrateError) and error.exit_code == 75), repr(error)
        well = [given for given, error in zip((first, second), ended, strict=True) if error is None]
        assert well, "not both"
        for model, order in zip(models, (well, well[::-1]), strict=True):
            for given in order:
                model.applied(model.outcome(given), given)
        runs, record = self.world.runs, self.world.bucket.data(RECORD)
        assert record["builds"] == {n: v for n, v in self.running(runs).items() if v is not None}
        self.model = next((m for m in models if m.runs == self.running(runs)), models[0])
        assert self.model.runs == self.running(runs), (well, runs)
        assert not {"trying", "failed"} & record.keys()
        assert len(well) < 2 or first.keys() & second.keys() or models[0].runs == models[1].runs, (
            "the order does not matter"
        )

    def running(self, runs: Numbers) -> Numbers:
        """What runs, the root's default where it was given nothing for a build that has one."""
        return {n: self.model.defaults[n] if v is None else v for n, v in runs.items()}

    @precondition(lambda self: self.recorded)
    @rule(given=GIVEN)
    def a_write_of_the_record_comes_between(self, given: Numbers) -> None:
        """What another command writes at the same moment stays."""
        bucket = self.world.bucket

        def note() -> None:
            bucket.put(RECORD, {**bucket.data(RECORD), "url": "http://written.between"})

        self.world.fails, bucket.between = "before", note
        try:
            self.world.apply(given, unpromoted="INC-6")
        except OrchestrateError:
            pass
        finally:
            self.world.fails, bucket.between = "", None
        self.world.time_passes()
        assert bucket.data(RECORD)["url"] == "http://written.between"

    # -- what happens to what is kept --------------------------------------------------------------

    @precondition(lambda self: self.recorded)
    @rule()
    def an_older_tool_writes_the_record(self) -> None:
        record = self.world.bucket.data(RECORD)
        self.world.bucket.put(RECORD, {k: v for k, v in record.items() if k not in ("files", "brought", "trying")})
        self.model.older_tool()

    @precondition(lambda self: self.deployed)
    @rule()
    def the_history_is_lost(self) -> None:
        self.world.bucket.delete(HISTORY)
        self.model.had, self.model.kept = set(), {}

    @precondition(lambda self: self.deployed)
    @rule(number=NUMBER)
    def the_stack_before_runs_nothing_of_it_any_more(self, number: str) -> None:
        """Nor does its history tell: what runs stays, and only what moves is asked about."""
        self.the_history_is_lost()
        self.the_stack_before_goes_ahead({number})
        self.apply({}, False)

    @precondition(lambda self: self.deployed and self.model.kept)
    @rule()
    def the_record_is_lost(self) -> None:
        self.world.bucket.delete(RECORD)
        self.model.memory = dict(self.model.kept)

    @precondition(lambda self: self.deployed)
    @rule()
    def record_and_history_are_lost(self) -> None:
        """On a protected stack that is no order to deploy what the files say."""
        for key in (RECORD, HISTORY):
            self.world.bucket.delete(key)
        self.model.memory, self.model.had = {}, set()
        numbers = self.model.outcome({})
        if any(number is not None for number in numbers.values()):
            self.refused(lambda: self.world.apply({}, unpromoted="INC-7"))
        every = {n: number or "90" for n, number in self.world.runs.items()}
        self.world.apply(every, how="promoted_from")
        self.went_well(self.model.outcome(every), every)

    @precondition(lambda self: self.deployed)
    @rule()
    def another_hand_writes_the_state(self) -> None:
        self.world.write_state()

    # -- what must be so -----------------------------------------------------------------------------

    def refused(self, command: Any, kind: type[OrchestrateError] = RefusedError) -> None:
        before = self.world.bucket.objects.get(RECORD), self.world.bucket.objects.get(STATE), self.world.runs
        try:
            command()
        except kind:
            after = self.world.bucket.objects.get(RECORD), self.world.bucket.objects.get(STATE), self.world.runs
            assert after == before
            return
        raise AssertionError("it was not refused")

    def said(self, numbers: Numbers) -> None:
        """No number moves without a word."""
        text = "\n".join(self.world.said)
        for name, number in numbers.items():
            known = self.model.before(name)
            if self.deployed and known != number and name in self.model.memory:
                step = f"{name} {known or 'none'} -> {number or 'none'}"
                assert step in text, (step, text)

    def went_well(self, numbers: Numbers, given: Numbers) -> None:
        self.said(numbers)
        self.was = {n: self.model.before(n) for n in NAMES}
        self.model.applied(numbers, given)
        record = self.world.bucket.data(RECORD)
        assert record["builds"] == {n: v for n, v in numbers.items() if v is not None}
        assert {n: one["said"] for n, one in record["files"].items()} == {n: self.model.says(n).number for n in NAMES}
        assert "trying" not in record and "failed" not in record
        runs = {**self.model.defaults, **{n: v for n, v in self.world.runs.items() if v is not None}}
        assert {n: runs[n] if numbers[n] is not None else None for n in NAMES} == numbers
        _, diff = self.world.looked_at()
        assert diff.reason == "", "applied twice is applied once"

    @invariant()
    def all_agree(self) -> None:
        if not hasattr(self, "world"):
            return
        deployer = self.world.deployer()
        layer = deployer.project.layer(deployer.stack, "acme")
        expected = {n: v for n, v in self.model.outcome({}).items() if v is not None}
        assert deployer.resolver.prepare(PLAN, layer, []).builds == expected
        _, diff = self.world.looked_at()
        assert diff.prepared is not None and diff.prepared.builds == expected


EXAMPLES = int(os.environ.get("BUILDS_EXAMPLES", "6"))
TestBuilds = Builds.TestCase
TestBuilds.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=12,
    deadline=None,
    phases=[Phase.generate] if "BUILDS_FIRST" in os.environ else list(Phase),
    derandomize=EXAMPLES < 100,
    suppress_health_check=list(HealthCheck),
)
