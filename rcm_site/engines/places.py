"""Where the private servers live, and as whom they run. Looking changes nothing on disk."""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# A Unix socket's address holds 104 bytes on macOS and 108 on Linux, its closing zero included.
LONGEST_SOCKET_PATH = 100
SOCKET_PORT = 5432


class EngineTrouble(RuntimeError):
    """Something the person at the keyboard has to change before servers can run."""


@dataclass(frozen=True)
class Account:
    """Whom the servers run as when the command itself runs as root, which PostgreSQL refuses."""

    name: str
    uid: int
    gid: int


def service_account() -> Account | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise EngineTrouble(
        "PostgreSQL refuses to run as root, and this machine has neither a 'postgres' nor a 'nobody' user. "
        "Run as a normal user, or set the RCM_*_DATABASE_URL addresses of servers you run yourself."
    )


def can_reach(path: Path, account: Account) -> bool:
    """Whether every folder above `path` lets this account through."""
    for folder in path.absolute().parents:
        try:
            status = folder.stat()
        except FileNotFoundError:
            continue
        if status.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif status.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            return False
    return True


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:12]


def var_folder() -> Path:
    """Where files made while running lie."""
    return Path(os.environ.get("RCM_VAR_DIR") or PROJECT / "var")


def home() -> Path:
    """The private folder of this checkout's servers."""
    named = os.environ.get("RCM_ENGINES_DIR")
    if named:
        return Path(named)
    return reachable_folder(var_folder() / "engines")


def reachable_folder(folder: Path) -> Path:
    """`folder`, or a stand-in outside a tree that root alone may enter."""
    account = service_account()
    if account is None or can_reach(folder, account):
        return folder
    return Path("/var/lib/rcm-workbench") / _fingerprint(folder)


def run_folder(home_folder: Path) -> Path:
    """Where the sockets are: inside the private folder unless their address would be too long."""
    inside = home_folder.absolute() / "run"
    if len(os.fsencode(inside / f".s.PGSQL.{SOCKET_PORT}")) <= LONGEST_SOCKET_PATH:
        return inside
    # Known to everybody and writable by all, so it is entered only if it is ours: servers._private_folder.
    return Path(f"/tmp/rcm-{os.geteuid()}-{_fingerprint(home_folder)}")  # noqa: S108
