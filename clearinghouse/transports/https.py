"""HTTPS: files are put, listed, read and deleted under the partner's address; only the certificate on file is trusted.

PUT and HEAD `<folder>/<name>` bring and find a file, GET `<folder>/` lists as `[{"name", "size", "modified_at"}]`, GET
and DELETE `<folder>/<name>` take it. POST `<path>` asks a question, whose answer is the body. The token goes in the
header `Authorization: Bearer`.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import quote

import httpx2

from clearinghouse.choices import Trouble
from clearinghouse.transports.outcome import Door, Listed, NotDelivered, OpenFolder, finished, in_time

PORT = 443
BLOCK = 1 << 16
LARGEST_ANSWER = 8 << 20
LINES_KEPT = httpx2.Limits(max_keepalive_connections=32, keepalive_expiry=3)
"""Between one question and the next; less than any usual server waits, lest it closes as the question leaves."""
REFUSALS: dict[int, Trouble] = {
    HTTPStatus.TOO_MANY_REQUESTS: Trouble.UNREACHABLE,
    HTTPStatus.INSUFFICIENT_STORAGE: Trouble.NOT_TAKEN,
    HTTPStatus.UNAUTHORIZED: Trouble.SIGN_IN,
    HTTPStatus.FORBIDDEN: Trouble.SIGN_IN,
    HTTPStatus.NOT_FOUND: Trouble.FOLDER,
}


def put(door: Door, name: str, content: bytes) -> bool:
    with _session(door) as session:
        address = _address(door.folder, name)
        if _size(session, address) == len(content):
            return False
        length = {"Content-Length": str(len(content))}
        _checked(session.put(address, content=_parts(content), headers=length))
        if _size(session, address) != len(content):
            raise NotDelivered(Trouble.CUT_SHORT)
        return True


def ask(door: Door, path: str, content: bytes) -> bytes | None:
    """What the partner answers at once, whatever it is: an error page too is an answer, to be kept and shown. None
    where it has taken the question (202, with nothing) and answers by a file."""
    headers = {"Content-Type": "application/edi-x12"}
    address = f"/{path.lstrip('/')}"
    with (
        _told_as_trouble(),
        _kept_client(door).stream("POST", address, content=content, headers=headers) as answer,
    ):
        if answer.status_code in REFUSALS:
            _checked(answer)
        passed, taken = in_time(door.timeout_seconds), bytearray()
        for part in answer.iter_bytes():
            taken += part
            passed()
            if len(taken) > LARGEST_ANSWER:
                raise NotDelivered(Trouble.NOT_TAKEN)
        return None if answer.status_code == HTTPStatus.ACCEPTED and not taken else bytes(taken)


@contextmanager
def folder(door: Door) -> Iterator[OpenFolder]:
    with _session(door) as session:
        yield _Folder(session, door.folder)


class _Folder:
    def __init__(self, session: httpx2.Client, path: str) -> None:
        self._session, self._path = session, path

    def files(self) -> list[Listed]:
        told = _checked(self._session.get(_address(self._path, ""))).json()
        return finished(Listed(str(one["name"]), int(one["size"]), int(one["modified_at"])) for one in told)

    def read(self, name: str, *, into: BinaryIO) -> None:
        with self._session.stream("GET", _address(self._path, name)) as answer:
            passed = in_time()
            for part in _checked(answer).iter_bytes():
                into.write(part)
                passed()

    def remove(self, name: str) -> None:
        answer = self._session.delete(_address(self._path, name))
        if answer.status_code != HTTPStatus.NOT_FOUND:
            _checked(answer)


def trust(certificate: str) -> ssl.SSLContext:
    """This certificate, or what it has signed, and no other. Raises `ValueError` where there is none to be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(cadata=certificate)
    except ssl.SSLError as failure:
        raise ValueError(certificate) from failure
    return context


def _parts(content: bytes) -> Iterator[bytes]:
    passed = in_time()
    for first in range(0, len(content), BLOCK):
        passed()
        yield content[first : first + BLOCK]


def _address(folder: str, name: str) -> str:
    return f"/{quote(folder.strip('/'))}/{quote(name, safe='')}"


def _size(session: httpx2.Client, address: str) -> int | None:
    answer = session.head(address)
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return None
    return int(_checked(answer).headers["Content-Length"])


def _checked(answer: httpx2.Response) -> httpx2.Response:
    if not answer.is_success:
        away = answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
        otherwise = Trouble.UNREACHABLE if away else Trouble.NOT_TAKEN
        raise NotDelivered(REFUSALS.get(answer.status_code, otherwise))
    return answer


@contextmanager
def _session(door: Door) -> Iterator[httpx2.Client]:
    with _told_as_trouble(), _client(door) as session:
        yield session


def _client(door: Door) -> httpx2.Client:
    try:
        context = trust(door.certificate)
    except ValueError:
        raise NotDelivered(Trouble.HOST_KEY) from None
    return httpx2.Client(
        base_url=f"https://{door.address}:{door.port}",
        headers={"Authorization": f"Bearer {door.secret}"},
        verify=context,
        timeout=door.timeout_seconds,
        limits=LINES_KEPT,
        trust_env=False,
    )


# Whoever asks many questions shakes hands once for each place, not for each question.
_kept_client = lru_cache(maxsize=64)(_client)


@contextmanager
def _told_as_trouble() -> Iterator[None]:
    try:
        yield
    except httpx2.TimeoutException:
        raise NotDelivered(Trouble.TIMED_OUT) from None
    except httpx2.TransportError as failure:
        raise NotDelivered(Trouble.HOST_KEY if _is_foreign(failure) else Trouble.UNREACHABLE) from None
    except (httpx2.InvalidURL, httpx2.StreamError, KeyError, TypeError, ValueError):
        # What no partner of this kind answers.
        raise NotDelivered(Trouble.UNREACHABLE) from None


def _is_foreign(failure: BaseException | None) -> bool:
    """Whether the server showed a certificate that is not the one on file."""
    while failure is not None:
        if isinstance(failure, ssl.SSLCertVerificationError):
            return True
        failure = failure.__cause__ or failure.__context__
    return False
