"""The two private servers: made at the first start, started, adopted, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rcm_site.engines import binaries, processes
from rcm_site.engines.keys import kept
from rcm_site.engines.places import SOCKET_PORT, Account, EngineTrouble, run_folder, service_account

SUPERVISOR = "rcm_supervisor"

# Statements and their parameters hold names, birth dates and diagnoses: no log may repeat them.
_QUIET_LOGS = {
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
_THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}


@dataclass(frozen=True)
class Layout:
    """The private folder: whose it is, and what lies where."""

    home: Path
    account: Account | None
    throwaway: bool = False  # data that need not outlive a crash: tests

    @property
    def run(self) -> Path:
        return run_folder(self.home)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    def prepare(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        for folder in (self.home, self.run, self.logs):
            _private_folder(folder, self.account)


def layout_of(home: Path, *, throwaway: bool = False) -> Layout:
    return Layout(home.absolute(), service_account(), throwaway)


def _private_folder(folder: Path, account: Account | None) -> None:
    """Ours alone, or the service account's when we are root; a folder somebody else laid there is refused."""
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    owners = {os.geteuid(), account.uid} if account else {os.geteuid()}
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in owners:
        raise EngineTrouble(
            f"{folder} belongs to another user. Remove it, or set RCM_ENGINES_DIR to a folder of your own."
        )
    if account:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


class Server(Protocol):
    name: str

    @property
    def log(self) -> Path: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def is_running(self) -> bool: ...


