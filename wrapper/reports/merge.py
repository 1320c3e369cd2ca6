"""Several reports of one verb on one stack, made one: those of many machines, or of a try and its repetition.

The latest result of a layer counts, because a shard that died is run again. One that was left out of a run says
nothing about how the layer is.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..model.errors import ConfigError, UsageError
from ..model.report import LayerResult, Merged, Report, ShardRun


def merge(named: Mapping[str, Report]) -> Merged:
    """``named``: file name -> report. ConfigError when they are not of one verb and stack."""
    if not named:
        raise UsageError("no report to merge", hint="report merge A.json B.json ...")
    _check_alike(named)
    reports = sorted(named.values(), key=lambda r: (r.finished, r.started, r.id))
    shards = _shards(reports)
    missing = _missing({one.shard for one in shards})
    first = min(reports, key=lambda r: r.started)
    merged = Report(
        id=_id(shards),
        verb=first.verb,
        region=first.region,
        stack=first.stack,
        started=first.started,
        finished=reports[-1].finished,
        results=_latest(reports),
        jobs=sum({r.id if r.shards else r.shard: r.jobs for r in reports}.values()),
        tool=_joined([r.tool for r in reports]),
        command=first.command,
        argv=first.argv,
        by=_joined([r.by for r in reports]),
        commit=_joined([r.commit for r in reports]),
        shards=shards,
        missing=missing,
    )
    gaps = (f"shard {name}: no report of it; its tenants are not here" for name in missing)
    return Merged(merged, (*_overlaps(reports), *gaps, *_commits(merged.commit)))


def _commits(commits: str) -> list[str]:
    """A word where the files were not the same everywhere: then neither may be the builds."""
    return [f"these are runs of files of several commits: {commits}"] if ", " in commits else []


def _check_alike(named: Mapping[str, Report]) -> None:
    (first_file, first), *others = named.items()
    for file, report in others:
        if (report.region, report.stack, report.verb) != (first.region, first.stack, first.verb):
            raise ConfigError(
                f"this is {report.verb} of {report.label}; {first_file} is {first.verb} of {first.label}",
                where=file,
                hint="merge reports of one verb on one stack",
            )


def _shards(reports: Sequence[Report]) -> tuple[ShardRun, ...]:
    """What each was made of, so that merging in two goes is merging at once."""
    shards_of_each = [r.shards or (ShardRun(r.id, r.shard, r.started, r.finished, r.command),) for r in reports]
    return tuple(
        sorted({s for shards in shards_of_each for s in shards}, key=lambda s: (s.finished, s.started, s.id, s.shard))
    )


def _id(shards: Sequence[ShardRun]) -> str:
    ids = sorted({one.id for one in shards})
    return ids[0] if len(ids) == 1 else "merged-" + hashlib.sha256("\n".join(ids).encode()).hexdigest()[:12]


def _joined(texts: Sequence[str]) -> str:
    return ", ".join(sorted({one for text in texts for one in text.split(", ") if one}))


def _missing(shards: set[str]) -> tuple[str, ...]:
    """The shards of which there is no report; () where one report is of all, or one partition is whole."""
    seen: dict[int, set[int]] = defaultdict(set)
    for shard in shards:
        if not shard:
            return ()
        part, _, count = shard.partition("/")
        seen[int(count)].add(int(part))
    gaps = {of: sorted(set(range(1, of + 1)) - found) for of, found in seen.items()}
    of, gap = min(gaps.items(), key=lambda item: (len(item[1]), item[0]))
    return tuple(f"{part}/{of}" for part in gap)


def _latest(reports: Sequence[Report]) -> tuple[LayerResult, ...]:
    """``reports`` from the oldest on. One layer, one result; in the order of their names, a stack's own first."""
    latest: dict[str, LayerResult] = {}
    for report in reports:
        for result in report.results:
            if result.finished is None:  # one that never began was given up when its run ended
                result = replace(result, finished=report.finished)
            before = latest.get(result.label)
            if before is None or _rank(result) >= _rank(before):
                latest[result.label] = result
    return tuple(latest[label] for label in sorted(latest))


def _rank(result: LayerResult) -> tuple[bool, float]:
    return result.result != "excluded", result.finished or 0.0


def _overlaps(reports: Sequence[Report]) -> list[str]:
    """Tenants of which two different shards have a result: they overlap. (Every shard may have one of the stack layer; and
    a shard that is run again has its results again.)"""
    shards: dict[str, set[str]] = defaultdict(set)
    for report in reports:
        for result in report.results:
            if result.tenant and result.result != "excluded" and report.shard:
                shards[report.name(result)].add(report.shard)
    twice = {tenant: sorted(of) for tenant, of in shards.items() if len(of) > 1}
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for tenant, of in sorted(twice.items()):
        groups[tuple(of)].append(tenant)
    return [
        f"shards {' and '.join(of)} overlap in {len(names)} tenants ({', '.join(names[:5])}"
        f"{', ...' if len(names) > 5 else ''}): the later result counts"
        for of, names in groups.items()
    ]
