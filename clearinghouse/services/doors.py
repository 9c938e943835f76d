"""From a connection on file to what opens the partner's door."""

from __future__ import annotations

import os
import re
from pathlib import Path

import httpx2
import paramiko

from clearinghouse.choices import Transport, Trouble
from clearinghouse.models import Connection
from clearinghouse.transports import https, sftp
from clearinghouse.transports.outcome import Door, NotDelivered, Wire

WIRES: dict[str, Wire] = {Transport.SFTP: sftp, Transport.HTTPS: https}

ADAPTERS: dict[str, str] = {
    Transport.SFTP: f"sftp/1 paramiko/{paramiko.__version__}",
    Transport.HTTPS: f"https/1 httpx2/{httpx2.__version__}",
}
"""What speaks over each wire. The first number grows when our side of the exchange changes."""
# What no repetition mends: a person has to look.
LASTING = (Trouble.HOST_KEY, Trouble.SIGN_IN, Trouble.SECRET)


def wire_of(connection: Connection) -> Wire:
    return WIRES[connection.transport]


def door_of(connection: Connection, folder: str) -> Door:
    return Door(
        address=connection.address,
        port=connection.port or wire_of(connection).PORT,
        user_name=connection.user_name,
        secret=_secret(connection.secret_name),
        host_key=connection.host_key,
        certificate=connection.certificate,
        folder=folder,
        timeout_seconds=connection.timeout_seconds,
    )


def adapter_of(connection: Connection) -> str:
    return ADAPTERS[connection.transport]


def _secret(name: str) -> str:
    """Secrets are files of a folder outside the product, as orchestrators mount them."""
    folder = os.environ.get("RCM_SECRETS_FOLDER", "/run/secrets")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise NotDelivered(Trouble.SECRET)
    try:
        return (Path(folder) / name).read_text(encoding="utf-8").rstrip("\n")
    except OSError:
        raise NotDelivered(Trouble.SECRET) from None
