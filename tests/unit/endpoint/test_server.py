"""The endpoint's HTTP: routes, the token, bodies of every kind, clients that go away, its end."""

import base64
import http.client
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from penstock.client.http import Endpoint, EndpointUnreachable, Refused
from penstock.endpoint import messages
from penstock.endpoint.credentials import credential_for
from penstock.endpoint.errors import BodyCut
from penstock.endpoint.listener import Listener
from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.routing import Route, Router

TOKEN = "the-token"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


class Answers:
    """A few handlers, and what they saw."""

    def __init__(self) -> None:
        self.cut = threading.Event()
        self.stored: list[int] = []
        self.entered = threading.Event()
        self.proceed = threading.Event()

    def router(self) -> Router:
        return Router(
            [
                Route("GET", "/plain", lambda request: reply({"query": dict(request.query)})),
                Route("POST", "/json", lambda request: reply(request.json())),
                Route("GET", "/caller", self.who),
                Route("GET", "/things/{name}", lambda request: reply(dict(request.named))),
                Route("GET", "/files/{place:path}", lambda request: reply(dict(request.named))),
                Route("PUT", "/files/{place:path}", self.take),
                Route("GET", "/broken", self.fail),
                Route("GET", "/slow", self.wait),
            ]
        )

    def who(self, request: Request) -> Response:
        return reply(None if request.caller is None else list(msgspec.structs.astuple(request.caller)))

    def take(self, request: Request) -> Response:
        try:
            size = sum(len(part) for part in request.body.parts())
        except BodyCut:
            self.cut.set()
            raise
        self.stored.append(size)
        return reply({"size": size})

    def fail(self, request: Request) -> Response:
        raise RuntimeError("a bug")

    def wait(self, request: Request) -> Response:
        self.entered.set()
        assert self.proceed.wait(30)
        return reply({"done": True})


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def listener(answers: Answers) -> Iterator[Listener]:
    listener = Listener(answers.router, token=TOKEN)
    yield listener
    listener.close()


def connect(listener: Listener) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(listener.address.removeprefix("http://"), timeout=30)


def ask(
    listener: Listener, method: str, path: str, body: Any = None, headers: dict[str, str] = AUTHORIZED, **options: Any
) -> tuple[int, Any]:
    connection = connect(listener)
    connection.request(method, path, body, headers, **options)
    answer = connection.getresponse()
    value = json.loads(answer.read())
    connection.close()
    return answer.status, value


def test_a_listener_that_nobody_connects_to_imports_no_server() -> None:
    script = (
        "import sys; from penstock.endpoint.listener import Listener\n"
        "listener = Listener(lambda: 1 / 0)\n"
        "print(listener.address.rpartition(':')[0], listener.serving)\n"
        "listener.close()\n"
        "print(sorted({'http.server', 'penstock.endpoint.server', 'email', 'base64'} & set(sys.modules) - before))\n"
    )
    begin = "import secrets, sys; before = set(sys.modules)\n"
    done = subprocess.run([sys.executable, "-c", begin + script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["http://127.0.0.1 False", "[]"]


def test_a_request_finds_its_route_and_what_the_path_names(listener: Listener) -> None:
    assert ask(listener, "GET", "/plain?a=1&a=2&b=") == (200, {"query": {"a": ["1", "2"], "b": [""]}})
    assert ask(listener, "GET", "/things/caf%C3%A9%2Fbar") == (200, {"name": "café/bar"})
    assert ask(listener, "GET", "/files/a/b%20c.txt") == (200, {"place": "a/b c.txt"})
    assert ask(listener, "GET", "/files/") == (200, {"place": ""})


def test_several_requests_share_a_connection(listener: Listener) -> None:
    connection = connect(listener)
    for number in range(3):
        connection.request("POST", "/json", json.dumps({"n": number}), AUTHORIZED)
        assert json.loads(connection.getresponse().read()) == {"n": number}
    connection.close()


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        "Bearer tok\xe9n",
        "Basic !!",
        "Digest x",
        f"Bearer {TOKEN[:-1]}",
    ],
)
def test_without_the_token_nothing_is_answered(listener: Listener, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    for path in ("/plain", "/no/such/route"):
        status, said = ask(listener, "GET", path, headers=headers)
        assert (status, said["error_code"], said["code"]) == (401, "UNAUTHENTICATED", "TRK020")


def test_a_password_may_be_the_token(listener: Listener) -> None:
    basic = base64.b64encode(f"anybody:{TOKEN}".encode()).decode()
    assert ask(listener, "GET", "/plain", headers={"Authorization": f"Basic {basic}"})[0] == 200


def test_a_token_says_which_task_it_was_given_to(listener: Listener) -> None:
    given = credential_for(TOKEN, "r1", "loop/[0]/train ü", 3)
    assert ask(listener, "GET", "/caller", headers={"Authorization": f"Bearer {given}"}) == (
        200,
        ["r1", "loop/[0]/train ü", 3],
    )
    assert ask(listener, "GET", "/caller") == (200, None)
    assert ask(listener, "GET", "/caller", headers={"Authorization": f"Bearer {TOKEN}.???"}) == (200, None)


def test_an_unknown_path_or_method_is_named(listener: Listener) -> None:
    status, said = ask(listener, "GET", "/nothing")
    assert (status, said["error_code"], said["said"]) == (
        404,
        "ENDPOINT_NOT_FOUND",
        "the endpoint does not serve GET /nothing",
    )
    status, said = ask(listener, "DELETE", "/files/x")
    assert (status, said["hint"]) == (405, "that path takes GET, PUT")
    assert ask(listener, "BREW", "/plain")[0] == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "body: it is not JSON"),
        (b"\xff\xfe", "body: it is not JSON"),
        (b"[" * 100_000, "body: it is not JSON"),
        (b"[1]", "body: an object of JSON is expected, not list"),
        (b"null", "body: an object of JSON is expected, not NoneType"),
    ],
)
def test_a_body_that_is_no_object_is_refused(listener: Listener, body: bytes, said: str) -> None:
    status, answer = ask(listener, "POST", "/json", body)
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert answer["said"].startswith(said)


