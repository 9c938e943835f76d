"""A stand-in between workers and PostgreSQL that cuts connections, holds everything back, or loses the answer to a
COMMIT it let through.
"""

import contextlib
import socket
import threading
from pathlib import Path

PORT = 5432


class Severed:
    """Listens in `folder` under PostgreSQL's own socket name; `host` is the real server's folder and port."""

    def __init__(self, folder: Path, host: str, port: str) -> None:
        self.server = f"{host}/.s.PGSQL.{port}"
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        self.lock = threading.Lock()
        self.loses_next_commit = False
        self.lost_commits = self.cuts = 0
        self.passes = threading.Event()
        self.passes.set()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{folder}/.s.PGSQL.{PORT}")
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.server)
            except OSError:
                client.close()
                continue
            with self.lock:
                self.pairs.append((client, server))
            threading.Thread(target=self._forward, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._forward, args=(server, client, False), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket, is_asking: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.passes.wait()
                target.sendall(data)
                if is_asking and self.loses_next_commit and b"COMMIT\x00" in data:
                    self.loses_next_commit = False
                    self.lost_commits += 1
                    break
        self._close(source, target)

    def cut(self) -> None:
        """Every connection at once, in the middle of whatever it does."""
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for pair in pairs:
            self._close(*pair)
        self.cuts += 1

    def _close(self, *ends: socket.socket) -> None:
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        self.passes.set()
        self.listener.close()
        self.cut()
