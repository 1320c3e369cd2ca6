from __future__ import annotations

import io
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from wrapper.sandbox.faults import Faults
from wrapper.sandbox.gateway import Gateway

SIGNED = "AWS4-HMAC-SHA256 Credential=key/20240101/ap-southeast-2/{service}/aws4_request, Signature=x"


class Reply:
    def __init__(self, gateway: Callable[..., Any], environ: dict[str, Any]) -> None:
        self.body = b"".join(gateway(environ, self._start))

    def _start(self, status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> None:
        self.status, self.headers = status, dict(headers)


def request(path: str = "/", body: bytes = b"", service: str = "ecs", **more: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST" if body else "GET",
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "HTTP_AUTHORIZATION": SIGNED.format(service=service),
        **more,
    }


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """What the gateway logs. (pytest's own way is off: it costs each of thousands of tests a hundred microseconds.)"""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    logger = logging.getLogger("sandbox")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(before)


def refusing(_environ: Any, _start: Any) -> Iterable[bytes]:
    raise NotImplementedError


def breaking(_environ: Any, _start: Any) -> Iterable[bytes]:
    raise ZeroDivisionError


def answering(status: str) -> Callable[..., Iterable[bytes]]:
    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start(status, [])
        return [environ["wsgi.input"].read()]

    return application


class Register:
    """Reads, thinks, writes: what two threads must not do at once."""

    def __init__(self) -> None:
        self.winners = 0

    def __call__(self, _environ: Any, start: Any) -> Iterable[bytes]:
        taken = self.winners
        time.sleep(0.03)
        if taken:
            start("412 Precondition Failed", [])
        else:
            self.winners += 1
            start("200 OK", [])
        return [b""]


def count_winners(application: Callable[..., Any]) -> int:
    together = threading.Barrier(20)

    def one(_: int) -> Reply:
        together.wait(60)
        return Reply(application, request())

    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(one, range(20)))
    return sum(reply.status == "200 OK" for reply in replies)


def test_one_request_at_a_time() -> None:
    assert count_winners(Register()) > 1
    assert count_winners(Gateway(Register(), {})) == 1


def test_the_body_reaches_moto_whole() -> None:
    assert Reply(Gateway(answering("200 OK"), {}), request(body=b"Action=X")).body == b"Action=X"


def test_an_unknown_json_action_is_answered_at_once_and_by_name(logged: list[str]) -> None:
    environ = request(
        body=b"{}", CONTENT_TYPE="application/x-amz-json-1.1", HTTP_X_AMZ_TARGET="Amazon_20141113.Unknown"
    )
    reply = Reply(Gateway(refusing, {}), environ)
    assert reply.status.startswith("501")
    assert json.loads(reply.body)["message"] == "the sandbox does not simulate ecs:Unknown"
    assert any("501 ecs:Unknown" in line for line in logged)


def test_an_unknown_form_action_is_answered_in_xml() -> None:
    environ = request(
        body=b"Action=Guess&Version=1", service="autoscaling", CONTENT_TYPE="application/x-www-form-urlencoded"
    )
    reply = Reply(Gateway(refusing, {}), environ)
    assert b"<Code>NotImplemented</Code>" in reply.body and b"autoscaling:Guess" in reply.body


def test_an_unknown_path_is_named() -> None:
    reply = Reply(Gateway(refusing, {}), request("/bucket", service="s3", QUERY_STRING="metrics=1"))
    assert b"s3:GET /bucket?metrics" in reply.body


def test_a_break_inside_is_not_retried_for_minutes_and_is_logged(logged: list[str]) -> None:
    reply = Reply(Gateway(breaking, {}), request())
    assert reply.status.startswith("501")
    assert any("ZeroDivisionError" in line for line in logged)


@pytest.mark.parametrize(("status", "lines"), [("200 OK", 0), ("404 Not Found", 0), ("503 Slow Down", 1)])
def test_only_what_went_wrong_is_logged(logged: list[str], status: str, lines: int) -> None:
    Reply(Gateway(answering(status), {}), request())
    assert len(logged) == lines


def test_own_routes_are_not_part_of_aws() -> None:
    gateway = Gateway(refusing, {"health": lambda _body: {"project": "one"}})
    assert json.loads(Reply(gateway, request("/_orchestrate/health")).body) == {"project": "one"}
    assert Reply(gateway, request("/_orchestrate/other")).status.startswith("404")


def test_a_bad_seed_is_refused() -> None:
    def seed(body: bytes) -> dict[str, Any]:
        raise ValueError(f"cannot read {body!r}")

    reply = Reply(Gateway(refusing, {"seed": seed}), request("/_orchestrate/seed", b"{"))
    assert reply.status.startswith("400") and b"cannot read" in reply.body


# -- errors made to order -----------------------------------------------------------------------

THROTTLED = {"action": "ecs:Register*", "code": "ThrottlingException", "message": "Rate <exceeded>", "times": 2}
REGISTER = {"CONTENT_TYPE": "application/x-amz-json-1.1", "HTTP_X_AMZ_TARGET": "Amazon.RegisterTaskDefinition"}


def order(gateway: Gateway, *faults: dict[str, Any]) -> Reply:
    return Reply(gateway, request("/_orchestrate/faults", json.dumps({"faults": faults}).encode()))


def faulty() -> Gateway:
    faults = Faults()
    return Gateway(answering("200 OK"), {"faults": faults.route}, faults)