def test_a_body_may_be_empty_or_come_in_chunks(listener: Listener) -> None:
    assert ask(listener, "POST", "/json") == (200, {})
    parts = [b'{"a": ', b"1", b"}"]
    assert ask(listener, "POST", "/json", iter(parts), encode_chunked=True) == (200, {"a": 1})
    chunked = AUTHORIZED | {"Transfer-Encoding": "chunked"}
    assert ask(listener, "PUT", "/files/x", iter([]), chunked, encode_chunked=True) == (200, {"size": 0})


def test_a_large_upload_streams_and_a_large_document_is_refused(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytes(messages.JSON_LIMIT + 1)
    assert ask(listener, "PUT", "/files/x", data) == (200, {"size": len(data)})
    status, said = ask(listener, "POST", "/json", data)
    assert (status, said["said"]) == (413, "the body is larger than 16 MiB")
    many = (bytes(1 << 20) for _ in range(40))
    assert ask(listener, "POST", "/json", many, encode_chunked=True)[0] == 413


def test_a_client_without_the_token_reads_why_after_it_has_sent_much(listener: Listener) -> None:
    status, said = ask(listener, "PUT", "/files/x", bytes(20 << 20), headers={"Authorization": "Bearer wrong"})
    assert (status, said["code"]) == (401, "TRK020")


def test_a_client_that_asks_first_hears_no_without_the_token(listener: Listener) -> None:
    for token, expected in (("wrong", b"HTTP/1.1 401"), (TOKEN, b"HTTP/1.1 100")):
        with socket.create_connection(("127.0.0.1", int(listener.address.rpartition(":")[2]))) as raw:
            head = f"PUT /files/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 5\r\n"
            raw.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
            assert raw.recv(12) == expected


@pytest.mark.parametrize(
    "head",
    [
        b"nonsense\r\n\r\n",
        b"GET /plain HTTP/9.9\r\n\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /plain HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n",
        b"POST /json HTTP/1.1\r\nAuthorization: Bearer the-token\r\nContent-Length: -1\r\n\r\n",
        b"POST /json HTTP/1.1\r\nAuthorization: Bearer the-token\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /plain?%ff HTTP/1.1\r\nAuthorization: Bearer the-token\r\n\r\n",
        b"GET /things/%ff HTTP/1.1\r\nAuthorization: Bearer the-token\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused_and_the_next_client_served(listener: Listener, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", int(listener.address.rpartition(":")[2]))) as raw:
        raw.sendall(head)
        raw.shutdown(socket.SHUT_WR)
        answer = b""
        while part := raw.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 4")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error_code"] == "INVALID_PARAMETER_VALUE"
    assert ask(listener, "GET", "/plain")[0] == 200


def test_an_upload_that_breaks_off_is_told_to_its_handler(listener: Listener, answers: Answers) -> None:
    with socket.create_connection(("127.0.0.1", int(listener.address.rpartition(":")[2]))) as raw:
        head = f"PUT /files/x HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 1000000\r\n\r\n"
        raw.sendall(head.encode() + bytes(1000))
    assert answers.cut.wait(30)
    assert answers.stored == []


def test_a_bug_in_a_handler_is_an_answer(listener: Listener) -> None:
    status, said = ask(listener, "GET", "/broken")
    assert (status, said["error_code"]) == (500, "INTERNAL_ERROR")
    assert said["message"] == "the endpoint failed: RuntimeError: a bug"


def test_closing_waits_for_the_answer_that_is_being_made(answers: Answers) -> None:
    listener = Listener(answers.router, token=TOKEN)
    idle, busy = connect(listener), connect(listener)
    idle.request("GET", "/plain", headers=AUTHORIZED)
    assert idle.getresponse().read()
    busy.request("GET", "/slow", headers=AUTHORIZED)
    assert answers.entered.wait(30)
    closing = threading.Thread(target=listener.close)
    closing.start()
    answers.proceed.set()
    assert json.loads(busy.getresponse().read()) == {"done": True}
    closing.join(30)
    assert not closing.is_alive()
    with pytest.raises(ConnectionError):
        ask(listener, "GET", "/plain")
    idle.close()
    busy.close()


def test_the_client_speaks_json_and_raises_our_errors(listener: Listener) -> None:
    endpoint = Endpoint(listener.address, TOKEN)
    assert endpoint.get("/plain", a="ü&") == {"query": {"a": ["ü&"]}}
    assert endpoint.post("/json", {"a": None}) == {"a": None}
    with pytest.raises(Refused, match=r"the endpoint does not serve GET /nothing \(TRK021\)"):
        endpoint.get("/nothing")
    with pytest.raises(Refused, match="no valid token"):
        replace(endpoint, token="wrong").get("/plain")
    with pytest.raises(EndpointUnreachable, match="a bug"):
        endpoint.get("/broken")
    with pytest.raises(EndpointUnreachable, match="refused"):
        Endpoint("http://127.0.0.1:1", TOKEN).get("/plain")
    assert TOKEN not in repr(endpoint)


def test_the_client_finds_its_endpoint_in_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PENSTOCK_ENDPOINT", raising=False)
    assert Endpoint.current() is None
    monkeypatch.setenv("PENSTOCK_ENDPOINT", "http://127.0.0.1:80/")
    monkeypatch.setenv("PENSTOCK_TOKEN", "t")
    assert Endpoint.current() == Endpoint("http://127.0.0.1:80", "t")
