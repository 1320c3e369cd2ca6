"""The addresses by which docs/configuration.md hands a record over, when a tenant is renamed, are in the module."""

from __future__ import annotations

import re

from terraform_in import ROOT

PAGE = (ROOT / "docs/configuration.md").read_text().split("## Rename a tenant")[1].split("\n## ")[0]
DNS = (ROOT / "modules/tenant-load-balancer/dns.tf").read_text()
CALL = (ROOT / "src/appcluster/tenant/load-balancer.tf").read_text()


def test_each_record_that_is_handed_over_is_a_resource() -> None:
    named = re.findall(r"'module\.(\w+)\.(\w+)\.(\w+)\[\"([^\"]+)\"\]'", PAGE)
    assert [(name, key) for _, _, name, key in named] == [("this", "A"), ("this", "OLD.DOMAIN A")]
    for module, kind, name, _ in named:
        assert f'module "{module}" {{' in CALL and f'resource "{kind}" "{name}" {{' in DNS


def test_the_keys_are_made_as_the_page_says() -> None:
    (this,) = [part.split("\n}")[0] for part in DNS.split('resource "aws_route53_record" "this"')[1:]]
    assert "for_each = local.records" in this
    assert (
        '(name == terraform_data.first.input.hostname ? type : "${name} ${type}") => { name = name, type = type }'
        in DNS
    )
