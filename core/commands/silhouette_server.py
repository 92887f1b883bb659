"""Silhouettes over HTTP, for programs on this computer alone: Unity's seven numbers in, a PNG or a sentence out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.commands.console import CommandError
from core.commands.silhouette_picture import size_from_text
from core.geometry.unity import NUMBER_NAMES, UnityError, UnityView, unity_view_from_json

Draw = Callable[[UnityView, tuple[int, int]], bytes]

LOOPBACK = "127.0.0.1"
PATH = "/silhouette"
EXAMPLE = "0,2.05,-2.28,22.957,0,0,60"

_OURSELVES = frozenset({LOOPBACK, "localhost", "[::1]"})
_MOST_BODY = 16_384
_MOST_FIELDS = 64
_NAMES = {name.lower(): name for name in NUMBER_NAMES} | {"fov": "fieldOfView", "numbers": "numbers", "size": "size"}
_TEXT, _PNG = "text/plain; charset=utf-8", "image/png"


class SilhouetteServer(ThreadingHTTPServer):
    """Answers on the loopback address, every request in a thread of its own; `draw` gives the PNG of a view and size.

    port 0 takes a free one. Raises CommandError when the port cannot be had.
    """

    daemon_threads = True
    request_queue_size = 64
    allow_reuse_address = os.name == "posix"  # elsewhere it lets a second server take the port of the first

    def __init__(self, draw: Draw, *, size_px: tuple[int, int], port: int = 0) -> None:
        self.draw = draw
        self.size_px = size_px
        try:
            super().__init__((LOOPBACK, port), _Handler)
        except OSError as error:
            why = f"Port {port} cannot be had ({error.strerror}); name another by --port"
            raise CommandError(f"{why}, or leave it out for one that is free.") from error

    def server_bind(self) -> None:
        """Bind without HTTPServer's look-up of a name for the address, which can wait for a network."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong, unless somebody has merely hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Where silhouettes are, without the numbers."""
        return f"http://{LOOPBACK}:{self.server_port}{PATH}"


class _Refused(Exception):
    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    server: SilhouetteServer
    protocol_version = "HTTP/1.1"  # a program that asks a thousand times keeps its connection
    server_version, sys_version = "Outsole", ""
    disable_nagle_algorithm = True  # or each answer waits 40 ms for the acknowledgement of its own headers
    timeout = 30.0  # a silent client gives its thread back

    def do_GET(self) -> None:
        """A silhouette for the numbers of the query, or, without any, how to ask."""
        self._answer(self._of_query)

    def do_POST(self) -> None:
        """A silhouette for the numbers of a JSON body."""
        self._answer(self._of_body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: one line a request would bury what matters."""

    def _answer(self, read: Callable[[], tuple[UnityView, tuple[int, int]] | None]) -> None:
        try:
            self._check_asked_here()
            asked = read()
            if asked is None:
                self._send(HTTPStatus.OK, _TEXT, self._how_to_ask().encode())
            else:
                self._send(HTTPStatus.OK, _PNG, self.server.draw(*asked))
        except _Refused as refused:
            # The body of a refused request may be unread, and would be taken for the next request.
            self.close_connection = True
            self._send(refused.status, _TEXT, f"{refused}\n".encode())
        except (UnityError, CommandError) as error:
            self._send(HTTPStatus.BAD_REQUEST, _TEXT, f"{error}\n".encode(errors="replace"))

    def _check_asked_here(self) -> None:
        """A page on the web can have its name point at this computer, but not say localhost (DNS rebinding)."""
        hosts = self.headers.get_all("Host") or []
        if len(hosts) != 1 or not _is_loopback(hosts[0]):
            raise _Refused(
                HTTPStatus.FORBIDDEN, "This answers programs on this computer only: ask localhost or 127.0.0.1."
            )
        if urlsplit(self.path).path not in ("/", PATH):
            raise _Refused(HTTPStatus.NOT_FOUND, f"There is nothing here; silhouettes are at {self.server.url}.")

    def _of_query(self) -> tuple[UnityView, tuple[int, int]] | None:
        self._read_body()
        try:
            fields = parse_qs(urlsplit(self.path).query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError as error:
            raise UnityError(f"These are too many numbers; {_ASK}.") from error
        if not fields:
            return None
        return self._view_and_size({name: " ".join(values) for name, values in fields.items()})

    def _of_body(self) -> tuple[UnityView, tuple[int, int]]:
        try:
            content = json.loads(self._read_body())
        except (ValueError, RecursionError) as error:
            raise UnityError(f"The request's body is no JSON; {_ASK}.") from error
        if isinstance(content, list):
            content = {"numbers": content}
        if not isinstance(content, dict):
            raise UnityError(f"The request's body is no list and no object; {_ASK}.")
        return self._view_and_size(content)

    def _read_body(self) -> bytes:
        if "Transfer-Encoding" in self.headers:
            raise _Refused(HTTPStatus.LENGTH_REQUIRED, "Send the body in one piece, with its Content-Length.")
        length = self.headers.get("Content-Length", "0").strip()
        if not (length.isascii() and length.isdigit()) or len(length) > 12:
            raise _Refused(HTTPStatus.BAD_REQUEST, "The request's Content-Length is no number.")
        if int(length) > _MOST_BODY:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Seven numbers need no {length} bytes; {_ASK}.")
        return self.rfile.read(int(length))

    def _view_and_size(self, content: Mapping[str, Any]) -> tuple[UnityView, tuple[int, int]]:
        known = {_NAMES[name.lower()]: value for name, value in content.items() if name.lower() in _NAMES}
        if len(known) != len(content):
            odd = next((name for name in content if name.lower() not in _NAMES), "the same name twice")
            raise UnityError(f"The request has '{odd:.40}', which means nothing here; {_ASK}.")
        size = known.pop("size", None)
        size_px = self.server.size_px if size is None else size_from_text(str(size))
        if "numbers" not in known:
            return unity_view_from_json(known), size_px
        numbers = known.pop("numbers")
        if known:
            raise UnityError(f"Give the seven numbers either together or one by one; {_ASK}.")
        if isinstance(numbers, str):
            return UnityView.from_text(numbers), size_px
        return UnityView.from_numbers(numbers if isinstance(numbers, list) else [numbers]), size_px

    def _how_to_ask(self) -> str:
        width, height = self.server.size_px
        return (
            "A PNG of the shoe's silhouette, white on black, for Unity's seven numbers Tx Ty Tz Rx Ry Rz fov:\n"
            f"  GET  {self.server.url}?numbers={EXAMPLE}\n"
            f"  GET  {self.server.url}?Tx=0&Ty=2.05&Tz=-2.28&Rx=22.957&Ry=0&Rz=0&fieldOfView=60\n"
            f'  POST {self.server.url}  {{"numbers": [{EXAMPLE.replace(",", ", ")}], "size": "{width}x{height}"}}\n'
            f"The size may be left out; it is {width}x{height} then. What is wrong is answered by a sentence.\n"
        )

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")  # a sentence may quote what it was asked
        self.send_header("Cache-Control", "no-store")  # the shoe may be another one after a restart
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


_ASK = f"ask {PATH}?numbers={EXAMPLE}, or post them as JSON"


def _is_loopback(host: str) -> bool:
    name, colon, port = host.strip().lower().rpartition(":")
    if not colon or port.endswith("]"):  # no port, perhaps the colons of [::1]
        return host.strip().lower() in _OURSELVES
    return name in _OURSELVES and port.isascii() and port.isdigit()
