"""The compose file says what the code understands; `make soak` also runs what it would start, beside plain servers."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.request

import pytest
import yaml
from django.core.management import get_commands

from rcm_site.celery import QUEUES
from rcm_site.engines import addresses
from rcm_site.engines.keys import kept
from rcm_site.engines.places import PROJECT, SOCKET_PORT
from rcm_site.engines.processes import wait_until
from rcm_site.engines.servers import SUPERVISOR
from rcm_site.engines.use import EnginesInUse

DEPLOY = PROJECT / "deploy"
COMPOSE = (DEPLOY / "compose.yaml").read_text()
FOREIGN = ("postgres", "valkey")
ROLE_OF = {
    "web": "app",
    "worker-files": "worker",
    "worker-rest": "worker",
    "worker-lines": "worker",
    "beat": "worker",
    "sealer": "sealer",
}


def ours():
    services = yaml.safe_load(COMPOSE)["services"]
    return {name: service for name, service in services.items() if name not in FOREIGN}


def image_command():
    [line] = [line for line in (DEPLOY / "Dockerfile").read_text().splitlines() if line.startswith("CMD ")]
    return json.loads(line.removeprefix("CMD "))


def test_the_example_names_every_secret_and_nothing_else():
    wanted = set(re.findall(r"\$\{(\w+)", COMPOSE))
    given = set(re.findall(r"^(\w+)=", (DEPLOY / "example.env").read_text(), re.MULTILINE))

    assert given == wanted


def test_every_variable_is_one_the_code_reads():
    tracked = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    code = "".join((PROJECT / name).read_text() for name in tracked.stdout.split() if "tests/" not in name)
    keys = {f"RCM_{name.upper()}_KEY" for name in re.findall(r'secret\("(\w+)"\)', code)} | {"RCM_SECRET_KEY"}
    read = set(re.findall(r"RCM_[A-Z_]+", code)) | keys | {addresses.url_variable(r) for r in addresses.ROLES}

    for name, service in ours().items():
        assert set(service["environment"]) <= read, name


def test_each_process_knows_its_own_role_and_no_other():
    for name, role in ROLE_OF.items():
        environment = ours()[name]["environment"]

        assert environment.get("RCM_DATABASE_ROLE", "app") == role
        assert [one for one in environment if one.endswith("_DATABASE_URL")] == [addresses.url_variable(role)]
        assert ("RCM_SEAL_KEY" in environment) == (role == "sealer")


def test_the_workers_share_all_queues_between_them():
    taken = [
        queue
        for name, service in ours().items()
        if name.startswith("worker")
        for queue in service["command"][service["command"].index("--queues") + 1].split(",")
    ]

    assert sorted(taken) == sorted(QUEUES)


def test_every_command_is_there():
    assert image_command()[:2] == ["gunicorn", "rcm_site.wsgi"]
    for name, service in ours().items():
        command = service.get("command", image_command())
        if command[:2] == ["python", "manage.py"]:
            assert command[2] in get_commands(), name
        else:
            assert command[0] in ("celery", "gunicorn"), name


@pytest.fixture
def somebody_elses_servers(home):
    """Variables of the compose file whose values are those of plain servers, and a place for what is written."""
    with EnginesInUse(home):
        yield {
            "postgres:5432/": f"/?host={home / 'run'}&port={SOCKET_PORT}&dbname=",
            "admin": kept(home, f"{SUPERVISOR}.password"),
            "redis": f"unix://{home / 'run' / 'valkey.sock'}",
        }


def _environment(service, servers, tmp_path):
    """The service's own environment, with the addresses of the servers that play the containers."""
    values = {}
    for name, text in service["environment"].items():
        value = re.sub(r"\$\{(\w+)[^}]*\}", lambda found: found[1].lower(), str(text))
        if name == "RCM_ADMIN_DATABASE_URL":
            value = f"postgresql://{SUPERVISOR}:{servers['admin']}@postgres:5432/postgres"
        if name.endswith("_DATABASE_URL"):
            value, database = value.rsplit("/", 1)
            where = servers["postgres:5432/"].removesuffix("&dbname=").removeprefix("/")
            value = f"{value.replace('postgres:5432', '')}/{database}{where}"
        values[name] = value
    values |= {
        "RCM_REDIS_URL": servers["redis"],
        "RCM_ALLOWED_HOSTS": "workbench.example.org",
        "RCM_TRUSTED_ORIGINS": "https://workbench.example.org",
        "RCM_VAR_DIR": str(tmp_path / "var"),
        "RCM_ENGINES_DIR": str(tmp_path / "none"),
    }
    if "RCM_SEALS_FILE" in values:
        values["RCM_SEALS_FILE"] = str(tmp_path / "seals.jsonl")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("RCM_")}
    return {**bare, **values, "PYTHONUNBUFFERED": "1"}


