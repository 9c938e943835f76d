"""The clearinghouse as a process: its customers, its doors on loopback, and the clock that lays out answers."""

from __future__ import annotations

import contextlib
import datetime
import json
import secrets
import socket
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from clearinghouse.simulator.answering import Pace
from clearinghouse.simulator.behaviours import Temper
from clearinghouse.simulator.clearinghouse import Clearinghouse
from clearinghouse.simulator.house import Account
from clearinghouse.simulator.identity import certificate, host_key
from clearinghouse.simulator.server_https import HttpsServer
from clearinghouse.simulator.server_sftp import SftpServer

EVERY_SECONDS = 0.2
FIRST_PORT, PORTS = 21000, 8000
Clock = Callable[[], datetime.datetime]
Server = TypeVar("Server")


def letters(folder: Path) -> Path:
    """Where each customer finds what they need to reach us."""
    return folder / "letters"


def open_accounts(folder: Path, names: list[str]) -> list[Account]:
    """The customers so far and those of these names; a password is made once."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    kept = folder / "accounts.json"
    passwords: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}
    for name in names:
        passwords.setdefault(name, secrets.token_urlsafe(24))
    _write(kept, passwords)
    return [Account(name, password, folder / "customers" / name) for name, password in passwords.items()]


def run(
    folder: Path, names: list[str], *, temper: Temper, pace: Pace, clock: Clock, over: threading.Event
) -> None:
    """Until `over` is set. The letters are written once both doors are open."""
    accounts = open_accounts(folder, names)
    house = Clearinghouse(folder, accounts, temper=temper, pace=pace)
    house.take_all()
    ports = _ports(folder)
    key, (shown, shown_key) = host_key(folder), certificate(folder, at=clock())
    sftp = _patiently(lambda: SftpServer(house, key, port=ports["SFTP"]), over)
    https = _patiently(lambda: HttpsServer(house, shown, shown_key, port=ports["HTTPS"]), over)
    try:
        if sftp is not None and https is not None:
            _write_letters(folder, accounts, sftp, https)
            while not over.wait(EVERY_SECONDS):
                house.lay_out(at=clock())
    finally:
        for server in (sftp, https):
            if server is not None:
                server.close()
        house.books.close()


def _patiently(open_door: Callable[[], Server], over: threading.Event) -> Server | None:
    """A customer's connection names the port: where somebody else has it, it is waited for."""
    while not over.is_set():
        with contextlib.suppress(OSError):
            return open_door()
        over.wait(1)
    return None


def _ports(folder: Path) -> dict[str, int]:
    """Chosen once, by the folder's name, and kept."""
    kept = folder / "ports.json"
    if not kept.exists():
        start = zlib.crc32(str(folder.absolute()).encode()) % PORTS
        free = (FIRST_PORT + (start + step) % PORTS for step in range(PORTS))
        found = (port for port in free if _is_free(port))
        _write(kept, {"SFTP": next(found), "HTTPS": next(found)})
    ports: dict[str, int] = json.loads(kept.read_text())
    return ports


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _write_letters(folder: Path, accounts: list[Account], sftp: SftpServer, https: HttpsServer) -> None:
    letters(folder).mkdir(exist_ok=True)
    for one in accounts:
        _write(
            letters(folder) / f"{one.name}.json",
            {
                "user_name": one.name,
                "password": one.password,
                "address": "127.0.0.1",
                "outgoing_folder": "in",
                "incoming_folder": "out",
                "SFTP": {"port": sftp.port, "host_key": sftp.host_key},
                "HTTPS": {
                    "port": https.port,
                    "certificate": https.certificate,
                    "question_path": "eligibility",
                },
            },
        )


def _write(place: Path, content: object) -> None:
    unfinished = place.with_name(f"{place.name}.part")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(content, indent=1), encoding="utf-8")
    unfinished.replace(place)
