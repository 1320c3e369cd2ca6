"""Load balancers, listeners, rules, names and targets -> the configuration of HAProxy, as text. Pure.

Each listener's port of AWS (80, 443) is one port of 127.0.0.1; which load balancer a request is for, its host name says: the
names that Route 53 leads to it, and its own, each with ``.localhost`` behind it or not.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SUFFIX = ".localhost"
WEIGHT = 100  # of a server that gets its whole share


@dataclass(frozen=True)
class ProxyServer:
    """A target that gets requests. ``cookie``: whether its name is the cookie of a sticky client."""

    name: str
    port: int
    weight: int = WEIGHT
    cookie: bool = False

    @property
    def words(self) -> str:
        """As the configuration and the runtime API both take it."""
        return f"127.0.0.1:{self.port} weight {self.weight}" + (f" cookie {self.name}" if self.cookie else "")


Backends = Mapping[str, Mapping[str, ProxyServer]]  # name of a backend -> its servers by name


@dataclass(frozen=True)
class Layout:
    """Where things are on this machine. ``ports``: of AWS -> here; ``certificates``: listener port -> HAProxy's crt-list."""

    socket: str
    ports: Mapping[int, int]
    certificates: Mapping[int, str] = field(default_factory=dict)


GLOBAL = """\
global
    maxconn 4000
    stats socket unix@{socket} mode 600 level admin expose-fd listeners
    hard-stop-after 330s
    tune.ssl.default-dh-param 2048

defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout http-keep-alive 60s
    timeout server 60s
    timeout tunnel 60s
    option forwardfor
    option idle-close-on-response
    http-reuse never
    retries 0
"""

FRONTEND = """\

frontend port-{aws}
    bind 127.0.0.1:{here}{tls}
    http-request set-var(txn.host) req.hdr(host),field(1,:),lower
    http-request set-var(txn.name) var(txn.host),regsub(\\.localhost$,)
    http-request set-var(txn.die) rand(1000000)
    http-request set-header Host %[var(txn.name)]
    http-request set-header X-Forwarded-Proto {scheme}
    http-request set-header X-Forwarded-Port {aws}
"""

NOT_FOUND = """\

backend no-load-balancer
    http-request return status 404 content-type text/plain string "no load balancer of the sandbox has this name\\n"
"""


def configuration(world: Mapping[str, Any], servers: Mapping[str, Sequence[ProxyServer]], layout: Layout) -> str:
    """HAProxy's whole configuration. ``servers``: of each target group, those that get requests."""
    listeners = list(_listeners(world))
    parts = [GLOBAL.format(socket=layout.socket)]
    for port in sorted({listener["port"] for _, listener in listeners} & layout.ports.keys()):
        parts += _frontend(port, [(lb, one) for lb, one in listeners if one["port"] == port], world, layout)
    for _, listener in listeners:
        parts += [text for rule in listener["rules"] for text in _own_backends(rule, listener, layout)]
    idle = {arn: lb.get("idle", 60) for lb in world["load_balancers"] for arn in _groups_of(lb)}
    parts += [
        _backend(group, servers.get(group["arn"], ()), idle.get(group["arn"], 60)) for group in world["target_groups"]
    ]
    return "".join([*parts, NOT_FOUND])


