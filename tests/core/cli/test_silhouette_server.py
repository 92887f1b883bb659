"""Silhouettes over local HTTP: every way to ask, every way to be refused, many at once, and a clean end."""

from __future__ import annotations

import http.client
import json
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from silhouette_builders import BESIDE, SAMPLE, expected, picture

from core.cli import main
from core.commands.console import CommandError
from core.commands.silhouette_picture import ShoeInUnity
from core.commands.silhouette_server import SilhouetteServer
from core.geometry.unity import UnityScene
from core.sneaker.shipped import shipped_sneaker

Ask = Callable[..., tuple[int, str, bytes]]


@pytest.fixture(scope="module")
def server() -> Iterator[SilhouetteServer]:
    shoe = ShoeInUnity(shipped_sneaker()[1], UnityScene())
    with SilhouetteServer(shoe.png, size_px=(160, 120)) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield running
        finally:
            running.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def ask(server: SilhouetteServer) -> Ask:
    """Asks the running server; status, content type and body."""

    def request(
        path: str, *, body: Any = None, headers: dict[str, str] | None = None, method: str = ""
    ) -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
        encoded = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method or ("GET" if body is None else "POST"), path, encoded, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.getheader("Content-Type", ""), content

    return request


def named(numbers: str) -> dict[str, float]:
    names = ("Tx", "Ty", "Tz", "Rx", "Ry", "Rz", "fieldOfView")
    return dict(zip(names, map(float, numbers.split()), strict=True))


def test_every_way_to_ask_gives_the_same_silhouette(ask: Ask) -> None:
    query = "&".join(f"{name}={value}" for name, value in named(BESIDE).items())
    answers = [
        ask(f"/silhouette?numbers={BESIDE.replace(' ', ',')}"),
        ask(f"/silhouette?numbers={BESIDE.replace(' ', '+')}"),
        ask(f"/?{query}"),
        ask(f"/silhouette?{query.lower().replace('fieldofview', 'fov')}"),
        ask("/silhouette", body=named(BESIDE)),
        ask("/silhouette", body={"numbers": [*named(BESIDE).values()]}),
        ask("/silhouette", body={"numbers": BESIDE}),
        ask("/", body=[*named(BESIDE).values()]),
    ]
    assert {(status, kind) for status, kind, _ in answers} == {(200, "image/png")}
    assert len({body for _, _, body in answers}) == 1
    np.testing.assert_array_equal(picture(answers[0][2]), expected(BESIDE, 160, 120))


def test_another_size_can_be_asked_for(ask: Ask) -> None:
    for _, _, body in (
        ask(f"/silhouette?numbers={SAMPLE.replace(' ', ',')}&size=90x70"),
        ask("/silhouette", body=named(SAMPLE) | {"size": "90x70"}),
    ):
        np.testing.assert_array_equal(picture(body), expected(SAMPLE, 90, 70))


def test_without_numbers_it_says_how_to_ask(ask: Ask, server: SilhouetteServer) -> None:
    for path in ("/", "/silhouette"):
        status, kind, body = ask(path)
        assert status == 200 and kind.startswith("text/plain") and server.url in body.decode()


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/silhouette?numbers=1,2,3", None, "seven numbers"),
        ("/silhouette?numbers=1,2,3,4,5,six,60", None, "Rz is 'six'"),
        ("/silhouette?numbers=", None, "not 0"),
        ("/silhouette?Tx=1&Ty=2", None, "Tz, Rx, Ry, Rz, fieldOfView is missing"),
        ("/silhouette?numbers=1,2,3,4,5,6,60&Tx=1", None, "either together or one by one"),
        ("/silhouette?numbers=1,2,3,4,5,6,60&colour=red", None, "'colour'"),
        ("/silhouette?numbers=1,2,3,4,5,6,60&size=big", None, "WIDTHxHEIGHT"),
        ("/silhouette?numbers=1,2,3,4,5,6,60&size=9999x9999", None, "8192"),
        ("/silhouette?numbers=1,2,1e300,4,5,6,60", None, "no farther"),
        ("/silhouette?" + "&".join("Tx=1" for _ in range(99)), None, "too many"),
        ("/silhouette", b"", "no JSON"),
        ("/silhouette", b"{", "no JSON"),
        ("/silhouette", b"[" * 9000, "no JSON"),
        ("/silhouette", b"\xff\xfe", "no JSON"),
        ("/silhouette", 3, "no list and no object"),
        ("/silhouette", {"numbers": 3}, "not 1"),
        ("/silhouette", {"numbers": {"Tx": 3}}, "not 1"),
        ("/silhouette", [1, 2, 3, 4, 5, 6, None], "fieldOfView is 'None'"),
        ("/silhouette", [1, 2, 3, 4, 5, 6, float("nan")], "finite"),
        ("/silhouette", {"fov": 60, "fieldOfView": 60}, "twice"),
    ],
)
def test_wrong_numbers_are_a_sentence_over_http(ask: Ask, path: str, body: Any, words: str) -> None:
    status, kind, answer = ask(path, body=body)
    assert status == 400 and kind.startswith("text/plain")
    assert words in answer.decode() and answer.count(b"\n") == 1


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "[::1]", "[::1]:8000"])
def test_this_computer_is_answered_by_any_of_its_names(ask: Ask, host: str) -> None:
    assert ask("/", headers={"Host": host})[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example", "", "127.0.0.2:x"]
)
def test_pages_of_the_web_are_refused(ask: Ask, host: str) -> None:
    status, kind, body = ask(f"/silhouette?numbers={SAMPLE.replace(' ', ',')}", headers={"Host": host})
    assert status == 403 and kind.startswith("text/plain") and b"localhost" in body
    assert ask("/silhouette", body=named(SAMPLE), headers={"Host": host})[0] == 403


