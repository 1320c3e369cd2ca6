"""ECS services in the groups that one DescribeServices may be about. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

AT_ONCE = 10  # docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
T = TypeVar("T")


def batches(services: Iterable[T], cluster: Callable[[T], Hashable]) -> Iterator[list[T]]:
    """``cluster``: of each what tells its cluster from every other."""
    found: dict[Hashable, list[T]] = defaultdict(list)
    for one in services:
        found[cluster(one)].append(one)
    for mine in found.values():
        yield from (mine[n : n + AT_ONCE] for n in range(0, len(mine), AT_ONCE))