def _listeners(world: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for lb in world["load_balancers"]:
        yield from ((lb, listener) for listener in lb["listeners"])


def _groups_of(lb: Mapping[str, Any]) -> Iterator[str]:
    for listener in lb["listeners"]:
        for rule in listener["rules"]:
            yield from (arn for arn, _ in rule["action"].get("groups", ()))


# -- from a request to a rule -------------------------------------------------------------------


def _frontend(port: int, found: Sequence[Any], world: Mapping[str, Any], layout: Layout) -> Iterator[str]:
    secure = port in layout.certificates
    tls = f" ssl crt-list {layout.certificates[port]} alpn h2,http/1.1" if secure else ""
    yield FRONTEND.format(aws=port, here=layout.ports[port], tls=tls, scheme="https" if secure else "http")
    for lb, listener in found:
        mine = _words(hosts_of(lb, world), "var(txn.name)")
        for rule in listener["rules"]:
            yield from (f"    use_backend {to} if {mine}{when}\n" for to, when in _uses(rule, listener))
    yield "    default_backend no-load-balancer\n"


def hosts_of(lb: Mapping[str, Any], world: Mapping[str, Any]) -> list[str]:
    """Every name that leads to a load balancer."""
    return [lb["dns"].lower(), *(name for name, target in world["names"] if target.lower() == lb["dns"].lower())]


def _uses(rule: Mapping[str, Any], listener: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Backends that a rule leads to, each with the words of the conditions. Weights throw a die."""
    when = "".join(_condition(condition) for condition in rule["conditions"])
    groups = [(arn, weight) for arn, weight in rule["action"].get("groups", ()) if weight]
    total, reached = sum(weight for _, weight in groups), 0
    if rule["action"]["type"] != "forward":
        yield _answer_name(rule, listener), when
    for arn, weight in groups:
        reached += weight
        share = "" if reached == total else f" {{ var(txn.die) -m int lt {reached * 1_000_000 // total} }}"
        yield backend_name(arn), when + share


def _condition(condition: Mapping[str, Any]) -> str:
    field_, values = condition["field"], condition["values"]
    if field_ == "host-header":
        return " " + _words(values, "var(txn.name)")
    if field_ == "path-pattern":
        return f" {{ path -m reg {_regular(values)} }}"
    if field_ == "http-request-method":
        return f" {{ method {' '.join(map(quoted, values))} }}"
    if field_ == "http-header":
        return f" {{ req.hdr({_plain(condition['name'])}) -m reg -i {_regular(values)} }}"
    if field_ == "source-ip":
        return f" {{ src {' '.join(map(quoted, values))} }}"
    if field_ == "query-string":
        return f" {{ query -m reg -i {_query(values)} }}"
    return " { always_false }"


def _words(values: Sequence[str], sample: str) -> str:
    return f"{{ {sample} -m reg -i {_regular(values)} }}"


def _regular(values: Sequence[str]) -> str:
    """``*`` is any text, ``?`` one character."""
    return quoted(f"^({'|'.join(map(_pattern, values))})$")


def _pattern(value: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in value)


def _query(values: Sequence[Mapping[str, str]]) -> str:
    pairs = [(_pattern(v["key"]) if v.get("key") else "[^=&]*", _pattern(v["value"])) for v in values]
    return quoted(f"(^|&)({'|'.join(f'{key}={value}' for key, value in pairs)})(&|$)")


def quoted(text: str) -> str:
    """As HAProxy reads it within double quotes. What is no printable character is left out."""
    return '"' + re.sub(r'(["\\$])', r"\\\1", "".join(letter for letter in text if letter.isprintable())) + '"'


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "", name)


# -- what answers -------------------------------------------------------------------------------


def backend_name(arn: str) -> str:
    """``targetgroup/NAME/ID`` as one word."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", arn.rpartition(":")[2])


def _answer_name(rule: Mapping[str, Any], listener: Mapping[str, Any]) -> str:
    return f"answer-{hashlib.sha256((listener['arn'] + str(rule['priority'])).encode()).hexdigest()[:12]}"


def _own_backends(rule: Mapping[str, Any], listener: Mapping[str, Any], layout: Layout) -> Iterator[str]:
    """A redirect or a fixed answer, as a backend of its own."""
    action = rule["action"]
    if action["type"] == "forward":
        return
    yield f"\nbackend {_answer_name(rule, listener)}\n"
    if action["type"] == "redirect":
        where, code = _location(action, listener, layout), action.get("code", 302)
        query = action.get("query", "#{query}").replace("#{query}", "%[query]")
        yield f"    http-request redirect code {code} location {where}?{query} if {{ query,length gt 0 }}\n"
        yield f"    http-request redirect code {code} location {where}\n"
    elif action["type"] == "fixed-response":
        kind, body = quoted(action.get("content_type") or "text/plain"), quoted(action.get("body") or "")
        said = f" content-type {kind} string {body}" if action.get("body") else ""  # HAProxy takes no empty string
        yield f"    http-request return status {action['code']}{said}\n"
    else:
        yield "    http-request return status 501\n"


def _location(action: Mapping[str, Any], listener: Mapping[str, Any], layout: Layout) -> str:
    scheme = "https" if listener["protocol"] == "HTTPS" else "http"
    scheme = action.get("protocol", "#{protocol}").replace("#{protocol}", scheme).lower()
    port = str(action.get("port", "#{port}")).replace("#{port}", str(listener["port"]))
    host = action.get("host", "#{host}")
    host = "%[var(txn.host)]" if host == "#{host}" else host.replace("#{host}", "%[var(txn.name)]") + SUFFIX
    path = action.get("path", "/#{path}").replace("/#{path}", "%[path]").replace("#{path}", "%[path]")
    here = layout.ports.get(int(port), port) if port.isdigit() else port
    return f"{scheme}://{host}:{here}{path}"


def _backend(group: Mapping[str, Any], servers: Sequence[ProxyServer], idle: int) -> str:
    lines = [f"\nbackend {backend_name(group['arn'])}", "    balance roundrobin"]
    lines += [f"    timeout server {idle}s", f"    timeout tunnel {idle}s"]
    sticky = group.get("sticky", 0)
    if sticky:
        lines.append(f"    cookie AWSALB insert indirect nocache maxlife {int(sticky)}s")
    lines += [f"    server {server.name} {server.words}" for server in servers]
    return "\n".join(lines) + "\n"