def raw_answer(server: SilhouetteServer, request: bytes) -> bytes:
    """All that comes back on a connection that sends these bytes and no more."""
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=60) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b" 403 "),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", b" 403 "),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", b" 400 "),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n", b" 413 "),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b" 411 "),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n[1, 2", b" 400 "),
        (b"DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n", b" 501 "),
        (b"\x16\x03\x01\r\n\r\n", b"400"),
    ],
)
def test_requests_by_hand(server: SilhouetteServer, request_bytes: bytes, status: bytes) -> None:
    assert status in raw_answer(server, request_bytes).partition(b"\r\n")[0] + b" "


def test_other_paths_are_not_there(ask: Ask) -> None:
    status, _, body = ask("/favicon.ico")
    assert status == 404 and b"/silhouette" in body


def test_one_connection_answers_many_and_goes_on_after_a_mistake(server: SilhouetteServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    connection.connect()
    first = connection.sock
    statuses = []
    for numbers in (SAMPLE, "1 2 3", BESIDE):
        connection.request("POST", "/silhouette", json.dumps({"numbers": numbers}))
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    assert statuses == [200, 400, 200] and connection.sock is first
    connection.close()


def test_many_at_once_each_get_their_own(ask: Ask) -> None:
    views = [f"0 2 -{4 + k / 10} 20 {k} 0 60" for k in range(16)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda view: ask("/silhouette", body={"numbers": view}), views))
    for view, (status, _, body) in zip(views, answers, strict=True):
        assert status == 200
        np.testing.assert_array_equal(picture(body), expected(view, 160, 120))


@pytest.mark.parametrize(
    ("error", "is_told"), [(ConnectionResetError(), False), (BrokenPipeError(), False), (MemoryError(), True)]
)
def test_whoever_hangs_up_leaves_no_trace(
    server: SilhouetteServer, capsys: pytest.CaptureFixture[str], error: BaseException, is_told: bool
) -> None:
    try:
        raise error
    except (ConnectionError, MemoryError):
        server.handle_error(None, ("127.0.0.1", 1))
    assert bool(capsys.readouterr().err) is is_told


def test_it_goes_on_when_somebody_has_hung_up(server: SilhouetteServer, ask: Ask) -> None:
    reset = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # instead of a farewell
    hung_up = socket.create_connection(("127.0.0.1", server.server_port))
    hung_up.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
    hung_up.sendall(b"GET /silhouette?numbers=0,2,-4,20,0,0,60 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
    hung_up.close()
    assert ask("/")[0] == 200


def test_it_listens_on_the_loopback_address_alone(server: SilhouetteServer) -> None:
    assert server.server_address[0] == "127.0.0.1" and server.server_port > 0


def test_a_port_that_is_taken_is_a_sentence(server: SilhouetteServer) -> None:
    with pytest.raises(CommandError, match=f"Port {server.server_port} cannot be had"):
        SilhouetteServer(server.draw, size_px=(8, 8), port=server.server_port)


@pytest.mark.parametrize("as_json", [False, True])
def test_serving_says_where_answers_and_ends_by_ctrl_c(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    heard: list[bytes] = []

    def served_once(server: SilhouetteServer) -> None:
        """In place of serve_forever: one request over a real connection, and then the annotator's Ctrl+C."""
        numbers = SAMPLE.replace(" ", ",")
        request = f"GET /silhouette?numbers={numbers} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        asking = threading.Thread(target=lambda: heard.append(raw_answer(server, request.encode())))
        asking.start()
        server.handle_request()
        asking.join()
        raise KeyboardInterrupt

    monkeypatch.setattr(SilhouetteServer, "serve_forever", served_once)
    code = main(["silhouette", "--serve", "--size", "64x48", *(["--json"] if as_json else [])])
    out, err = capsys.readouterr()
    assert code == 0 and err == "Stopped.\n"
    np.testing.assert_array_equal(picture(heard[0].partition(b"\r\n\r\n")[2]), expected(SAMPLE, 64, 48))
    if as_json:
        said = json.loads(out)
        assert said["ok"] and said["url"] == f"http://127.0.0.1:{said['port']}/silhouette"
    else:
        assert "Silhouettes at http://127.0.0.1:" in out and "Ctrl+C" in out


def test_a_camera_inside_the_shoe_draws_what_is_before_it(ask: Ask) -> None:
    _, _, body = ask("/silhouette", body=[0, 0, 0, 0, 0, 0, 60])
    pixels = picture(body)
    np.testing.assert_array_equal(pixels, expected("0 0 0 0 0 0 60", 160, 120))
    assert pixels.any()
