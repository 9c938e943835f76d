"""The clearinghouse's HTTPS side: the same folders, put, listed, read and deleted with a token."""

from __future__ import annotations

import errno
import json
import ssl
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from clearinghouse.simulator.house import Account, House, LineLost
from x12 import NotX12

BLOCK = 64 * 1024


class HttpsServer:
    """Listens on loopback from the moment it is made, in threads of its own."""

    def __init__(self, house: House, certificate: Path, key: Path, *, port: int = 0) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.certificate = certificate.read_text(encoding="ascii")
        self._server = _Server(("127.0.0.1", port), _Request)
        self._server.house, self._server.context = house, context
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    house: House
    context: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        """The handshake is made in the caller's own thread, so that nobody waits for a silent one."""
        with self.context.wrap_socket(request, server_side=True) as line:
            super().finish_request(line, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers who go away in the middle are no news."""


class _Request(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        if self.path.endswith("/"):
            self._with_place(self._list)
        else:
            self._with_place(lambda account, place: self._answer(HTTPStatus.OK, place.read_bytes()))

    def do_HEAD(self) -> None:
        self._with_place(lambda account, place: self._answer(HTTPStatus.OK, length=place.stat().st_size))

    def do_PUT(self) -> None:
        self._with_place(self._take)

    def do_POST(self) -> None:
        """A question about coverage."""
        content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        account = self.server.house.enter_by_token(self._token())
        if account is None:
            self.close_connection = True
            self._answer(HTTPStatus.UNAUTHORIZED)
            return
        try:
            answer = self.server.house.asked(account, content)
        except LineLost:
            self.close_connection = True
        except (NotX12, StopIteration):
            self._answer(HTTPStatus.BAD_REQUEST)
        else:
            self._answer(HTTPStatus.ACCEPTED if answer is None else HTTPStatus.OK, answer or b"")

    def do_DELETE(self) -> None:
        self._with_place(self._remove)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Its own words are the answers."""

    def _with_place(self, act: Callable[[Account, Path], None]) -> None:
        account = self.server.house.enter_by_token(self._token())
        if account is None:
            self.close_connection = True
            self._answer(HTTPStatus.UNAUTHORIZED)
            return
        try:
            act(account, account.place(unquote(self.path)))
        except LineLost:
            self.close_connection = True
        except OSError as failure:
            self.close_connection = self.command == "PUT"
            is_full = failure.errno == errno.ENOSPC
            self._answer(HTTPStatus.INSUFFICIENT_STORAGE if is_full else HTTPStatus.NOT_FOUND)

    def _token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def _list(self, account: Account, place: Path) -> None:
        told = [
            {"name": one.name, "size": one.stat().st_size, "modified_at": int(one.stat().st_mtime)}
            for one in sorted(place.iterdir())
            if one.is_file()
        ]
        self._answer(HTTPStatus.OK, json.dumps(told).encode())

    def _take(self, account: Account, place: Path) -> None:
        house = self.server.house
        house.writing(account, place)
        unfinished = place.with_name(f"{place.name}.part")
        left = int(self.headers.get("Content-Length", "0"))
        with unfinished.open("wb") as file:
            while left:
                part = self.rfile.read(min(left, BLOCK))
                if not part:
                    raise LineLost
                file.write(part)
                left -= len(part)
        house.arriving(account, unfinished, place)
        unfinished.replace(place)
        house.arrived(account, place)
        self._answer(HTTPStatus.CREATED)

    def _remove(self, account: Account, place: Path) -> None:
        self.server.house.removing(account, place)
        place.unlink()
        self._answer(HTTPStatus.NO_CONTENT)

    def _answer(self, status: HTTPStatus, content: bytes = b"", *, length: int | None = None) -> None:
        self.send_response(status)
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)
