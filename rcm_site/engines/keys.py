"""Secrets: from the environment, else made once and kept in files only their owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from rcm_site.engines.places import EngineTrouble, home

# One file and one variable each, so that a production set-up can give the seal key to the sealer alone.
VARIABLES = {"django": "RCM_SECRET_KEY", "context": "RCM_CONTEXT_KEY", "seal": "RCM_SEAL_KEY"}


def secret(name: str) -> bytes:
    """The key named "django", "context" or "seal"."""
    from_environment = os.environ.get(VARIABLES[name])
    if from_environment:
        return from_environment.encode()
    if any(name.startswith("RCM_") and name.endswith("_DATABASE_URL") for name in os.environ):
        # Keys made here would differ from those of the other processes at the same database.
        raise EngineTrouble(f"{VARIABLES[name]} is not set, while the environment names the database server.")
    return kept(home(), f"{name}.key").encode()


def kept(home_folder: Path, name: str) -> str:
    """The secret in this file of the private folder, made at the first asking."""
    path = home_folder / "keys" / name
    try:
        text = path.read_text(encoding="ascii")
    except (FileNotFoundError, NotADirectoryError):
        try:
            return _make(path)
        except OSError as trouble:
            raise EngineTrouble(
                f"{home_folder} cannot be written: {trouble.strerror}. RCM_VAR_DIR names another folder for all "
                "that is kept, RCM_ENGINES_DIR one for the servers alone."
            ) from None
    except PermissionError:
        raise EngineTrouble(
            f"{path} belongs to another user. Run as that user, or set RCM_ENGINES_DIR to a folder of your own."
        ) from None
    return text.strip()


def _make(path: Path) -> str:
    path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(32))
    try:
        os.link(draft, path)  # fails where another process was first; then its secret is the one
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii").strip()
