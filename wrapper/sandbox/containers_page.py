"""One page that shows what runs and what moved in the last minutes: no script, nothing from elsewhere, and it loads itself again.

Pure: from what the data plane told, events and alarms to HTML.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

RECENT = 600.0  # seconds
_MOST = 60  # events
_COLOURS = {
    "healthy": "good",
    "initial": "new",
    "unhealthy": "bad",
    "draining": "old",
    "COMPLETED": "good",
    "IN_PROGRESS": "new",
    "FAILED": "bad",
    "RUNNING": "good",
    "PENDING": "new",
    "PROVISIONING": "new",
    "DEACTIVATING": "old",
    "STOPPING": "old",
    "DRAINING": "old",
}
_STYLE = Path(__file__).with_name("page.css").read_text()


def page(
    shown: Mapping[str, Any], age: float, events: Iterable[tuple[float, str]], ringing: Iterable[str], now: float
) -> str:
    """``events``: when and what; ``ringing``: names of alarms; ``now``: seconds since 1970."""
    services = "".join(map(_service, shown.get("services", ()))) or '<p class="none">No service.</p>'
    recent = sorted((e for e in events if now - e[0] <= RECENT), reverse=True)[:_MOST]
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f'<meta http-equiv="refresh" content="2"><title>Sandbox</title><style>{_STYLE}</style>',
        f"<header><h1>Sandbox with containers</h1><span>{_clock(now)}</span><span>{_known(age)}</span></header>",
        f"<main><section><h2>Services</h2>{services}</section><section>",
        f"<h2>Addresses</h2>{_listed(map(_address, sorted(shown.get('addresses', {}).items())))}",
        f"<h2>Alarms that ring</h2>{_listed(f'<li>{escape(name)}</li>' for name in ringing)}",
        f"<h2>What moved in the last {RECENT / 60:.0f} minutes</h2>{_listed(map(_event, recent))}",
        "</section></main></html>\n",
    ]
    return "".join(parts)


def _known(age: float) -> str:
    return "as told just now" if age < 15 else f"the data plane was heard {age:.0f} s ago: nothing is known to run"


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))


def _listed(items: Iterable[str]) -> str:
    return f'<ul class="box">{"".join(items) or "<li class=none>None.</li>"}</ul>'


def _service(one: Mapping[str, Any]) -> str:
    state = f'<span class="state {_COLOURS.get(one["state"], "old")}">{escape(one["state"])}</span>'
    said = f"{escape(one['cluster'])}: {one['running']} of {one['desired']} tasks run"
    head = f"<h3>{escape(one['name'])} {state}<small>{said}</small></h3>"
    return f'<article>{head}<div class="tasks">{"".join(map(_task, one["tasks"]))}</div></article>'


def _task(one: Mapping[str, Any]) -> str:
    states = [target["state"] for target in one["targets"]] or [one["status"]]
    images = ", ".join(image.rpartition("/")[2] for image in one.get("images", ()))
    where = "".join(f", 127.0.0.1:{target['port']}" for target in one["targets"])
    text = f"<b>{escape(one['id'][:12])}</b><small>{escape(images or one['definition'])}</small>"
    return f'<div class="task {_COLOURS.get(states[0], "old")}">{text}<small>{escape(", ".join(states) + where)}</small></div>'


def _address(pair: tuple[str, str]) -> str:
    return f'<li><a href="{escape(pair[1])}">{escape(pair[0])}</a></li>'


def _event(pair: tuple[float, str]) -> str:
    return f"<li><time>{_clock(pair[0])}</time>{escape(pair[1])}</li>"
