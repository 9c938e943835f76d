"""A partner's SFTP server on loopback, with a folder of its own and faults on demand."""

from __future__ import annotations

import os
import socket
import threading

import paramiko

SECRET = "let-me-in"


class _Door(paramiko.ServerInterface):
    def check_auth_password(self, username, password):
        good = (username, password) == ("riverside", SECRET)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED


class _Folder(paramiko.SFTPServerInterface):
    def __init__(self, server, partner):
        super().__init__(server)
        self.partner = partner

    def _place(self, path):
        return self.partner.folder / self.canonicalize(path).lstrip("/")

    def stat(self, path):
        try:
            return paramiko.SFTPAttributes.from_stat(self._place(path).stat())
        except OSError as failure:
            return paramiko.SFTPServer.convert_errno(failure.errno)

    def open(self, path, flags, attr):
        if self.partner.drops_uploads:
            self.partner.drops_uploads -= 1
            self.partner.hang_up()
            return paramiko.SFTP_FAILURE
        self.partner.opened.append(path)
        try:
            file = self._place(path).open("w+b" if flags & os.O_WRONLY else "rb")  # noqa: SIM115 - paramiko closes it
        except OSError as failure:
            return paramiko.SFTPServer.convert_errno(failure.errno)
        handle = paramiko.SFTPHandle(flags)
        handle.filename, handle.readfile, handle.writefile = path, file, file
        handle.stat = lambda: (file.flush(), paramiko.SFTPAttributes.from_stat(os.fstat(file.fileno())))[1]
        return handle

    def list_folder(self, path):
        found = []
        for place in sorted(self._place(path).iterdir()):
            attributes = paramiko.SFTPAttributes.from_stat(place.stat())
            attributes.filename = place.name
            found.append(attributes)
        return found

    def remove(self, path):
        if self.partner.drops_removals:
            self.partner.drops_removals -= 1
            self.partner.hang_up()
            return paramiko.SFTP_FAILURE
        self._place(path).unlink()
        return paramiko.SFTP_OK

    def posix_rename(self, oldpath, newpath):
        self._place(oldpath).replace(self._place(newpath))
        return paramiko.SFTP_OK


class Partner:
    def __init__(self, folder):
        self.folder = folder
        self.key = paramiko.ECDSAKey.generate()
        self.opened, self._lines = [], []
        self.drops_uploads = self.drops_removals = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def host_key(self):
        return f"{self.key.get_name()} {self.key.get_base64()}"

    def _serve(self):
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(line)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Folder, self)
            self._lines.append(transport)
            transport.start_server(server=_Door())

    def hang_up(self):
        for transport in self._lines:
            transport.close()

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.hang_up()