@dataclass
class Postgres:
    layout: Layout
    name: str = "PostgreSQL"
    _process: subprocess.Popen[bytes] | None = None
    _adopted: int | None = None
    _programs: Path = field(init=False)

    def __post_init__(self) -> None:
        self._programs = binaries.reachable_postgres(binaries.postgres_programs(), self.layout.account)

    @property
    def log(self) -> Path:
        return self.layout.logs / "postgres.log"

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "HOME": str(self.layout.home), "LC_ALL": "C", "TZ": "UTC"}

    def start(self) -> None:
        self._adopted = self._found_running()
        if self._adopted:
            return
        if not (self.layout.data / "PG_VERSION").exists():
            self._create()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.layout.run),
            "unix_socket_permissions": "0700",
            "port": str(SOCKET_PORT),
            "max_connections": "100",
            "timezone": "UTC",
            "jit": "off",
            **_QUIET_LOGS,
            **(_THROWAWAY if self.layout.throwaway else {}),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = processes.launch(
            [self._programs / "postgres", "-D", self.layout.data, *options],
            log=self.log,
            farewell=signal.SIGINT,  # a fast, clean shutdown
            account=self.layout.account,
            environment=self._environment,
        )
        process = self._process
        ready = processes.wait_until(lambda: self._is_ready() or process.poll() is not None, seconds=60)
        if not ready or process.poll() is not None:
            raise EngineTrouble(
                f"PostgreSQL did not start. Its last words:\n{processes.last_lines(self.log)}"
            )

    def stop(self) -> None:
        pid = self._process.pid if self._process else self._adopted
        if pid and self.is_running():
            os.kill(pid, signal.SIGINT)
            if not processes.wait_until(lambda: not self.is_running(), seconds=30):
                os.kill(pid, signal.SIGQUIT)
                processes.wait_until(lambda: not self.is_running(), seconds=10)
        self._process = self._adopted = None

    def is_running(self) -> bool:
        if self._process:
            return self._process.poll() is None
        return self._adopted is not None and processes.is_alive(self._adopted)

    def _create(self) -> None:
        """A new cluster in a folder beside, moved into place whole: a broken first start leaves nothing."""
        draft = self.layout.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        password_file = self.layout.home / "first-password"
        password_file.touch(mode=0o600)
        password_file.write_text(kept(self.layout.home, f"{SUPERVISOR}.password"))
        account = self.layout.account
        if account:
            os.chown(password_file, account.uid, account.gid)
        command = [
            self._programs / "initdb", "-D", draft, "-U", SUPERVISOR, "--auth=scram-sha-256",
            f"--pwfile={password_file}", "--encoding=UTF8", "--locale=C",
        ]  # fmt: skip
        if binaries.postgres_version(self._programs) >= 17:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self.layout.throwaway:
            command += ["--no-sync", "--wal-segsize=1"]
        try:
            subprocess.run(
                [str(part) for part in command],
                check=True,
                capture_output=True,
                text=True,
                cwd="/",
                env=self._environment,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        except subprocess.CalledProcessError as failure:
            raise EngineTrouble(
                f"PostgreSQL could not make its data folder:\n{failure.stderr[-2000:]}"
            ) from failure
        finally:
            password_file.unlink()
        draft.rename(self.layout.data)

    def _pid_lines(self) -> list[str]:
        try:
            return (self.layout.data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _is_ready(self) -> bool:
        lines = self._pid_lines()
        status = lines[7].strip() if len(lines) > 7 else ""
        return status == "ready" and _answers(self.layout.run / f".s.PGSQL.{SOCKET_PORT}")

    def _found_running(self) -> int | None:
        """The process of a server whose keeper was killed, once it either answers or has ended."""
        lines = self._pid_lines()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        processes.wait_until(lambda: not processes.is_alive(pid) or self._is_ready(), seconds=5)
        if processes.is_alive(pid) and self._is_ready():
            # It may be on its way out, told by its keeper's death a moment ago.
            if not processes.wait_until(
                lambda: not processes.is_alive(pid) or not self._is_ready(), seconds=0.3
            ):
                return pid
            processes.wait_until(lambda: not processes.is_alive(pid), seconds=30)
        return None


@dataclass
class Valkey:
    """Holds nothing that PostgreSQL does not know: it may lose all of it, and keeps nothing on disk."""

    layout: Layout
    name: str = "Valkey"
    _process: subprocess.Popen[bytes] | None = None
    _adopted: int | None = None
    _program: Path = field(init=False)

    def __post_init__(self) -> None:
        self._program = binaries.reachable_valkey(binaries.valkey_program(), self.layout.account)

    @property
    def log(self) -> Path:
        return self.layout.logs / "valkey.log"

    @property
    def _socket(self) -> Path:
        return self.layout.run / "valkey.sock"

    def start(self) -> None:
        self._adopted = self._found_running()
        if self._adopted:
            return
        command: list[str | Path] = [
            self._program, "--port", "0", "--unixsocket", self._socket, "--unixsocketperm", "700", "--save", "",
            "--appendonly", "no", "--dir", self.layout.run, "--maxmemory-policy", "noeviction",
        ]  # fmt: skip
        self._process = processes.launch(
            command, log=self.log, farewell=signal.SIGTERM, account=self.layout.account
        )
        process = self._process
        ready = processes.wait_until(lambda: _answers(self._socket) or process.poll() is not None, seconds=20)
        if not ready or process.poll() is not None:
            raise EngineTrouble(f"Valkey did not start. Its last words:\n{processes.last_lines(self.log)}")

    def stop(self) -> None:
        pid = self._process.pid if self._process else self._adopted
        if pid and self.is_running():
            os.kill(pid, signal.SIGTERM)
            if not processes.wait_until(lambda: not self.is_running(), seconds=10):
                os.kill(pid, signal.SIGKILL)
                processes.wait_until(lambda: not self.is_running(), seconds=5)
        self._process = self._adopted = None

    def is_running(self) -> bool:
        if self._process:
            return self._process.poll() is None
        return self._adopted is not None and processes.is_alive(self._adopted)

    def _found_running(self) -> int | None:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self._socket))
                connection.sendall(b"INFO server\r\n")
                answer = connection.recv(65536).decode(errors="replace")
        except OSError:
            return None
        pids = [int(line.partition(":")[2]) for line in answer.splitlines() if line.startswith("process_id:")]
        if not pids:
            return None
        # It may be on its way out, told by its keeper's death a moment ago.
        leaving = processes.wait_until(lambda: not processes.is_alive(pids[0]), seconds=0.3)
        return None if leaving else pids[0]


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(path))
    except OSError:
        return False
    return True
