"""The values of one layer as each rule of merging reads them, and what all layers of one root have in common, as data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..model.nouns import ResolvedValue, Variable
from ..terraform import merging
from ..terraform.merging import DEEP, REPLACE, MergeDifference

Values = dict[str, ResolvedValue]


@dataclass(frozen=True)
class Below:
    """What the layers of one root have in common: the variables of the root, names of the other one, and by each rule of
    merging the ``values`` below what tenants say. ``partial``: a map may lack what another source adds; ``unfinished``: names of
    those that lack something as long as no tenant adds it."""

    declared: Mapping[str, Variable]
    others: Collection[str]
    values: Mapping[str, Values]
    partial: bool
    unfinished: Collection[str] = ()


@dataclass(frozen=True)
class Reading:
    """The values of one layer, by each rule that is asked for; ``named``: the variables that its own sources name."""

    below: Below
    by_rule: Mapping[str, Values]
    named: Collection[str]

    @property
    def differences(self) -> list[MergeDifference]:
        if len(self.by_rule) == 1:
            return []
        return merging.differences(self.by_rule[DEEP], self.by_rule[REPLACE], self.below.declared)


def alike(older: Values, deep: Values, declared: Mapping[str, Variable]) -> Mapping[str, Values]:
    """Both by rule, and what the two rules read alike is one object: the older rule's, so that its fingerprint is what it was."""
    same = {n for n, v in deep.items() if merging.same(v, older[n], declared[n])}
    return {REPLACE: older, DEEP: {n: older[n] if n in same else v for n, v in deep.items()}}
