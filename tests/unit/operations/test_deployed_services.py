"""Which services a layer runs, as its outputs say."""

from __future__ import annotations

import pytest
from live_aws import CLUSTER, GROUP, WEB, services

from wrapper.model.errors import ConfigError, NotFoundError, UsageError
from wrapper.operations import deployed_services
from wrapper.operations.deployed_services import choose, narrowed, parse

BOTH = parse("r/s/acme", {"services": services()})


def test_each_with_what_the_root_says() -> None:
    web, worker = BOTH
    assert (web.name, web.cluster, web.service_name, web.expected.task_definition) == ("acme", CLUSTER, "acme", WEB)
    assert (web.log_group, web.containers, web.resource) == (GROUP, ("web", "side"), "service/c/acme")
    assert worker.name == "acme/worker"


def test_a_root_without_the_newer_fields() -> None:
    plain = {"cluster": "c", "service": "web", "task_definition": "web:1", "target_groups": []}
    (one,) = parse("r/s/acme", {"services": {"web": plain}})
    assert (one.log_group, one.containers) == ("", ())


@pytest.mark.parametrize("outputs", [{}, {"services": "text"}, {"services": {"web": {"port": 80}}}])
def test_a_root_that_does_not_say_gets_the_lines(outputs: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match='no output "services"') as error:
        parse("r/s/acme", outputs, "src/app/tenant/outputs.tf")
    assert deployed_services.LINES in error.value.hint and error.value.where == "src/app/tenant/outputs.tf"


def test_no_service() -> None:
    with pytest.raises(NotFoundError, match="has no service"):
        parse("r/s/acme", {"services": {}})


def test_one_is_named_by_its_key_or_the_end_of_it() -> None:
    assert choose("l", BOTH, "acme/worker") is choose("l", BOTH, "worker") is BOTH[1]
    assert choose("l", BOTH, "acme") is BOTH[0]
    assert choose("l", BOTH[:1], "") is BOTH[0]
    assert narrowed("l", BOTH, "") == BOTH
    assert narrowed("l", BOTH, "worker") == BOTH[1:]


def test_several_and_no_name() -> None:
    with pytest.raises(UsageError, match="l has 2 services: acme, acme/worker") as error:
        choose("l", BOTH, "")
    assert error.value.hint == "name one: --service acme"


def test_several_of_one_end() -> None:
    one = services()["acme/worker"]
    found = parse("l", {"services": {"acme/api/mails": one, "acme/web/mails": one}})
    with pytest.raises(UsageError, match="several services 'mails': acme/api/mails, acme/web/mails"):
        choose("l", found, "mails")
    assert choose("l", found, "web/mails") is found[1]


def test_another_name() -> None:
    with pytest.raises(NotFoundError, match="no service 'worke'") as error:
        choose("l", BOTH, "worke")
    assert error.value.hint == "did you mean worker?"
