"""The clearinghouse's SFTP side: every customer sees a folder of their own."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import paramiko

from clearinghouse.simulator.house import Account, House, LineLost


class SftpServer:
    """Listens on loopback from the moment it is made, in threads of its own."""

    def __init__(self, house: House, key: paramiko.PKey, *, port: int = 0) -> None:
        self.house, self._key = house, key
        self._lines: set[paramiko.Transport] = set()
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def host_key(self) -> str:
        return f"{self._key.get_name()} {self._key.get_base64()}"

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for line in list(self._lines):
            line.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._welcome, args=(caller,), daemon=True).start()

    def _welcome(self, caller: socket.socket) -> None:
        line = paramiko.Transport(caller)
        line.add_server_key(self._key)
        line.set_subsystem_handler("sftp", paramiko.SFTPServer, _Folders)
        self._lines = {one for one in self._lines if one.is_active()} | {line}
        try:
            line.start_server(server=_Entrance(self.house, line))
        except (paramiko.SSHException, EOFError, OSError):
            line.close()


class _Entrance(paramiko.ServerInterface):
    def __init__(self, house: House, line: paramiko.Transport) -> None:
        self.house, self.line = house, line
        self.account: Account | None = None

    def check_auth_password(self, username: str, password: str) -> int:
        self.account = self.house.enter(username, password)
        return paramiko.AUTH_SUCCESSFUL if self.account else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Folders(paramiko.SFTPServerInterface):
    def __init__(self, server: _Entrance) -> None:
        super().__init__(server)
        assert server.account is not None
        self.house, self.account, self.line = server.house, server.account, server.line

    def _place(self, path: str) -> Path:
        return self.account.place(self.canonicalize(path))

    def _tried(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except LineLost:
            self.line.close()
            return paramiko.SFTP_FAILURE
        except OSError as failure:
            return paramiko.SFTPServer.convert_errno(failure.errno or 0)

    def stat(self, path: str) -> Any:
        return self._tried(lambda: paramiko.SFTPAttributes.from_stat(self._place(path).stat()))

    lstat = stat

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> Any:
        return self._tried(lambda: self._opened(path, flags))

    def _opened(self, path: str, flags: int) -> paramiko.SFTPHandle:
        place = self._place(path)
        if flags & os.O_WRONLY:
            self.house.writing(self.account, place)
        file = place.open("w+b" if flags & os.O_WRONLY else "rb")
        handle = _Handle(flags)
        handle.filename, handle.readfile, handle.writefile = path, file, file
        return handle

    def list_folder(self, path: str) -> Any:
        return self._tried(lambda: [_told(one) for one in sorted(self._place(path).iterdir())])

    def remove(self, path: str) -> int:
        def act() -> int:
            self.house.removing(self.account, self._place(path))
            self._place(path).unlink()
            return paramiko.SFTP_OK

        return self._tried(act)

    def rename(self, oldpath: str, newpath: str) -> int:
        def act() -> int:
            unfinished, place = self._place(oldpath), self._place(newpath)
            self.house.arriving(self.account, unfinished, place)
            unfinished.replace(place)
            self.house.arrived(self.account, place)
            return paramiko.SFTP_OK

        return self._tried(act)

    posix_rename = rename


class _Handle(paramiko.SFTPHandle):
    def stat(self) -> paramiko.SFTPAttributes:
        self.writefile.flush()
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.writefile.fileno()))


def _told(place: Path) -> paramiko.SFTPAttributes:
    attributes = paramiko.SFTPAttributes.from_stat(place.stat())
    attributes.filename = place.name
    return attributes