def test_what_is_ordered_is_refused_as_often_as_ordered_and_counted() -> None:
    gateway = faulty()
    assert order(gateway, THROTTLED).status == "200 OK"
    replies = [Reply(gateway, request(body=b"{}", **REGISTER)) for _ in range(3)]
    assert [reply.status for reply in replies] == ["400 Bad Request", "400 Bad Request", "200 OK"]
    assert json.loads(replies[0].body) == {"__type": "ThrottlingException", "message": "Rate <exceeded>"}
    assert json.loads(Reply(gateway, request("/_orchestrate/faults")).body)["faults"][0]["hits"] == 2


def test_others_are_not_refused_and_nothing_is_when_it_is_forgotten() -> None:
    gateway = faulty()
    order(gateway, THROTTLED | {"times": 0})
    assert Reply(gateway, request(body=b"{}", **REGISTER | {"HTTP_X_AMZ_TARGET": "A.ListClusters"})).status == "200 OK"
    assert Reply(gateway, request(body=b"{}", service="ssm", **REGISTER)).status == "200 OK"
    order(gateway)
    assert Reply(gateway, request(body=b"{}", **REGISTER)).status == "200 OK"


def test_some_may_pass_first() -> None:
    gateway = faulty()
    order(gateway, THROTTLED | {"after": 2, "times": 1})
    replies = [Reply(gateway, request(body=b"{}", **REGISTER)) for _ in range(4)]
    assert [reply.status[:3] for reply in replies] == ["200", "200", "400", "200"]


@pytest.mark.parametrize(
    ("service", "begins"),
    [
        ("s3", b"<Error><Code>SlowDown</Code>"),
        ("ec2", b"<Response><Errors><Error><Code>SlowDown</Code>"),
        ("elasticloadbalancing", b"<ErrorResponse><Error><Type>Receiver</Type><Code>SlowDown</Code>"),
    ],
)
def test_each_service_says_an_error_in_its_own_way(service: str, begins: bytes) -> None:
    gateway = faulty()
    order(gateway, {"action": f"{service}:PUT *.tfstate*", "code": "SlowDown", "status": 503})
    reply = Reply(
        gateway, request("/b/r/terraform.tfstate", service=service, REQUEST_METHOD="PUT", QUERY_STRING="x-id=1")
    )
    assert reply.status == "503 Service Unavailable" and reply.body.startswith(begins)


@pytest.mark.parametrize(
    "fault",
    [{}, {"action": "a:b"}, {"action": 1, "code": "X"}, THROTTLED | {"times": "2"}, THROTTLED | {"times": True},
     THROTTLED | {"status": 200}, THROTTLED | {"often": 2}, THROTTLED | {"lost": 1}, []],
)  # fmt: skip
def test_what_is_no_fault_is_refused_and_changes_nothing(fault: Any) -> None:
    gateway = faulty()
    order(gateway, THROTTLED)
    assert order(gateway, fault).status == "400 Bad Request"
    assert len(json.loads(Reply(gateway, request("/_orchestrate/faults")).body)["faults"]) == 1


# -- a client that asks again ------------------------------------------------------------------------


class Counting:
    """Answers with how often it was asked."""

    def __init__(self, status: str = "200 OK", size: int = 0) -> None:
        self.status, self.size, self.asked = status, size, 0

    def __call__(self, _environ: Any, start: Any) -> Iterable[bytes]:
        self.asked += 1
        start(self.status, [("X-Asked", str(self.asked))])
        return [str(self.asked).encode(), b" " * self.size]


def twice(application: Counting, *ids: str) -> list[str]:
    gateway = Gateway(application, {})
    replies = [Reply(gateway, request(HTTP_AMZ_SDK_INVOCATION_ID=one) if one else request()) for one in ids]
    assert all(r.headers["X-Asked"] == r.body.decode().strip() for r in replies)
    return [r.body.decode().strip() for r in replies]


@pytest.mark.parametrize(
    ("status", "size", "ids", "answers"),
    [
        ("200 OK", 0, ("a", "b", "a"), ["1", "2", "1"]),
        ("200 OK", 0, ("", ""), ["1", "2"]),
        ("503 Slow Down", 0, ("a", "a"), ["1", "2"]),
        ("400 Bad Request", 0, ("a", "a"), ["1", "2"]),
        ("200 OK", 200_000, ("a", "a"), ["1", "2"]),
        ("200 OK", 0, ("a", *(f"n{n}" for n in range(1000)), "a"), [*(str(n) for n in range(1, 1003))]),
    ],
)
def test_an_answer_that_was_lost_is_given_again(
    status: str, size: int, ids: tuple[str, ...], answers: list[str]
) -> None:
    assert twice(Counting(status, size), *ids) == answers


def test_an_answer_is_lost_to_order_and_the_request_carried_out() -> None:
    aws, faults = Counting(), Faults()
    gateway = Gateway(aws, {"faults": faults.route}, faults)
    put = {"HTTP_AMZ_SDK_INVOCATION_ID": "one"}
    order(gateway, {"action": "ecs:GET *", "lost": True})
    with pytest.raises(ConnectionResetError):
        Reply(gateway, request(**put))
    assert aws.asked == 1
    assert Reply(gateway, request(**put)).body.strip() == b"2", "asked again, it is carried out again, as S3 does"


def test_a_request_is_carried_out_and_answered_with_an_error() -> None:
    aws, faults = Counting(), Faults()
    gateway = Gateway(aws, {"faults": faults.route}, faults)
    order(gateway, {"action": "ecs:GET *", "lost": True, "code": "InternalError", "status": 500})
    reply = Reply(gateway, request())
    assert (aws.asked, reply.status) == (1, "500 Internal Server Error")
    assert b"InternalError" in reply.body