def _command(service, port):
    command = [
        part.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for part in service.get("command", image_command())
    ]
    if command[0] == "python":
        return [sys.executable, *command[1:]]
    return [sys.executable, "-m", *command]


@pytest.mark.soak
def test_what_compose_would_start_starts_and_answers(somebody_elses_servers, tmp_path):
    services, port = ours(), 8931
    for name in ("provision", "migrate"):
        environment = _environment(services[name], somebody_elses_servers, tmp_path)
        done = subprocess.run(
            _command(services[name], port), cwd=PROJECT, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, (name, done.stdout[-2000:], done.stderr[-2000:])
    running, logs = {}, {}
    try:
        for name in ROLE_OF:
            logs[name] = tmp_path / f"{name}.log"
            running[name] = subprocess.Popen(
                _command(services[name], port),
                cwd=PROJECT, env=_environment(services[name], somebody_elses_servers, tmp_path),
                stdout=logs[name].open("w"), stderr=subprocess.STDOUT,
            )  # fmt: skip
        check = shlex.split(services["web"]["healthcheck"]["test"][1])
        check[-1] = check[-1].replace("127.0.0.1:8000", f"127.0.0.1:{port}")
        web = {**os.environ, "RCM_ALLOWED_HOSTS": "workbench.example.org"}
        healthy = wait_until(
            lambda: not subprocess.run([sys.executable, *check[1:]], env=web, capture_output=True).returncode,
            seconds=240,
        )
        assert healthy, logs["web"].read_text()[-2000:]
        for name in ("worker-files", "worker-rest", "worker-lines"):
            assert wait_until(lambda log=logs[name]: ".> " in log.read_text(), seconds=60), logs[
                name
            ].read_text()
        assert {name: one.poll() for name, one in running.items()} == dict.fromkeys(ROLE_OF)
        assert sign_in_page(port).status == 200
    finally:
        for one in running.values():
            one.send_signal(signal.SIGTERM)
        codes = {name: one.wait(60) for name, one in running.items()}
    assert set(codes.values()) <= {0, -signal.SIGTERM}, codes


def sign_in_page(port):
    headers = {"Host": "workbench.example.org", "X-Forwarded-Proto": "https"}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/accounts/login/", headers=headers)
    return urllib.request.urlopen(asked, timeout=20)


@pytest.mark.soak
def test_as_the_owner_nothing_is_served(somebody_elses_servers, tmp_path):
    services = ours()
    for name in ("provision", "migrate"):
        environment = _environment(services[name], somebody_elses_servers, tmp_path)
        subprocess.run(
            _command(services[name], 8931), cwd=PROJECT, env=environment, check=True, capture_output=True
        )
    web = _environment(services["web"], somebody_elses_servers, tmp_path)
    web["RCM_APP_DATABASE_URL"] = _environment(services["migrate"], somebody_elses_servers, tmp_path)[
        "RCM_OWNER_DATABASE_URL"
    ]

    refused = subprocess.run(
        _command(services["web"], 8932), cwd=PROJECT, env=web, capture_output=True, text=True, timeout=90
    )

    assert refused.returncode != 0
    assert "row security would not bind it" in refused.stdout + refused.stderr
