"""What a fleet costs by its size, from docs/generate/fleet.json, which ``bench/run.py growth --json`` writes; in words."""

from __future__ import annotations

import json
import math
import re
import textwrap
from pathlib import Path
from typing import Any

import rates
from marked import table

DATA = Path(__file__).with_name("fleet.json")
SIZES = (10, 24, 100, 1_000, 10_000)
S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html"
Points = dict[tuple[int, int], dict[str, float]]  # by tenants and how many of them changed


def load(file: Path = DATA) -> Points:
    return {(int(p["tenants"]), int(p["changed"])): p for p in _data(file)["points"]}


def busy(file: Path = DATA) -> float:
    """How much the machine had to do before it was measured: its load average."""
    return float(_data(file)["load_averages"][0])


def _data(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def by_jobs(file: Path = DATA) -> dict[int, float]:
    """Memory of all processes in MB, Terraform's and the providers' too, by how many ran side by side."""
    named = ((re.search(r"(\d+) side by side: memory", row["measure"]), row["ours"]) for row in _data(file)["rows"])
    return {int(found.group(1)): float(megabytes) for found, megabytes in named if found}


def each(points: Points, kind: str) -> float:
    """What one tenant that changed takes, from the largest number of which all were."""
    size = max(tenants for tenants, changed in points if tenants == changed)
    return (points[size, size][kind] - points[size, 0][kind]) / size


def value(points: Points, kind: str, size: int, changed: int) -> float:
    """As measured; else what so many unchanged take, and each that changed."""
    found = points.get((size, changed))
    return found[kind] if found else points[size, 0][kind] + changed * each(points, kind)


def carry(points: Points | None = None) -> str:
    """How far one machine, one Jenkins, one account carry."""
    points = points or load()
    one = each(points, "seconds")  # of a machine's time, several side by side
    look, asked = points[10_000, 0], points[1_000, 0]["requests"]
    enough = math.ceil(one * rates.REGISTER.rate)
    rollout = rates.shown(rates.bound(rates.WORK["roll a new image out"], 1_000)[0])
    paragraphs = (
        "![Cost by number of tenants: it grows with what changed](fleet-cost.svg)",
        _table(points),
        "Measured (`bench/run.py growth`) on a machine with two cores against the simulated AWS, which answers at once, with "
        "tenants of one resource and the default of `--jobs`. The machine's load average before the measurement was "
        f"{busy():.1f}. Numbers in *italics* are scaled from 24 tenants.",
        f"- **One machine.** Change detection for 10,000 tenants takes {look['seconds']:.0f} s, {look['megabytes']:.0f} MB and "
        f"{look['requests']:.0f} requests. Each changed tenant adds {one:.1f} s, so a machine applies {3600 / one:,.0f} tenants an "
        "hour. Processors spend most of this time on starting Terraform and its provider, so more cores make it faster. "
        "A real tenant also waits for AWS (a load balancer takes minutes, a rollout as long as its health check) while no "
        "processor works: then set `--jobs` to several times the cores. The memory of all processes grows with it: "
        f"{_memory()}. Each tenant adds some kilobytes.",
        "- **One Jenkins.** N agents are N such machines, which share the bucket and nothing else. `shards -n N` splits the "
        f"changed tenants by their last durations. Each agent begins with its own change detection: {asked:.0f} requests for "
        f"1,000 tenants, where [S3 allows]({S3}) 5,500 a second for each prefix. The controller only waits.",
        "- **One account.** AWS registers one task definition a second, and one such machine rolls out a tenant in "
        f"{one:.1f} s. So with {enough} machines or more the account's rate decides: {rollout} for 1,000 tenants. More agents make "
        "it no faster; a second account does.",
    )
    return "\n\n".join(p if p.startswith(("|", "!")) else _wrapped(p) for p in paragraphs)


def _table(points: Points) -> str:
    rows = []
    for size in SIZES:
        none, three, every = points[size, 0], points[size, 3], value(points, "seconds", size, size)
        whole = _shown(every) if (size, size) in points else f"*{_shown(every)}*"
        memory, asked = f"{none['megabytes']:.0f}", f"{none['requests']:.0f}"
        rows.append((f"{size:,}", _shown(none["seconds"]), asked, memory, _shown(three["seconds"]), whole))
    head = ("tenants", "nothing changed", "requests to S3", "our memory, MB", "3 changed", "all changed")
    return table(head, rows)


def _memory() -> str:
    return ", ".join(f"{megabytes:,.0f} MB with {jobs}" for jobs, megabytes in by_jobs().items())


def _shown(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else rates.shown(seconds)


def _wrapped(text: str) -> str:
    return textwrap.fill(
        text,
        138,
        subsequent_indent="  " if text.startswith("-") else "",
        break_long_words=False,
        break_on_hyphens=False,
    )
