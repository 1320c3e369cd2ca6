"""What is asked for again and again is found out once, and is the same."""

from __future__ import annotations

import subprocess
import sys

from botocore.session import Session

from wrapper.sandbox import remembered


def test_sessions_share_the_description_of_a_service() -> None:
    remembered.share_descriptions()
    first, second = (Session().get_component("data_loader") for _ in range(2))
    found = first.load_service_model("sqs", "service-2")
    assert found["metadata"]["endpointPrefix"] == "sqs"
    assert second.load_service_model("sqs", "service-2") is found
    assert first.load_data("endpoints") is second.load_data("endpoints")


LOOKUPS = """
from moto import backends
from moto.core import responses
from moto.sqs.responses import SQSResponse
from wrapper.sandbox import remembered

before = {*backends.list_of_moto_modules()}, responses.method_names_from_class(SQSResponse)
remembered.share_lookups()
names = responses.method_names_from_class(SQSResponse)
assert ({*backends.list_of_moto_modules()}, names) == before and "sqs" in before[0] and "create_queue" in names
assert responses.method_names_from_class(SQSResponse) is names
assert backends.list_of_moto_modules() is backends.list_of_moto_modules()
"""


def test_what_moto_looks_up_for_each_request_is_remembered() -> None:
    """In a process of its own: what other tests here patch must not be remembered."""
    done = subprocess.run([sys.executable, "-c", LOOKUPS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
