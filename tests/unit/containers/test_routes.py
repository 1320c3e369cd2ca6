"""Listeners and rules as HAProxy's configuration. That HAProxy takes it, tests/e2e/test_haproxy.py shows."""

from __future__ import annotations

from typing import Any

import pytest

from wrapper.containers.routes import Layout, ProxyServer, backend_name, configuration, quoted

LAYOUT = Layout("haproxy.sock", {80: 8001, 443: 8002})
ACME, BETA = "arn:aws:x:1:targetgroup/acme/1", "arn:aws:x:1:targetgroup/beta/2"


def rule(action: Any, *conditions: Any, priority: Any = "default") -> dict[str, Any]:
    return {"priority": priority, "conditions": list(conditions), "action": action}


def forward(*groups: Any) -> dict[str, Any]:
    return {"type": "forward", "groups": [g if isinstance(g, tuple) else (g, 1) for g in groups]}


def when(field: str, *values: Any, **more: Any) -> dict[str, Any]:
    return {"field": field, "values": list(values), **more}


def world(*rules: Any, protocol: str = "HTTP", port: int = 80, **group: Any) -> dict[str, Any]:
    listener = {"arn": "arn:l", "port": port, "protocol": protocol, "certificates": [], "rules": list(rules)}
    return {
        "load_balancers": [{"arn": "arn:lb", "dns": "LB-1.elb.amazonaws.com", "idle": 90, "listeners": [listener]}],
        "target_groups": [{"arn": ACME, "sticky": 0.0, **group}, {"arn": BETA, "sticky": 0.0}],
        "names": [("acme.test.example.com", "lb-1.elb.amazonaws.com"), ("other.example.com", "lb-2")],
        "certificates": {},
        "services": [],
    }


def lines(*rules: Any, servers: Any = None, **more: Any) -> list[str]:
    return [line.strip() for line in configuration(world(*rules, **more), servers or {}, LAYOUT).splitlines()]


HOSTS = '{ var(txn.name) -m reg -i "^(lb\\\\-1\\\\.elb\\\\.amazonaws\\\\.com|acme\\\\.test\\\\.example\\\\.com)\\$" }'


def test_a_name_leads_to_its_load_balancer_and_the_rule_to_its_targets() -> None:
    found = lines(rule(forward(ACME)), servers={ACME: [ProxyServer("task-a", 4711)]})
    assert f"use_backend targetgroup-acme-1 if {HOSTS}" in found
    assert found.index("server task-a 127.0.0.1:4711 weight 100") > found.index("backend targetgroup-acme-1")
    assert "bind 127.0.0.1:8001" in found and "default_backend no-load-balancer" in found
    assert "timeout server 90s" in found


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (when("host-header", "*.example.com"), ' { var(txn.name) -m reg -i "^(.*\\\\.example\\\\.com)\\$" }'),
        (when("path-pattern", "/a/*", "/b?"), ' { path -m reg "^(/a/.*|/b.)\\$" }'),
        (when("http-request-method", "GET", "POST"), ' { method "GET" "POST" }'),
        (when("http-header", "a*", name="X-Who"), ' { req.hdr(X-Who) -m reg -i "^(a.*)\\$" }'),
        (when("source-ip", "10.0.0.0/8"), ' { src "10.0.0.0/8" }'),
        (when("query-string", {"key": "v", "value": "1*"}), ' { query -m reg -i "(^|&)(v=1.*)(&|\\$)" }'),
        (when("something-new", "x"), " { always_false }"),
    ],
)
def test_each_condition_of_a_rule(condition: Any, words: str) -> None:
    found = lines(rule(forward(ACME), condition, priority=1))
    assert f"use_backend targetgroup-acme-1 if {HOSTS}{words}" in found


def test_weights_throw_a_die() -> None:
    found = lines(rule(forward((ACME, 1), (BETA, 3))))
    assert f"use_backend targetgroup-acme-1 if {HOSTS} {{ var(txn.die) -m int lt 250000 }}" in found
    assert f"use_backend targetgroup-beta-2 if {HOSTS}" in found


def test_a_weight_of_zero_gets_nothing() -> None:
    assert not [line for line in lines(rule(forward((ACME, 0), (BETA, 1)))) if "use_backend targetgroup-acme" in line]


def test_a_redirect_keeps_path_and_query() -> None:
    found = lines(rule({"type": "redirect", "code": 301, "protocol": "HTTPS", "port": "443"}))
    where = "http-request redirect code 301 location https://%[var(txn.host)]:8002%[path]"
    assert f"{where}?%[query] if {{ query,length gt 0 }}" in found and where in found


def test_a_fixed_answer() -> None:
    action = {"type": "fixed-response", "code": 404, "body": 'say "no" for $5', "content_type": "text/plain"}
    words = 'http-request return status 404 content-type "text/plain" string "say \\"no\\" for \\$5"'
    assert words in lines(rule(action))
    assert "http-request return status 404" in lines(rule({**action, "body": None}))


def test_https_has_its_certificates() -> None:
    text = configuration(
        world(rule(forward(ACME)), protocol="HTTPS", port=443), {}, Layout("s", {443: 8002}, {443: "crt-list-443"})
    )
    assert "bind 127.0.0.1:8002 ssl crt-list crt-list-443 alpn h2,http/1.1" in text
    assert "X-Forwarded-Proto https" in text


def test_sticky_targets_have_a_cookie() -> None:
    found = lines(rule(forward(ACME)), servers={ACME: [ProxyServer("task-a", 1, cookie=True)]}, sticky=60.0)
    assert "cookie AWSALB insert indirect nocache maxlife 60s" in found
    assert "server task-a 127.0.0.1:1 weight 100 cookie task-a" in found


def test_nothing_breaks_out_of_quotes() -> None:
    assert quoted('a"b\nbackend $x\\') == '"a\\"bbackend \\$x\\\\"'
    assert backend_name("arn:aws:elb:eu:1:targetgroup/a b/9") == "targetgroup-a-b-9"
