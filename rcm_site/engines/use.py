"""Using the private servers: they run while somebody does."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from rcm_site.engines import addresses, binaries
from rcm_site.engines.keeper import keeper_file, start_file, users_file
from rcm_site.engines.places import PROJECT, EngineTrouble, home
from rcm_site.engines.processes import last_lines, rotate
from rcm_site.engines.servers import layout_of


class EnginesInUse:
    """Held while the servers are needed; `release` or the end of the process lets them go."""

    def __init__(
        self, home_folder: Path | None = None, *, throwaway: bool = False, discard: bool = False
    ) -> None:
        self.home = (home_folder or home()).absolute()
        layout_of(self.home).prepare()
        self._users = users_file(self.home)
        # Waits here while an earlier keeper is stopping its servers.
        fcntl.flock(self._users, fcntl.LOCK_SH)
        self.started = False
        try:
            with start_file(self.home) as starting:
                fcntl.flock(starting, fcntl.LOCK_EX)
                if not is_kept(self.home):
                    self._start_keeper(throwaway=throwaway, discard=discard)
                    self.started = True
        except BaseException:
            self._users.close()
            raise

    def _start_keeper(self, *, throwaway: bool, discard: bool) -> None:
        # Said here, in this process, rather than through the keeper's pipe: what is missing.
        binaries.postgres_programs()
        binaries.valkey_program()
        log = self.home / "logs" / "keeper.log"
        rotate(log)
        options = ["--throwaway"] * throwaway + ["--discard"] * discard
        with log.open("ab") as errors:
            keeper = subprocess.Popen(
                [sys.executable, "-m", "rcm_site.engines.keeper", str(self.home), *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=PROJECT,
                start_new_session=True,
            )
        assert keeper.stdout is not None
        with keeper.stdout as answers:
            answer = answers.read().decode()
        if answer != "ready":
            keeper.wait(60)
            raise EngineTrouble(
                answer.removeprefix("trouble ") or f"The servers did not start:\n{last_lines(log)}"
            )
        # It outlives this process when others use the servers too: never waited for.
        keeper.returncode = 0

    def release(self) -> None:
        with suppress(ValueError):
            self._users.close()

    def __enter__(self) -> EnginesInUse:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def is_kept(home_folder: Path) -> bool:
    """Whether a keeper holds this folder's servers."""
    try:
        with keeper_file(home_folder) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def engines_for_command() -> EnginesInUse | None:
    """The private servers for as long as this process lives, unless the environment names others."""
    return None if addresses.is_external() else EnginesInUse()
