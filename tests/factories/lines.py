"""A partner at the other end of a real line on loopback, with a folder of its own and faults on demand."""

from __future__ import annotations

import datetime
import os

import paramiko

from clearinghouse.simulator.house import Account, House, LineLost
from clearinghouse.simulator.identity import certificate
from clearinghouse.simulator.server_https import HttpsServer
from clearinghouse.simulator.server_sftp import SftpServer

SECRET = "let-me-in"


class Partner(House):
    """`form` is what an administrator enters to reach it."""

    def __init__(self, folder):
        super().__init__([Account("riverside", SECRET, folder)])
        self.opened = []
        self.drops_uploads = self.drops_removals = self.cuts_uploads = 0
        self.server = self.listen()

    def form(self):
        return {
            "transport": self.transport, "address": "127.0.0.1", "port": self.server.port, "user_name": "riverside",
            "secret_name": "prairie", "outgoing_folder": "in", "incoming_folder": "out", "timeout_seconds": 10,
            **self.proof(),
        }  # fmt: skip

    def writing(self, account, place):
        if self.drops_uploads:
            self.drops_uploads -= 1
            raise LineLost
        self.opened.append(place)

    def arriving(self, account, unfinished, place):
        if self.cuts_uploads:
            self.cuts_uploads -= 1
            os.truncate(unfinished, unfinished.stat().st_size // 2)

    def removing(self, account, place):
        if self.drops_removals:
            self.drops_removals -= 1
            raise LineLost

    def close(self):
        self.server.close()

    def open_again(self):
        """At the address it had."""
        self.server = self.listen(port=self.server.port)


class SftpPartner(Partner):
    transport = "SFTP"
    another = staticmethod(lambda folder: {"host_key": public_key(paramiko.ECDSAKey.generate())})

    def __init__(self, folder):
        self.key = paramiko.ECDSAKey.generate()
        super().__init__(folder)

    def listen(self, port=0):
        return SftpServer(self, self.key, port=port)

    def proof(self):
        return {"host_key": self.server.host_key}


class HttpsPartner(Partner):
    transport = "HTTPS"
    another = staticmethod(lambda folder: {"certificate": made_certificate(folder)[0].read_text()})

    def __init__(self, folder, keys):
        self.keys = keys
        super().__init__(folder)

    def listen(self, port=0):
        return HttpsServer(self, *made_certificate(self.keys), port=port)

    def proof(self):
        return {"certificate": self.server.certificate}


def public_key(key):
    return f"{key.get_name()} {key.get_base64()}"


def made_certificate(folder):
    return certificate(folder, at=datetime.datetime.now(datetime.UTC))
