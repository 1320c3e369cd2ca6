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
        "Measured on a machine of two cores against the simulated AWS, which answers at once; tenants of one resource, as "
        "many side by side as the tool takes by itself, half as many again as there are cores (`bench/run.py growth`). Its load "
        f"average before: {busy():.1f}. In *italics*: scaled from 24 tenants.",
        f"- **One machine.** A look at 10,000 tenants takes {look['seconds']:.0f} s, {look['megabytes']:.0f} MB and "
        f"{look['requests']:.0f} requests. What changed adds {one:.1f} s each, so {3600 / one:,.0f} tenants an hour, "
        "most of it processors that start Terraform and its provider: cores are what it wants more of. "
        "A real tenant also waits for AWS (a load balancer takes minutes, a rollout as long as its health check), and "
        "meanwhile no processor works: there `--jobs` may be several times the cores. Memory grows with it, "
        f"all processes together: {_memory()}. With the tenants it grows by some kilobytes each.",
        "- **One Jenkins.** N agents are N such machines: `shards -n N` parts what changed by what each took last. They "
        f"share the bucket and nothing else. Each begins with a look of its own, {asked:.0f} requests for 1,000 tenants, "
        f"where [S3 allows]({S3}) 5,500 a second for each prefix. The controller only waits.",
        "- **One account.** AWS registers one task definition a second, and one such machine rolls out a tenant in "
        f"{one:.1f} s. So from {enough} of them on the account is what is waited for: {rollout} for 1,000 tenants, "
        "and more agents make it no faster. A second account does.",
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
