"""A description of a service is parsed once a process."""

from __future__ import annotations

from botocore.session import Session

from wrapper.sandbox import service_models


def test_sessions_share_what_was_parsed() -> None:
    service_models.share()
    service_models.share()  # once is enough
    first, second = (Session().get_component("data_loader") for _ in range(2))
    found = first.load_service_model("sqs", "service-2")
    assert found["metadata"]["endpointPrefix"] == "sqs"
    assert second.load_service_model("sqs", "service-2") is found
    assert first.load_data("endpoints") is second.load_data("endpoints")
