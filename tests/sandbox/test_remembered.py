"""What is asked for again and again is found out once, and is the same."""

from __future__ import annotations

import subprocess
import sys

from botocore.loaders import Loader
from botocore.session import Session

from wrapper.sandbox import remembered


def test_sessions_share_the_description_of_a_service() -> None:
    remembered.share_descriptions()
    first, second = (Session().get_component("data_loader") for _ in range(2))
    found = first.load_service_model("sqs", "service-2")
    assert found["metadata"]["endpointPrefix"] == "sqs"
    assert second.load_service_model("sqs", "service-2") is found
    assert first.load_data("endpoints") is second.load_data("endpoints")
    known = first.list_available_services("service-2")
    assert second.list_available_services("service-2") is known and {"ec2", "sqs"} < {*known}
    assert "accessanalyzer" not in first.list_available_services("resources-1")
    assert Loader(extra_search_paths=[], include_default_search_paths=False).list_available_services("service-2") == []


LOOKUPS = """
from moto import backends
from moto.core import responses
from moto.core.errors import ErrorLookupFactory
from moto.core.serialize import AttributePickerContext, XFormedAttributePicker
from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.sqs.responses import SQSResponse
from wrapper.sandbox import remembered

before = {*backends.list_of_moto_modules()}, responses.method_names_from_class(SQSResponse)
shape = get_service_model("ec2").shape_for("Subnet").members["SubnetId"]
class Subnet: ...
class Other: ...
asked = [AttributePickerContext(each, "SubnetId", shape) for each in (Subnet(), Other(), {}, Subnet())]
asked.append(AttributePickerContext({}, "SubnetId", None))
keys = [[*dict.fromkeys(XFormedAttributePicker().get_possible_keys(each))] for each in asked]
assert keys[0] == ["SubnetId", "subnet_id", "Id", "id", "subnetId"] and "Id" not in keys[1]

remembered.share_lookups()
assert [[*dict.fromkeys(XFormedAttributePicker().get_possible_keys(each))] for each in asked * 2] == keys * 2
errors = ErrorLookupFactory()
assert errors.for_service(get_service_model("sqs")) is ErrorLookupFactory().for_service(get_service_model("sqs"))
assert errors.for_service(get_service_model("ecs")).from_code("ClusterNotFoundException").name == "ClusterNotFoundException"
dispatcher = DomainDispatcherApplication(None)
found = [dispatcher.get_backend_for_host(f"{each}.eu-west-1.amazonaws.com") for each in ("sqs", "sns", "sqs")]
assert found == ["sqs", "sns", "sqs"]
names = responses.method_names_from_class(SQSResponse)
assert ({*backends.list_of_moto_modules()}, names) == before and "sqs" in before[0] and "create_queue" in names
assert responses.method_names_from_class(SQSResponse) is names
assert backends.list_of_moto_modules() is backends.list_of_moto_modules()
"""


def test_what_moto_looks_up_for_each_request_is_remembered() -> None:
    """In a process of its own: what other tests here patch must not be remembered."""
    done = subprocess.run([sys.executable, "-c", LOOKUPS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
