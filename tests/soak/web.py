"""The workbench's own web server on a test's database."""

import contextlib
import http.client
import os
import subprocess

from django.db import connections

from rcm_site.engines.places import PROJECT
from rcm_site.engines.processes import wait_until
from rcm_site.management.commands.workbench import children, free_port
from tests.soak.stops import FOLDER, TWIN

FIRST_PORT = 18_400


class Served:
    def __init__(self, process, port):
        self.process, self.port = process, port

    def answers(self):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status == 200
        except OSError:
            return False
        finally:
            line.close()

    def children(self):
        listing = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True
        )
        return [int(pid) for pid in listing.stdout.split()]


@contextlib.contextmanager
def serving(folder, *, processes=1, stops=False, twin=""):
    """Until the end; with `stops` a request stands still at the step that is armed in the folder."""
    port = free_port(FIRST_PORT)
    command, environment = children(port, {"web_processes": processes, "worker_processes": 1})["web"]
    database = {"RCM_DATABASE_NAME": connections["default"].settings_dict["NAME"]}
    known = {FOLDER: str(folder) if stops else "", TWIN: twin}
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--config", "python:tests.soak.stops"],
            cwd=PROJECT,
            env={**os.environ, **environment, **database, **known},
            stdout=log,
            stderr=log,
        )
    served = Served(process, port)
    try:
        assert wait_until(served.answers, seconds=120), (folder / "web.log").read_text()
        yield served
    finally:
        process.terminate()
        process.wait(30)
