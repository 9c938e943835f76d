"""SFTP: the partner's key is checked, a file shows up under its name only when all of it is there."""

from __future__ import annotations

import io
import posixpath
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import paramiko

from clearinghouse.choices import Trouble
from clearinghouse.transports.outcome import Door, Listed, NotDelivered, OpenFolder, finished, in_time

PORT = 22
KEYS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


def put(door: Door, name: str, content: bytes) -> bool:
    with _session(door) as session:
        path = posixpath.join(door.folder, name)
        unfinished = f"{path}.part"
        if _size(session, path) == len(content):
            return False
        # A confirmed write asks for the size when all is written; it raises if that differs.
        session.putfo(
            io.BytesIO(content), unfinished, file_size=len(content), callback=in_time(), confirm=True
        )
        session.posix_rename(unfinished, path)
        if _size(session, path) != len(content):
            raise NotDelivered(Trouble.CUT_SHORT)
        return True


class _Folder:
    def __init__(self, session: paramiko.SFTPClient, path: str) -> None:
        self._session, self._path = session, path

    def files(self) -> list[Listed]:
        return finished(
            Listed(one.filename, one.st_size or 0, int(one.st_mtime or 0))
            for one in self._session.listdir_attr(self._path or ".")
            if stat.S_ISREG(one.st_mode or 0)
        )

    def read(self, name: str, *, into: BinaryIO) -> None:
        self._session.getfo(posixpath.join(self._path, name), into, callback=in_time())

    def remove(self, name: str) -> None:
        try:
            self._session.remove(posixpath.join(self._path, name))
        except FileNotFoundError:
            return


@contextmanager
def folder(door: Door) -> Iterator[OpenFolder]:
    with _session(door) as session:
        yield _Folder(session, door.folder)


def _size(session: paramiko.SFTPClient, path: str) -> int | None:
    try:
        return session.stat(path).st_size
    except FileNotFoundError:
        return None


@contextmanager
def _session(door: Door) -> Iterator[paramiko.SFTPClient]:
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    try:
        _trust(client, door)
        client.connect(
            door.address,
            port=door.port,
            username=door.user_name,
            timeout=door.timeout_seconds,
            banner_timeout=door.timeout_seconds,
            auth_timeout=door.timeout_seconds,
            allow_agent=False,
            look_for_keys=False,
            **_credentials(door.secret),
        )
        session = client.open_sftp()
        session.get_channel().settimeout(door.timeout_seconds)
        yield session
    except paramiko.BadHostKeyException:
        raise NotDelivered(Trouble.HOST_KEY) from None
    except paramiko.AuthenticationException:
        raise NotDelivered(Trouble.SIGN_IN) from None
    except TimeoutError:
        raise NotDelivered(Trouble.TIMED_OUT) from None
    except (PermissionError, FileNotFoundError):
        raise NotDelivered(Trouble.FOLDER) from None
    except OSError as failure:
        raise NotDelivered(
            Trouble.NOT_TAKEN if _is_refusal(failure, client) else Trouble.UNREACHABLE
        ) from None
    except (EOFError, paramiko.SSHException):
        raise NotDelivered(Trouble.UNREACHABLE) from None
    finally:
        client.close()


def _is_refusal(failure: OSError, client: paramiko.SSHClient) -> bool:
    """Whether the server said no over a line that is whole: its answer comes as an error without a number."""
    line = client.get_transport()
    return failure.errno is None and line is not None and line.is_active()


def _trust(client: paramiko.SSHClient, door: Door) -> None:
    """This key and no other."""
    host = door.address if door.port == PORT else f"[{door.address}]:{door.port}"
    try:
        entry = paramiko.hostkeys.HostKeyEntry.from_line(f"{host} {door.host_key.strip()}")
    except paramiko.SSHException:
        entry = None
    if entry is None or entry.key is None:
        raise NotDelivered(Trouble.HOST_KEY)
    client.get_host_keys().add(host, entry.key.get_name(), entry.key)


def _credentials(secret: str) -> dict[str, object]:
    if not secret.startswith("-----BEGIN"):
        return {"password": secret}
    for kind in KEYS:
        try:
            return {"pkey": kind.from_private_key(io.StringIO(secret))}
        except paramiko.SSHException:
            continue
    raise NotDelivered(Trouble.SECRET)
